//! `verify`.

use std::path::Path;

use crate::cli::exit::{CliResult, Code};
use crate::cli::out::Out;
use crate::cli::session::{self, Session};
use crate::ipc::{Client, Request, Response};
use crate::verify::{self, Progress, Report};

pub(crate) async fn verify(folder: &Path, out: Out) -> CliResult<Code> {
    let mut session = Session::in_site(folder).await?;
    let report = match &mut session {
        Session::Running(client) => ask(client, out).await,
        Session::Here(runtime) => runtime
            .handle()
            .read(move |reader| verify::verify(reader, &mut |at| tell(out, at)))
            .await
            .map_err(Into::into),
    };
    session.close().await?;
    let report = report?;
    out.result(&report, || words(&report))?;
    Ok(if report.is_clean() {
        Code::Ok
    } else {
        Code::Differences
    })
}

async fn ask(client: &mut Client, out: Out) -> CliResult<Report> {
    let mut response = client.ask(&Request::Verify).await?;
    loop {
        match response {
            Response::Progress(at) => tell(out, at),
            Response::Verified(report) => return Ok(*report),
            _ => return Err(session::unexpected()),
        }
        response = client.next().await?;
    }
}

fn tell(out: Out, at: Progress) {
    out.note(&format!("{:?}: {} / {}", at.stage, at.n_done, at.n_of));
}

fn words(report: &Report) -> String {
    let mut lines: Vec<String> = report
        .differences
        .iter()
        .map(|found| format!("SAI  {}: {}", found.place, found.what))
        .collect();
    lines.push(format!(
        "{} nhật ký, {} bản ghi, {} chữ ký, {} thay đổi, {} tài liệu, {} bản chiếu, {} tuyên bố: {}",
        report.n_logs,
        report.n_entries,
        report.n_signatures,
        report.n_changes,
        report.n_documents,
        report.n_projections,
        report.n_statements,
        if report.is_clean() {
            "tất cả đều đúng. (all hold)".to_owned()
        } else {
            format!("{} chỗ sai! (differences)", report.n_differences)
        }
    ));
    lines.join("\n")
}
