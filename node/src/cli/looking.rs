//! Looking: `find`, `show`, `queue`, `status`, `health`, `cccd`.

use std::path::Path;

use lienquay_shared::DocId;
use lienquay_shared::codec::Text;
use lienquay_shared::command::DossierRef;
use lienquay_shared::domain::cccd::parse_cccd;
use lienquay_shared::query::{Answer, PageAsk, Query};
use lienquay_shared::view::{DossierRow, QueueView};
use serde_json::{Value, json};

use crate::cli::dossier_words::dossier_words;
use crate::cli::exit::{CliError, CliResult, Code};
use crate::cli::out::{DONE, Out, local_time};
use crate::cli::session::{self, Session};
use crate::cli::{args, generic};

async fn answer(folder: &Path, query: Query) -> CliResult<Answer> {
    let mut session = Session::in_site(folder).await?;
    let answer = session.ask(query).await;
    session.close().await?;
    answer
}

pub(crate) async fn find(folder: &Path, ask: &args::Find, out: Out) -> CliResult<Code> {
    let query = Query::Dossiers {
        text: Text::truncated(&ask.text.join(" ")),
        status: None,
        page: PageAsk {
            after: ask.after.as_deref().map(Text::truncated),
            limit: ask.limit,
            skip: 0,
        },
    };
    let Answer::Dossiers(page) = answer(folder, query).await? else {
        return Err(session::unexpected());
    };
    out.result(&page, || {
        let mut lines: Vec<String> = page.rows.iter().map(line).collect();
        lines.extend(page.next.as_ref().map(|next| format!("… --after {next}")));
        lines.join("\n")
    })?;
    Ok(if page.rows.is_empty() {
        Code::NotFound
    } else {
        Code::Ok
    })
}

fn line(row: &DossierRow) -> String {
    format!(
        "{:<26}  {:<24}  {:<16}  hẹn {}  {}",
        row.code,
        row.transacting_name,
        row.status.vietnamese(),
        row.due_at_millis.map(local_time).unwrap_or_default(),
        row.procedure_name
    )
}

/// A dossier as it is typed: its document or its code.
pub(crate) fn dossier_ref(typed: &str) -> DossierRef {
    match typed.parse::<DocId>() {
        Ok(doc) => DossierRef::Id(doc),
        Err(_not_a_document) => DossierRef::Code(Text::truncated(typed)),
    }
}

pub(crate) async fn show(folder: &Path, dossier: &str, out: Out) -> CliResult<Code> {
    let dossier = dossier_ref(dossier);
    let found = answer(folder, Query::Dossier { dossier }).await?;
    match found {
        Answer::NotFound => Err(CliError::not_found()),
        Answer::Ambiguous { .. } => {
            out.value(&found)?;
            Ok(Code::Refused)
        }
        Answer::Dossier { dossier, .. } => {
            out.result(&dossier, || dossier_words(&dossier))?;
            DONE
        }
        _ => Err(session::unexpected()),
    }
}

pub(crate) async fn queue(folder: &Path, out: Out) -> CliResult<Code> {
    let Answer::Queue(view) = answer(folder, Query::Queue).await? else {
        return Err(session::unexpected());
    };
    out.result(&view, || queue_words(&view))?;
    DONE
}

fn queue_words(view: &QueueView) -> String {
    let mut lines: Vec<String> = view
        .last_calls
        .iter()
        .filter_map(|row| {
            let call = row.call.as_ref()?;
            Some(format!("{} → quầy {}", row.number_text, call.counter))
        })
        .collect();
    lines.extend(view.lanes.iter().map(|lane| {
        format!(
            "làn {}  {}: {} người chờ",
            lane.lane, lane.name, lane.n_waiting
        )
    }));
    lines.join("\n")
}

pub(crate) async fn status(folder: &Path, out: Out) -> CliResult<Code> {
    let mut session = Session::open(folder).await?;
    let is_running = matches!(session, Session::Running(_));
    let answered = session.ask(Query::Status).await;
    session.close().await?;
    let Answer::Status(mut status) = answered? else {
        return Err(session::unexpected());
    };
    status["is_running"] = json!(is_running);
    out.result(&status, || status_words(&status))?;
    if status["site"].is_null() {
        Ok(Code::NoFolder)
    } else {
        DONE
    }
}

fn status_words(status: &Value) -> String {
    let text = |name: &str| match &status[name] {
        Value::String(text) => text.clone(),
        Value::Null => "–".to_owned(),
        other => other.to_string(),
    };
    let running = if status["is_running"] == true {
        "đang chạy"
    } else {
        "không chạy"
    };
    format!(
        "máy          {}  ({running})\nđiểm         {}\ndữ liệu      {}\ntài liệu     {}\nbản ghi      {}\n\
         đang chờ     {}\nđể riêng     {}\nmáy nối      {}",
        text("node"),
        text("site"),
        text("vector_digest"),
        text("n_documents"),
        text("n_entries"),
        text("n_pending"),
        text("n_set_aside"),
        text("n_member_links"),
    )
}

pub(crate) async fn health(folder: &Path, out: Out) -> CliResult<Code> {
    let Answer::Health(health) = answer(folder, Query::Health).await? else {
        return Err(session::unexpected());
    };
    out.value(&health)?;
    DONE
}

/// Reads a card; needs no data folder.
pub(crate) fn cccd(text: &str, out: Out) -> CliResult<Code> {
    let scanned = generic::argument(text)?;
    let (card, warnings) =
        parse_cccd(scanned.trim_end_matches(['\r', '\n'])).map_err(|error| CliError::Not {
            code: Code::Usage,
            vietnamese: error.to_string(),
            english: "this is not the QR of an identity card".to_owned(),
        })?;
    let texts: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    out.value(&json!({ "card": card, "warnings": warnings, "warning_texts": texts }))?;
    DONE
}
