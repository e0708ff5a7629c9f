//! One measured process: what it tells on its standard output, its processor time, its memory.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use lienquay_tests::fleet::rss_mib;
use tokio::time::Instant;

/// Ticks of `/proc/PID/stat` a second: fixed on Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// A process under measurement; killed when dropped.
pub(crate) struct Measured {
    child: Child,
    out: BufReader<ChildStdout>,
    started: Instant,
}

impl Measured {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let started = Instant::now();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let out = child.stdout.take().context("no output")?;
        Ok(Self {
            child,
            out: BufReader::new(out),
            started,
        })
    }

    /// Reads until it tells this event; the time since its start.
    pub(crate) fn until(&mut self, event: &str) -> Result<Duration> {
        let wanted = format!("\"event\":\"{event}\"");
        let mut line = String::new();
        while self.out.read_line(&mut line)? > 0 {
            if line.contains(&wanted) {
                return Ok(self.started.elapsed());
            }
            line.clear();
        }
        bail!("it ended before it told {event}")
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn cpu_seconds(&self) -> Result<f64> {
        cpu_seconds(self.child.id())
    }

    pub(crate) fn rss_mib(&self) -> Result<u64> {
        rss_mib(self.child.id())
    }
}

impl Drop for Measured {
    fn drop(&mut self) {
        if let Err(error) = self.child.kill().and_then(|()| self.child.wait().map(drop)) {
            tracing::warn!(%error, "a measured process could not be stopped");
        }
    }
}

/// Processor time of a process so far, all threads, user and system.
pub(crate) fn cpu_seconds(pid: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in brackets may hold spaces; utime and stime are fields 14 and 15.
    let (_, rest) = stat.rsplit_once(')').context("no stat")?;
    let field = |index: usize| -> Result<f64> {
        let text = rest.split_whitespace().nth(index).context("no field")?;
        Ok(text.parse()?)
    };
    Ok((field(11)? + field(12)?) / TICKS_PER_SECOND)
}

/// Processor time of a process over a while, as a share of one core in percent.
pub(crate) async fn share(pid: u32, over: Duration) -> Result<f64> {
    let before = cpu_seconds(pid)?;
    tokio::time::sleep(over).await;
    Ok((cpu_seconds(pid)? - before) / over.as_secs_f64() * 100.0)
}
