//! What an officer does all day: `ticket`, `call`, `receive`.

use std::path::Path;

use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{Command, Outcome};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::cli::args;
use crate::cli::exit::{CliError, CliResult, Code};
use crate::cli::out::{DONE, Out, local_time};
use crate::cli::session::Session;

pub(crate) async fn ticket(folder: &Path, ask: &args::Ticket, out: Out) -> CliResult<Code> {
    let command = Command::IssueTicket {
        lane: text("the lane", &ask.lane)?,
        priority: ask
            .priority
            .as_ref()
            .map(|word| value("--priority", Value::from(word.as_str())))
            .transpose()?,
        papers: List::default(),
    };
    have_done(folder, command, out).await
}

pub(crate) async fn call(folder: &Path, ask: &args::Call, out: Out) -> CliResult<Code> {
    let lanes: Vec<Text<4>> = ask
        .lanes
        .iter()
        .map(|lane| text("a lane", lane))
        .collect::<CliResult<_>>()?;
    let lanes =
        List::new(lanes).map_err(|_too_many| CliError::Usage("too many lanes".to_owned()))?;
    have_done(folder, Command::CallNext { lanes }, out).await
}

pub(crate) async fn receive(folder: &Path, ask: &args::Receive, out: Out) -> CliResult<Code> {
    let mut form = json!({
        "procedure": ask.procedure,
        "case": ask.case,
        "processing": ask.processing,
        "channel": ask.channel,
        "transacting": {
            "name": ask.name,
            "id_number": ask.id,
            "birth_date": ask.born,
            "address": ask.address,
            "phone": ask.phone,
        },
        "request": ask.request,
        "accept_missing": ask.accept_missing,
    });
    if let Some(name) = &ask.subject {
        form["subject"] = json!({ "name": name });
    }
    let command = Command::ReceiveDossier(value("the dossier", form)?);
    have_done(folder, command, out).await
}

async fn have_done(folder: &Path, command: Command, out: Out) -> CliResult<Code> {
    let mut session = Session::in_site(folder).await?;
    let done = session.command(command).await;
    session.close().await?;
    let outcome = done?;
    out.result(&outcome, || words(&outcome))?;
    DONE
}

fn words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::TicketIssued {
            number, n_ahead, ..
        } => format!("{number}  (còn {n_ahead} người trước)"),
        Outcome::TicketCalled(called) => {
            let doubt = if called.taken_over {
                "  (có thể đã được gọi ở quầy khác)"
            } else {
                ""
            };
            format!("{} → quầy {}{doubt}", called.number, called.counter)
        }
        Outcome::DossierReceived(received) => match &received.due {
            Some(due) => format!("{}  hẹn trả {}", received.code, local_time(due.at.millis)),
            None => format!("{}  chưa có hạn trả", received.code),
        },
        _ => "Xong. (done)".to_owned(),
    }
}

fn text<const N: usize>(what: &str, text: &str) -> CliResult<Text<N>> {
    Text::new(text).map_err(|_too_long| CliError::Usage(format!("{what} is longer than {N} bytes")))
}

fn value<T: DeserializeOwned>(what: &str, value: Value) -> CliResult<T> {
    serde_json::from_value(value).map_err(|error| CliError::Usage(format!("{what}: {error}")))
}
