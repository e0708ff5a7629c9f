//! Real counters: one process, data folder and port each, on this machine's loopback or in a network namespace of a lab.
//! For the multi-process tests, the real network, the demo and the measurements.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use lienquay_node::ipc::{Client, Request, Response};
use lienquay_node::runtime::DEFAULT_PORT;
use lienquay_shared::command::{Command, Outcome, Submission};
use lienquay_shared::query::{Answer, Query};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::{NodeId, RequestId};

use crate::display::{self, Display};
#[cfg(target_os = "linux")]
use crate::netlab::Seat;

/// What a node in a lab notes in the `node.log` of its folder, which is kept when a story fails.
const LAB_LOG: &str =
    "info,lienquay_node::net=debug,lienquay_node::runtime=debug,libp2p=warn,automerge=off";
/// How often something that must come is looked for.
const POLL: Duration = Duration::from_millis(20);
/// How long it may take: a loaded test machine is slow, a hung node hangs for ever.
const PATIENCE: Duration = Duration::from_secs(60);

/// The built program of a node without a window, found beside the running test or tool.
pub fn program() -> Result<PathBuf> {
    built("lienquay-node").context("cargo build -p lienquay-node")
}

/// The built window.
pub fn window_program() -> Result<PathBuf> {
    built("lienquay").context("cargo build -p lienquay-gui")
}

/// A built program of this workspace.
pub(crate) fn built(name: &str) -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    here.ancestors()
        .skip(1)
        .take(3)
        .map(|folder| folder.join(&name))
        .find(|path| path.is_file())
        .with_context(|| format!("{name} is not built"))
}

/// A port that was free a moment ago.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

/// Waits until `look` finds something.
pub async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let found = tokio::time::timeout(PATIENCE, async {
        loop {
            if let Some(found) = look().await? {
                return Ok::<T, anyhow::Error>(found);
            }
            tokio::time::sleep(POLL).await;
        }
    });
    found
        .await
        .map_err(|_elapsed| anyhow!("waited {PATIENCE:?} in vain for {what}"))?
}

/// How a counter PC shows its desk.
#[derive(Debug, Clone)]
pub struct WindowProgram {
    program: PathBuf,
    display: Option<String>,
    arguments: Vec<String>,
}

impl WindowProgram {
    /// The built window, where this process shows its own.
    pub fn built() -> Result<Self> {
        Ok(Self {
            program: window_program()?,
            display: None,
            arguments: Vec::new(),
        })
    }

    /// On a virtual screen, at a place there and of a size.
    #[must_use]
    pub fn on(mut self, display: &Display, at: &str, size: &str) -> Self {
        self.display = Some(display.name().to_owned());
        self.arguments = ["--at", at, "--size", size].map(str::to_owned).to_vec();
        self
    }
}

/// One counter PC.
#[derive(Debug)]
pub struct Pc {
    /// What it is called.
    pub name: String,
    /// Its data folder.
    pub folder: PathBuf,
    /// Where it listens.
    pub addr: SocketAddr,
    program: PathBuf,
    /// The network namespace it stands in; none for this machine's own network.
    space: Option<String>,
    /// Whether it looks for others through mDNS.
    mdns: bool,
    /// Shows its desk: this program runs instead of the node alone.
    window: Option<WindowProgram>,
    process: Option<Child>,
    last_exit: Option<ExitStatus>,
}

impl Pc {
    /// A PC that has not been set up yet.
    pub fn new(program: &Path, parent: &Path, name: &str) -> Result<Self> {
        Ok(Self {
            name: name.to_owned(),
            folder: parent.join(name.replace(' ', "-")),
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?)),
            program: program.to_path_buf(),
            space: None,
            mdns: false,
            window: None,
            process: None,
            last_exit: None,
        })
    }

    /// A PC that has not been set up yet, at a seat of a lab. It listens on all its interfaces, at the usual port.
    #[cfg(target_os = "linux")]
    pub fn at(seat: &Seat, program: &Path, parent: &Path) -> Result<Self> {
        let number = seat.addr().octets()[3];
        let mut pc = Self::new(program, parent, &format!("quay {number}"))?;
        pc.addr = SocketAddr::from((seat.addr(), DEFAULT_PORT));
        pc.space = Some(seat.space().name().to_owned());
        Ok(pc)
    }

    /// Whether it looks for others through mDNS.
    pub fn uses_mdns(&self) -> bool {
        self.mdns
    }

    /// From the next start on it looks for others through mDNS.
    pub fn use_mdns(&mut self) {
        self.mdns = true;
    }

    /// From the next start on it shows its desk in a window.
    pub fn show_window(&mut self, window: WindowProgram) {
        self.window = Some(window);
    }

    /// Whether it shows a window.
    pub fn has_window(&self) -> bool {
        self.window.is_some()
    }

    fn run(&self, arguments: &[&str]) -> Process {
        let mut process = match &self.space {
            #[cfg(target_os = "linux")]
            Some(space) => crate::netlab::command_in(space, &self.program),
            _ => Process::new(&self.program),
        };
        process
            .arg("--data")
            .arg(&self.folder)
            .args(arguments)
            .stdin(Stdio::null());
        process
    }

    /// Runs one command of the program to its end; its output, or an error with what it said.
    pub fn cli(&self, arguments: &[&str]) -> Result<String> {
        let done = self.run(arguments).output()?;
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        if !done.status.success() {
            let why = String::from_utf8_lossy(&done.stderr);
            bail!("{arguments:?} ended with {}: {said}{why}", done.status);
        }
        Ok(said)
    }

    /// Founds the site on this PC; the recovery sheet as JSON.
    pub fn found(&self, site: &str, unit: &str) -> Result<String> {
        let officer = "Nguyễn Thị Hoa";
        self.cli(&[
            "--json",
            "found",
            "--site",
            site,
            "--unit",
            unit,
            "--officer",
            officer,
            "--name",
            &self.name,
        ])
    }

    /// Imports the project's own starter catalogue.
    pub fn import_catalogue(&self) -> Result<()> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/catalogue");
        self.cli(&["--json", "import", folder]).map(drop)
    }

    /// Starts the node and waits until it answers.
    pub async fn start(&mut self, peers: &[SocketAddr]) -> Result<()> {
        self.spawn(peers)?;
        self.client().await.map(drop)
    }

    /// Starts the node and waits for nothing.
    pub fn spawn(&mut self, peers: &[SocketAddr]) -> Result<()> {
        let mut process = match &self.window {
            Some(window) => {
                let mut process = Process::new(&window.program);
                if let Some(display) = &window.display {
                    display::show_on(display, &mut process);
                }
                process
                    .arg("--data")
                    .arg(&self.folder)
                    .args(&window.arguments)
                    .stdin(Stdio::null());
                process
            }
            None => self.run(&["run"]),
        };
        if !self.mdns {
            process.arg("--no-mdns");
        }
        if self.space.is_none() {
            process.arg("--listen").arg(self.addr.to_string());
        } else {
            process.arg("--log-file").env("LIENQUAY_LOG", LAB_LOG);
        }
        for peer in peers {
            process.arg("--peer").arg(peer.to_string());
        }
        let child = process
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        self.process = Some(child);
        Ok(())
    }

    /// Its process id while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Child::id)
    }

    /// Whether the process has ended by itself or by somebody's hand.
    pub fn has_ended(&mut self) -> Result<bool> {
        if let Some(process) = &mut self.process {
            self.last_exit = process.try_wait()?;
            if self.last_exit.is_some() {
                self.process = None;
            }
        }
        Ok(self.process.is_none())
    }

    /// Whether it ended because somebody closed it, not because it was killed.
    pub fn was_closed(&self) -> bool {
        self.last_exit.is_some_and(|status| status.success())
    }

    /// `kill -9`: no goodbye, no flush.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut process) = self.process.take() {
            process.kill()?;
            process.wait()?;
        }
        Ok(())
    }

    /// `kill -STOP`: it is there and does nothing, as a PC that swaps or sleeps.
    pub fn freeze(&self) -> Result<()> {
        self.signal("-STOP")
    }

    /// `kill -CONT`.
    pub fn thaw(&self) -> Result<()> {
        self.signal("-CONT")
    }

    fn signal(&self, signal: &str) -> Result<()> {
        let pid = self.pid().context("it does not run")?.to_string();
        let done = Process::new("kill").args([signal, &pid]).status()?;
        done.success()
            .then_some(())
            .with_context(|| format!("kill {signal} {pid}: {done}"))
    }

    /// Ends the node in good order.
    pub async fn stop(&mut self) -> Result<()> {
        let mut client = self.client().await?;
        client.ask(&Request::Shutdown).await?;
        let Some(mut process) = self.process.take() else {
            return Ok(());
        };
        until("the node's end", async || Ok(process.try_wait()?)).await?;
        Ok(())
    }

    /// A connection to the running node.
    pub async fn client(&self) -> Result<Client> {
        until("the node's socket", async || {
            Ok(Client::connect(&self.folder).await.ok())
        })
        .await
    }

    /// Tells the running node where others are, as an officer would type it in where mDNS does not reach.
    pub async fn meet(&self, others: &[SocketAddr]) -> Result<()> {
        let mut client = self.client().await?;
        for addr in others.iter().copied().filter(|addr| *addr != self.addr) {
            client.ask(&Request::Dial { addr }).await?;
        }
        Ok(())
    }

    /// Joins this PC to the site of `member`, whose officer compares the digits; then starts the node.
    pub async fn join(&mut self, member: &Self) -> Result<()> {
        self.join_at(member, Some(member.addr)).await?;
        self.start(&[member.addr]).await
    }

    /// Joins this PC to the site of `member`, which it finds through mDNS.
    pub async fn join_by_mdns(&mut self, member: &Self) -> Result<()> {
        self.join_at(member, None).await?;
        self.start(&[]).await
    }

    async fn join_at(&self, member: &Self, addr: Option<SocketAddr>) -> Result<()> {
        let mut process = self.run(&["join", "--name", &self.name, "--yes"]);
        if let Some(addr) = addr {
            process.arg("--addr").arg(addr.to_string());
        }
        let mut joining = process
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut admin = member.client().await?;
        let peer = until("a PC that waits to join", async || {
            Ok(waiting(&mut admin).await?.first().copied())
        })
        .await?;
        admin.ask(&Request::Confirm { peer, admin: false }).await?;
        let ended = until("the end of joining", async || Ok(joining.try_wait()?)).await?;
        if !ended.success() {
            bail!("joining ended with {ended}");
        }
        Ok(())
    }
}

impl Drop for Pc {
    fn drop(&mut self) {
        if let Err(error) = self.kill() {
            tracing::warn!(%error, "a counter could not be stopped");
        }
    }
}

/// Memory of a process, MiB.
pub fn rss_mib(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .context("no VmRSS")?;
    let kib: u64 = line
        .split_whitespace()
        .nth(1)
        .context("no figure")?
        .parse()?;
    Ok(kib / 1024)
}

/// Who waits to join at this PC.
pub(crate) async fn waiting(admin: &mut Client) -> Result<Vec<NodeId>> {
    match admin.ask(&Request::Waiting).await? {
        Response::Waiting(peers) => Ok(peers.into_iter().map(|waiting| waiting.peer).collect()),
        other => bail!("not a list of waiting PCs: {other:?}"),
    }
}

/// Has a command done by a running node.
pub async fn submit(
    client: &mut Client,
    request: RequestId,
    command: Command,
) -> Result<Result<Outcome, Refusal>> {
    let submission = Box::new(Submission { request, command });
    match client.ask(&Request::Do(submission)).await? {
        Response::Done(outcome) => Ok(Ok(outcome)),
        Response::Refused(refusal) => Ok(Err(refusal)),
        other => bail!("not an outcome: {other:?}"),
    }
}

/// Asks a running node.
pub async fn ask(client: &mut Client, query: Query) -> Result<Answer> {
    match client.ask(&Request::Ask(query)).await? {
        Response::Answer(answer) => Ok(answer),
        other => bail!("not an answer: {other:?}"),
    }
}
