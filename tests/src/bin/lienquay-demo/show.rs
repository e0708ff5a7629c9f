//! Three counters and their officers: each works, is brought back when its process dies, and tells what it did.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Result, bail};
use lienquay_shared::query::{Answer, Query};
use lienquay_tests::fleet::{Pc, WindowProgram, ask, program};
use lienquay_tests::morning::Desk;
use tempfile::TempDir;

use crate::screen::{CounterLine, Screen};

/// Between two actions of one officer.
const PACE: Duration = Duration::from_millis(700);
/// A counter that was killed is started again after this long, so that one can watch the others go on.
const BACK_AFTER: Duration = Duration::from_secs(8);
/// Citizens per counter that come while the first are served.
const EARLY_BIRDS: u64 = 6;
/// Between two looks at the counters.
const LOOK: Duration = Duration::from_millis(500);
/// How long a paused counter may keep the table waiting.
const ANSWER_WITHIN: Duration = Duration::from_millis(300);

/// What the officers have done, newest last.
pub(crate) type Told = Arc<Mutex<Vec<String>>>;

/// The running demo.
#[derive(Debug)]
pub(crate) struct Show {
    folder: TempDir,
    counters: Vec<Pc>,
    told: Told,
}

impl Show {
    /// Founds the site, imports the catalogue, starts and admits three counters.
    pub(crate) async fn open() -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("lienquay-demo-")
            .tempdir()?;
        let program = program()?;
        let screen = Screen::new();
        let mut counters = Vec::new();
        for name in ["quay 1", "quay 2", "quay 3"] {
            counters.push(Pc::new(&program, folder.path(), name)?);
        }
        screen.line("Lập điểm phục vụ trên quầy 1 … (founding the site)")?;
        counters[0].found("Xã Bình Minh", "H26.15")?;
        counters[0].start(&[]).await?;
        screen.line("Nạp danh mục thủ tục … (importing the catalogue)")?;
        counters[0].import_catalogue()?;
        for number in 1..counters.len() {
            screen.line(&format!(
                "Kết nạp quầy {} bằng mã 6 số … (joining)",
                number + 1
            ))?;
            let (first, rest) = counters.split_at_mut(1);
            rest[number - 1].join(&first[0]).await?;
        }
        let addresses: Vec<_> = counters.iter().map(|pc| pc.addr).collect();
        if has_display() {
            screen.line("Mở cửa sổ của quầy 1 … (opening the window of counter 1)")?;
            counters[0].stop().await?;
            counters[0].show_window(WindowProgram::built()?);
            counters[0].start(&addresses).await?;
        }
        for pc in &counters {
            pc.meet(&addresses).await?;
        }
        Ok(Self {
            folder,
            counters,
            told: Arc::default(),
        })
    }

    /// Lets the officers work until the time is over or somebody presses Ctrl+C.
    pub(crate) async fn run(&mut self, seconds: Option<Duration>) -> Result<()> {
        let mut officers = Vec::new();
        // Behind a window sits whoever watches the demo.
        let alone = |(_, pc): &(usize, &Pc)| !pc.has_window();
        for (number, pc) in self.counters.iter().enumerate().filter(alone) {
            let desk = Desk::new(pc.client().await?, u8::try_from(number + 1)?);
            officers.push(Officer::new(
                desk,
                pc.folder.clone(),
                Arc::clone(&self.told),
            ));
        }
        let tasks: Vec<_> = officers
            .into_iter()
            .map(|officer| tokio::spawn(officer.work()))
            .collect();
        let ended = tokio::select! {
            biased;
            stopped = tokio::signal::ctrl_c() => stopped.map_err(Into::into),
            () = sleep_or_for_ever(seconds) => Ok(()),
            watched = self.watch() => watched,
        };
        for task in &tasks {
            task.abort();
        }
        Screen::new().line("Đóng các quầy … (handing tickets over and stopping)")?;
        for pc in &mut self.counters {
            if pc.pid().is_some() {
                pc.stop().await?;
            }
        }
        ended?;
        self.check()
    }

    async fn watch(&mut self) -> Result<()> {
        let mut screen = Screen::new();
        let addresses: Vec<_> = self.counters.iter().map(|pc| pc.addr).collect();
        let mut down_since: Vec<Option<tokio::time::Instant>> = vec![None; self.counters.len()];
        loop {
            let mut lines = Vec::new();
            for (pc, down) in self.counters.iter_mut().zip(&mut down_since) {
                if pc.has_ended()? {
                    if pc.has_window() && pc.was_closed() {
                        return Ok(());
                    }
                    let since = *down.get_or_insert_with(tokio::time::Instant::now);
                    if since.elapsed() >= BACK_AFTER {
                        pc.start(&addresses).await?;
                        *down = None;
                    }
                }
                lines.push(look(pc).await);
            }
            let told = self
                .told
                .lock()
                .map(|told| told.clone())
                .unwrap_or_default();
            screen.draw(self.folder.path(), &lines, &told)?;
            tokio::time::sleep(LOOK).await;
        }
    }

    /// At the end every counter must be able to prove its data.
    fn check(&self) -> Result<()> {
        let screen = Screen::new();
        for pc in &self.counters {
            pc.cli(&["verify"])?;
            screen.line(&format!(
                "{}: mọi chuỗi và chữ ký đều đúng (verify: all chains and signatures hold)",
                pc.name
            ))?;
        }
        Ok(())
    }
}

/// Whether a window can be shown here.
fn has_display() -> bool {
    cfg!(windows)
        || ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

async fn sleep_or_for_ever(seconds: Option<Duration>) {
    match seconds {
        Some(seconds) => tokio::time::sleep(seconds).await,
        None => std::future::pending().await,
    }
}

async fn look(pc: &Pc) -> CounterLine {
    let asked = tokio::time::timeout(ANSWER_WITHIN, async {
        let mut client = lienquay_node::ipc::Client::connect(&pc.folder).await?;
        let status = match ask(&mut client, Query::Status).await? {
            Answer::Status(status) => *status,
            other => bail!("not a status: {other:?}"),
        };
        let queue = match ask(&mut client, Query::Queue).await? {
            Answer::Queue(queue) => queue,
            other => bail!("not a queue: {other:?}"),
        };
        Ok((status, queue))
    });
    match asked.await {
        Ok(Ok((status, queue))) => CounterLine::up(pc, &status, &queue),
        Ok(Err(_)) | Err(_) => CounterLine::silent(pc),
    }
}

/// One officer at one counter.
#[derive(Debug)]
struct Officer {
    desk: Desk,
    folder: std::path::PathBuf,
    told: Told,
    served: u64,
}

impl Officer {
    fn new(desk: Desk, folder: std::path::PathBuf, told: Told) -> Self {
        Self {
            desk,
            folder,
            told,
            served: 0,
        }
    }

    async fn work(mut self) {
        loop {
            if let Err(error) = self.step().await {
                self.tell(format!("quầy {}: {error}", self.desk.desk));
                self.reconnect().await;
            }
            tokio::time::sleep(PACE).await;
        }
    }

    /// A morning begins with a queue; then a ticket is given out for each one called. Every second citizen brings a
    /// dossier.
    async fn step(&mut self) -> Result<()> {
        self.desk.issue("A").await?;
        if self.served < EARLY_BIRDS {
            self.desk.issue("A").await?;
        }
        let number = self.desk.desk;
        match self.desk.call().await? {
            Ok(ticket) => {
                self.served += 1;
                tokio::time::sleep(PACE).await;
                self.desk.serve(ticket).await?;
                self.tell(format!("quầy {number} phục vụ xong một người"));
                if self.served.is_multiple_of(2) {
                    let code = self
                        .desk
                        .receive(u64::from(number) * 1_000 + self.served)
                        .await?;
                    self.tell(format!("quầy {number} tiếp nhận hồ sơ {code}"));
                }
            }
            Err(refusal) => self.tell(format!("quầy {number}: {}", refusal.vietnamese())),
        }
        Ok(())
    }

    async fn reconnect(&mut self) {
        loop {
            tokio::time::sleep(PACE).await;
            if let Ok(client) = lienquay_node::ipc::Client::connect(&self.folder).await {
                self.desk.client = client;
                return;
            }
        }
    }

    fn tell(&self, what: String) {
        if let Ok(mut told) = self.told.lock() {
            told.push(what);
            let surplus = told.len().saturating_sub(6);
            told.drain(..surplus);
        }
    }
}
