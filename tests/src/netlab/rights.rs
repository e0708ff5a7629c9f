//! The rights a lab needs. Who is not root gets them in a user namespace, where the system allows that; who cannot have
//! them fails, because a machine that skips proves nothing.

use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};

use super::tool::run;

/// Set in the process that already is in its own user namespace.
const INSIDE: &str = "LIENQUAY_LAB_INSIDE";
/// No story may hang for ever.
const LONGEST_STORY: Duration = Duration::from_secs(280);
/// `ip netns` keeps names in /run; an empty one of our own needs no rights.
const ENTER: &str = r#"mount -t tmpfs lab /run && exec "$0" "$@""#;

const NEEDS: &str = "these tests need a Linux where this user may make network namespaces: \
    run them as root (in a container with CAP_NET_ADMIN, CAP_SYS_ADMIN and /dev/net/tun), \
    or let users make user namespaces (kernel.unprivileged_userns_clone=1, \
    kernel.apparmor_restrict_unprivileged_userns=0) and read and write /dev/net/tun; \
    and the programs ip, bridge and tc (Debian: iproute2), nsenter and unshare (util-linux)";

/// Held for reading by every story that is told.
static STORIES: RwLock<()> = RwLock::new(());

/// Tells a story in a lab, with a folder for its PCs that is kept when it ends badly. `name` is the test's name, by which
/// it is started again when it needs a user namespace.
///
/// # Errors
/// What the story says; what is missing when there can be no lab.
pub fn in_lab(name: &str, story: impl AsyncFnOnce(&Path) -> Result<()>) -> Result<()> {
    let _with_others = STORIES.read().unwrap_or_else(PoisonError::into_inner);
    tell(name, story)
}

/// The same while no other story of this process is told: for one that says how long something takes.
///
/// # Errors
/// As [`in_lab`].
pub fn in_lab_alone(name: &str, story: impl AsyncFnOnce(&Path) -> Result<()>) -> Result<()> {
    let _alone = STORIES.write().unwrap_or_else(PoisonError::into_inner);
    tell(name, story)
}

fn tell(name: &str, story: impl AsyncFnOnce(&Path) -> Result<()>) -> Result<()> {
    if is_allowed()? {
        let mut folder = tempfile::tempdir()?;
        // Also when an assertion ends the story.
        folder.disable_cleanup(true);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let told = runtime.block_on(async {
            tokio::time::timeout(LONGEST_STORY, story(folder.path()))
                .await
                .map_err(|_elapsed| anyhow!("not told within {LONGEST_STORY:?}"))?
        });
        folder.disable_cleanup(told.is_err());
        return told
            .with_context(|| format!("the PCs' folders are in {}", folder.path().display()));
    }
    if std::env::var_os(INSIDE).is_some() {
        bail!("a user namespace gives no rights here: {NEEDS}");
    }
    let status = Command::new("unshare")
        .args(["--user", "--map-root-user", "--net", "--mount", "--"])
        .args(["sh", "-c", ENTER])
        .arg(std::env::current_exe()?)
        .args([name, "--exact", "--nocapture"])
        .env(INSIDE, "1")
        .status()
        .context(NEEDS)?;
    if status.success() {
        return Ok(());
    }
    bail!("in a user namespace: {status}; see above. {NEEDS}")
}

/// Whether this process can make namespaces and open the TUN device.
fn is_allowed() -> Result<bool> {
    for (program, argument) in [
        ("ip", "-V"),
        ("tc", "-V"),
        ("bridge", "-V"),
        ("nsenter", "-V"),
    ] {
        run(program, &[argument]).context(NEEDS)?;
    }
    let probe = format!("lienquay-{}-probe", std::process::id());
    let made = run(
        "ip",
        &["netns", "add", &format!("{probe}-{}", thread_number())],
    );
    if made.is_err() {
        return Ok(false);
    }
    run(
        "ip",
        &["netns", "del", &format!("{probe}-{}", thread_number())],
    )?;
    let tun = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/net/tun");
    match tun {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Err(anyhow!("/dev/net/tun: {error}. {NEEDS}"))
        }
        Err(error) => Err(anyhow!("/dev/net/tun: {error} (modprobe tun). {NEEDS}")),
    }
}

/// Two tests may ask at the same time.
fn thread_number() -> String {
    format!("{:?}", std::thread::current().id())
        .chars()
        .filter(char::is_ascii_digit)
        .collect()
}
