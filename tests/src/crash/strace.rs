//! Starting a life of the morning under strace: watched, killed, or hurt at one system call.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::crash::place::Place;

/// Calls that change a disk or make a change permanent. A kill at each of them leaves every state a folder can be in.
pub const CHANGING: &[&str] = &[
    "pwrite64",
    "write",
    "ftruncate",
    "fsync",
    "fdatasync",
    "unlink",
    "rename",
    "mkdir",
    "chmod",
    "openat",
];
/// Calls that change a disk in ways the replay does not know; recorded so that it can say so.
pub const UNKNOWN: &[&str] = &[
    "writev",
    "pwritev",
    "pwritev2",
    "truncate",
    "fallocate",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "unlinkat",
    "renameat",
    "renameat2",
    "mkdirat",
    "rmdir",
    "creat",
    "sendfile",
    "copy_file_range",
];

/// What happens at a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Harm {
    /// The process is killed before the call is done.
    Kill,
    /// The call fails once.
    Fail(&'static str),
    /// So many calls from there on fail.
    FailTimes(&'static str, usize),
    /// Every call from there on fails.
    FailForEver(&'static str),
}

/// Which call: the n-th of its name in whatever thread comes there first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    /// Its name.
    pub call: &'static str,
    /// Counted from 1.
    pub n: usize,
}

/// What became of a life.
#[derive(Debug)]
pub struct Ended {
    /// How the process ended.
    pub status: ExitStatus,
    /// What it said.
    pub said: String,
}

impl Ended {
    /// Whether the program ended by itself, with this code.
    pub fn has_code(&self, code: u8) -> bool {
        self.status.code() == Some(i32::from(code))
    }
}

/// Lives of one seed's morning in one place.
#[derive(Debug)]
pub struct Strace<'a> {
    /// The program `lienquay-morning`.
    pub program: PathBuf,
    /// Where.
    pub place: &'a Place,
    /// Of which morning.
    pub seed: u64,
}

/// strace must be there: a machine without it has tried nothing.
pub fn must_be_installed() -> Result<()> {
    let told = Command::new("strace").arg("-V").output();
    let told =
        told.context("strace is not installed: `apt-get install strace`, or run deploy/test.sh")?;
    ensure!(told.status.success(), "strace does not run: {told:?}");
    Ok(())
}

impl Strace<'_> {
    /// A life whose calls are written down, and that is hurt as told.
    pub fn record(&self, life: usize, harm: &[(At, Harm)]) -> Result<Ended> {
        let calls = [CHANGING, UNKNOWN, &["lseek"]].concat().join(",");
        let mut command = self.strace(&format!("trace={calls}"), harm);
        command.arg("-P").arg(self.place.acknowledged());
        command
            .args(["-y", "-xx", "-s", "2000000", "-o"])
            .arg(self.place.trace());
        self.run(command, life)
    }

    /// A life that is hurt as told.
    pub fn hurt(&self, life: usize, at: &At, harm: Harm) -> Result<Ended> {
        let mut command = self.strace(&format!("trace={}", at.call), &[(at.clone(), harm)]);
        command.args(["-o", "/dev/null"]);
        self.run(command, life)
    }

    fn strace(&self, trace: &str, harm: &[(At, Harm)]) -> Command {
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-a0", "-e", "signal=none", "-e", trace]);
        if harm.is_empty() {
            // Fewer stops; an injected signal would come too late with it.
            command.arg("--seccomp-bpf");
        }
        for (At { call, n }, harm) in harm {
            let how = match harm {
                Harm::Kill => format!("signal=KILL:when={n}"),
                Harm::Fail(error) => format!("error={error}:when={n}"),
                Harm::FailTimes(error, times) => {
                    format!("error={error}:when={n}..{}", n + times - 1)
                }
                Harm::FailForEver(error) => format!("error={error}:when={n}+"),
            };
            command.args(["-e", &format!("inject={call}:{how}")]);
        }
        for path in self.place.watched() {
            command.arg("-P").arg(path);
        }
        command
    }

    fn run(&self, mut command: Command, life: usize) -> Result<Ended> {
        command
            .arg("--")
            .arg(&self.program)
            .arg(self.place.folder());
        command.arg(self.place.acknowledged());
        command.args([self.seed.to_string(), life.to_string()]);
        let output = command.stdin(Stdio::null()).output().context("strace")?;
        Ok(Ended {
            status: output.status,
            said: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}

/// The program of the morning, found beside the running test.
pub fn program() -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let found = here
        .ancestors()
        .skip(1)
        .take(3)
        .map(|folder| folder.join("lienquay-morning"))
        .find(|path: &PathBuf| Path::is_file(path));
    found.context("lienquay-morning is not built: cargo build -p lienquay-tests --bins")
}
