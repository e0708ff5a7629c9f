//! `join`: the newcomer's side.

use std::path::Path;
use std::time::Duration;

use lienquay_core::event::Control;
use serde_json::json;

use crate::cli::out::{DONE, Out};
use crate::cli::{args, exit, session};
use crate::handle::NodeHandle;
use crate::runtime::{self, NetOptions, NodeNews, NodeOptions, Subscription, WaitingPeer};
use exit::{CliError, CliResult, Code};

/// Waits at every member met until one admits this PC.
pub(crate) async fn join(folder: &Path, ask: &args::Join, out: Out) -> CliResult<Code> {
    let opened = session::open_or_create(folder)?;
    let net = NetOptions {
        listen: ask.listen.clone(),
        peers: ask.addr.clone(),
        mdns: ask.addr.is_empty() && !ask.no_mdns,
    };
    let runtime = runtime::start(opened, NodeOptions { net: Some(net) })?;
    if runtime.handle().has_site() {
        runtime.shutdown().await?;
        return Err(CliError::not(
            Code::Refused,
            "Máy này đã thuộc một điểm.",
            "this folder belongs to a site already",
        ));
    }
    let handle = runtime.handle().clone();
    let joining = Joining { handle, ask, out };
    let patience = ask.timeout.map_or(Duration::MAX, Duration::from_secs);
    let joined = tokio::select! {
        biased;
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            Err(CliError::not(Code::Refused, "Đã dừng xin kết nạp.", "joining was interrupted"))
        }
        joined = tokio::time::timeout(patience, joining.run()) => joined.unwrap_or_else(|_elapsed| {
            Err(CliError::not(
                Code::Refused,
                "Chưa máy nào kết nạp máy này. Hãy kiểm tra dây mạng và thử lại.",
                "no member admitted this PC in time",
            ))
        }),
    };
    let node = runtime.handle().node();
    runtime.shutdown().await?;
    joined?;
    out.result(&json!({ "event": "joined", "node": node }), || {
        "Đã được kết nạp. (joined)".to_owned()
    })?;
    DONE
}

struct Joining<'a> {
    handle: NodeHandle,
    ask: &'a args::Join,
    out: Out,
}

impl Joining<'_> {
    async fn run(self) -> CliResult<()> {
        let mut news = self.handle.subscribe();
        self.handle
            .control(Control::Seek {
                name: self.ask.name.clone(),
                mode: self.ask.mode.into(),
            })
            .await?;
        let waiting = json!({ "event": "waiting", "node": self.handle.node() });
        self.tell(
            &waiting,
            "Đang tìm máy của điểm để xin kết nạp … (looking for a member)",
        )?;
        // Digits shown before the subscription began would be missed otherwise.
        for waiting in self.handle.waiting().await? {
            self.compare(&waiting).await?;
        }
        self.follow(&mut news).await
    }

    async fn follow(&self, news: &mut Subscription) -> CliResult<()> {
        while let Some(news) = news.next().await {
            match news {
                NodeNews::Joined => return Ok(()),
                NodeNews::JoinCode(waiting) => self.compare(&waiting).await?,
                NodeNews::JoinFailed { peer, reason } => {
                    let line = json!({ "event": "join_failed", "peer": peer, "reason": reason });
                    self.tell(&line, &format!("Chưa được kết nạp: {}.", reason.text()))?;
                }
                NodeNews::Lagged => {
                    for waiting in self.handle.waiting().await? {
                        self.compare(&waiting).await?;
                    }
                }
                _ => {}
            }
        }
        Err(CliError::Node("the node ended".to_owned()))
    }

    /// Shows the digits and lets a person, or the given digits, decide.
    async fn compare(&self, waiting: &WaitingPeer) -> CliResult<()> {
        let line = json!({
            "event": "code", "peer": waiting.peer, "name": waiting.name, "code": waiting.code,
        });
        let words = format!(
            "Mã trên cả hai màn hình phải giống nhau: {} (the same digits must be on both screens)",
            waiting.code
        );
        self.tell(&line, &words)?;
        let peer = waiting.peer;
        let control = if self.are_equal(waiting).await? {
            Control::ConfirmCode { peer, admin: false }
        } else {
            Control::RejectCode { peer }
        };
        match self.handle.control(control).await {
            Ok(_) => Ok(()),
            // The exchange ended while the person was comparing; the next one shows new digits.
            Err(refusal) => {
                tracing::info!(why = refusal.code(), "the comparison came too late");
                Ok(())
            }
        }
    }

    async fn are_equal(&self, waiting: &WaitingPeer) -> CliResult<bool> {
        if self.ask.yes {
            return Ok(true);
        }
        if let Some(code) = &self.ask.yes_code {
            return Ok(same_digits(code, &waiting.code));
        }
        let out = self.out;
        tokio::task::spawn_blocking(move || out.asks("Giống nhau? (same?) [y/n]"))
            .await
            .map_err(std::io::Error::other)?
    }

    /// Progress is part of the output of `--json`, one event a line.
    fn tell(&self, line: &serde_json::Value, words: &str) -> CliResult<()> {
        if self.out.is_json() {
            return self.out.result(line, String::new);
        }
        self.out.note(words);
        Ok(())
    }
}

/// Whether two texts show the same six digits, spaces apart.
pub(crate) fn same_digits(left: &str, right: &str) -> bool {
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let left = digits(left);
    left.len() == 6 && left == digits(right)
}

#[cfg(test)]
mod tests {
    use super::same_digits;

    #[test]
    fn digits_are_compared_without_spaces_and_never_in_part() {
        for (left, right, same) in [
            ("123456", "123 456", true),
            ("123 456", "123 456", true),
            ("123 457", "123 456", false),
            ("12345", "12345", false),
            ("", "", false),
        ] {
            assert_eq!(same_digits(left, right), same, "{left} {right}");
        }
    }
}
