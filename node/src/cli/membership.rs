//! Who takes part: `waiting`, `admit`, `reject`, `members`, `revoke`, `retire`, `recover`.

use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;

use lienquay_shared::NodeId;
use lienquay_shared::codec::Text;
use lienquay_shared::command::Command;
use lienquay_shared::query::{Answer, Query};
use lienquay_shared::view::MemberRow;

use crate::cli::joining::same_digits;
use crate::cli::out::{DONE, Out, local_time};
use crate::cli::session::{self, Session};
use crate::cli::{args, exit};
use crate::ipc::{Client, Request, Response};
use crate::runtime::WaitingPeer;
use exit::{CliError, CliResult, Code};

/// A sheet is nine groups of ten digits, or a QR text as long.
const MAX_SHEET_BYTES: u64 = 512;

/// Only a running node meets newcomers.
async fn running(folder: &Path) -> CliResult<Client> {
    let running = session::running(folder).await?;
    running.ok_or_else(|| {
        CliError::not(
            Code::NotFound,
            "Máy này chưa chạy nên không thấy máy nào đang chờ. Hãy chạy `run` trước.",
            "no node runs on this data folder, so nobody can wait at it; start it with `run`",
        )
    })
}

async fn list(client: &mut Client) -> CliResult<Vec<WaitingPeer>> {
    match client.ask(&Request::Waiting).await? {
        Response::Waiting(peers) => Ok(peers),
        _ => Err(session::unexpected()),
    }
}

pub(crate) async fn waiting(folder: &Path, out: Out) -> CliResult<Code> {
    let peers = list(&mut running(folder).await?).await?;
    out.result(&peers, || {
        if peers.is_empty() {
            return "Không có máy nào đang chờ kết nạp. (nobody waits)".to_owned();
        }
        let line = |peer: &WaitingPeer| format!("{}  {}  {}", peer.code, peer.peer, peer.name);
        peers.iter().map(line).collect::<Vec<_>>().join("\n")
    })?;
    DONE
}

pub(crate) async fn admit(folder: &Path, ask: &args::Admit, out: Out) -> CliResult<Code> {
    let mut client = running(folder).await?;
    let peer = chosen(&list(&mut client).await?, &ask.peer)?;
    let admin = ask.admin;
    order(&mut client, Request::Confirm { peer, admin }, out).await
}

pub(crate) async fn reject(folder: &Path, peer: &str, out: Out) -> CliResult<Code> {
    let mut client = running(folder).await?;
    let peer = chosen(&list(&mut client).await?, peer)?;
    order(&mut client, Request::Reject { peer }, out).await
}

async fn order(client: &mut Client, request: Request, out: Out) -> CliResult<Code> {
    match client.ask(&request).await? {
        Response::Done(outcome) => {
            out.result(&outcome, || "Xong. (done)".to_owned())?;
            DONE
        }
        Response::Refused(refusal) => Err(refusal.into()),
        Response::Error { what } => Err(CliError::Node(what)),
        _ => Err(session::unexpected()),
    }
}

/// The waiting PC meant: by its digits, or by its key or the beginning of it.
fn chosen(waiting: &[WaitingPeer], by: &str) -> CliResult<NodeId> {
    let mut found = waiting.iter().filter(|peer| {
        same_digits(&peer.code, by) || (by.len() >= 4 && peer.peer.to_string().starts_with(by))
    });
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only.peer),
        (None, _) => Err(CliError::not_found()),
        (Some(_), Some(_)) => Err(CliError::Usage(
            "several PCs match; give the whole key".to_owned(),
        )),
    }
}

async fn rows(session: &mut Session) -> CliResult<Vec<MemberRow>> {
    match session.ask(Query::Members).await? {
        Answer::Members(rows) => Ok(rows),
        _ => Err(session::unexpected()),
    }
}

pub(crate) async fn members(folder: &Path, out: Out) -> CliResult<Code> {
    let mut session = Session::in_site(folder).await?;
    let rows = rows(&mut session).await;
    session.close().await?;
    let rows = rows?;
    out.result(&rows, || {
        rows.iter().map(line).collect::<Vec<_>>().join("\n")
    })?;
    DONE
}

fn line(row: &MemberRow) -> String {
    let state = match (row.is_active, row.is_connected) {
        (false, _) => "đã rời",
        (true, true) => "nối",
        (true, false) => "không nối",
    };
    let heard = row.last_heard_millis.map(local_time).unwrap_or_default();
    let admin = if row.is_admin { "quản trị" } else { "" };
    format!(
        "{}  {:<20}  {state:<10}  {admin:<8}  thiếu {}  {heard}",
        row.node.short(),
        row.name,
        row.n_entries_behind
    )
}

pub(crate) async fn revoke(folder: &Path, ask: &args::Revoke, out: Out) -> CliResult<Code> {
    let reason = Text::truncated(&ask.reason);
    remove(folder, &ask.node, out, |node| Command::Revoke {
        node,
        reason,
    })
    .await
}

pub(crate) async fn retire(folder: &Path, node: &str, out: Out) -> CliResult<Code> {
    remove(folder, node, out, |node| Command::Retire { node }).await
}

async fn remove(
    folder: &Path,
    node: &str,
    out: Out,
    command: impl FnOnce(NodeId) -> Command,
) -> CliResult<Code> {
    let mut session = Session::in_site(folder).await?;
    let done = async {
        let node = member(&rows(&mut session).await?, node)?;
        session.command(command(node)).await
    }
    .await;
    session.close().await?;
    let outcome = done?;
    out.result(&outcome, || "Xong. (done)".to_owned())?;
    DONE
}

/// The PC meant: by its key, the beginning of it, or its name.
fn member(rows: &[MemberRow], by: &str) -> CliResult<NodeId> {
    let mut found = rows
        .iter()
        .filter(|row| row.name == by || (by.len() >= 4 && row.node.to_string().starts_with(by)));
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only.node),
        (None, _) => Err(CliError::not_found()),
        (Some(_), Some(_)) => Err(CliError::Usage(
            "several PCs match; give the whole key".to_owned(),
        )),
    }
}

/// The sheet is typed or scanned into the standard input: an argument could be seen by every user of this PC.
pub(crate) async fn recover(folder: &Path, out: Out) -> CliResult<Code> {
    if io::stdin().is_terminal() {
        out.note("Gõ hoặc quét phiếu khôi phục, rồi Ctrl+D. (type or scan the recovery sheet, then Ctrl+D)");
    }
    let mut typed = String::new();
    io::stdin()
        .take(MAX_SHEET_BYTES)
        .read_to_string(&mut typed)?;
    let sheet = Text::truncated(typed.trim());
    let mut session = Session::in_site(folder).await?;
    let recovered = session.request(Request::Recover { sheet }).await;
    session.close().await?;
    recovered?;
    out.result(&"done", || {
        "Máy này đã là máy quản trị. (this PC is an administrator now)".to_owned()
    })?;
    DONE
}
