//! The live table.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use anyhow::Result;
use lienquay_shared::view::QueueView;
use lienquay_tests::fleet::Pc;

/// One counter's line of the table.
#[derive(Debug)]
pub(crate) struct CounterLine {
    name: String,
    pid: Option<u32>,
    state: &'static str,
    cells: [String; 4],
    data: String,
}

impl CounterLine {
    /// Of a counter that answers.
    pub(crate) fn up(pc: &Pc, status: &serde_json::Value, queue: &QueueView) -> Self {
        let number = |name: &str| {
            status[name]
                .as_u64()
                .map_or_else(|| "?".to_owned(), |n| n.to_string())
        };
        let waiting: u32 = queue.lanes.iter().map(|lane| lane.n_waiting).sum();
        let digest = status["vector_digest"].as_str().unwrap_or("?");
        Self {
            name: pc.name.clone(),
            pid: pc.pid(),
            state: "chạy",
            cells: [
                number("n_documents"),
                number("n_entries"),
                waiting.to_string(),
                number("n_member_links"),
            ],
            data: digest.chars().take(8).collect(),
        }
    }

    /// Of a counter that does not: killed, paused or starting.
    pub(crate) fn silent(pc: &Pc) -> Self {
        let state = if pc.pid().is_some() {
            "không trả lời"
        } else {
            "đã tắt"
        };
        Self {
            name: pc.name.clone(),
            pid: pc.pid(),
            state,
            cells: [
                "-".to_owned(),
                "-".to_owned(),
                "-".to_owned(),
                "-".to_owned(),
            ],
            data: "-".to_owned(),
        }
    }
}

/// The terminal, or a log file when there is none.
#[derive(Debug)]
pub(crate) struct Screen {
    live: bool,
    frames: u64,
}

impl Screen {
    pub(crate) fn new() -> Self {
        Self {
            live: std::io::stdout().is_terminal(),
            frames: 0,
        }
    }

    /// Writes one line.
    pub(crate) fn line(&self, text: &str) -> Result<()> {
        Ok(writeln!(std::io::stdout(), "{text}")?)
    }

    /// Draws the table over the last one; into a file only every tenth time.
    pub(crate) fn draw(
        &mut self,
        folder: &Path,
        counters: &[CounterLine],
        told: &[String],
    ) -> Result<()> {
        self.frames += 1;
        if !self.live && self.frames % 10 != 1 {
            return Ok(());
        }
        let mut out = std::io::stdout().lock();
        if self.live {
            write!(out, "\x1b[2J\x1b[H")?;
        }
        writeln!(out, "Liên Quầy · Xã Bình Minh · {}\n", folder.display())?;
        writeln!(
            out,
            "  máy       pid      trạng thái     tài liệu  bản ghi  đang chờ  nối  dữ liệu"
        )?;
        writeln!(
            out,
            "  PC                 state          documents entries  waiting  links data"
        )?;
        for line in counters {
            let pid = line
                .pid
                .map_or_else(|| "-".to_owned(), |pid| pid.to_string());
            let [docs, entries, waiting, links] = &line.cells;
            writeln!(
                out,
                "  {:<9} {pid:<8} {:<14} {docs:>8} {entries:>8} {waiting:>9} {links:>4}  {}",
                line.name, line.state, line.data
            )?;
        }
        let same = counters.windows(2).all(|pair| pair[0].data == pair[1].data);
        writeln!(
            out,
            "\n  dữ liệu {}\n",
            if same {
                "giống nhau ✓ (all equal)"
            } else {
                "đang đồng bộ … (catching up)"
            }
        )?;
        for what in told {
            writeln!(out, "  · {what}")?;
        }
        if self.live {
            writeln!(
                out,
                "\nXem: cột «dữ liệu» là vân tay của toàn bộ nhật ký; ba máy luôn trở về giống nhau."
            )?;
            writeln!(
                out,
                "Look at: «data» is the fingerprint of everything held; the three always meet again."
            )?;
            writeln!(
                out,
                "Thử / try:  kill -9 <pid>   một quầy chết, quầy khác vẫn gọi số; nó tự bật lại sau 8 giây"
            )?;
            writeln!(
                out,
                "            kill -STOP <pid>  như bị đứt mạng; kill -CONT <pid> để nối lại      Ctrl+C: dừng"
            )?;
        }
        Ok(out.flush()?)
    }
}
