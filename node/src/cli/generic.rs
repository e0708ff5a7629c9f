//! `do` and `ask`: any command and any query, as JSON.

use std::io::Read as _;
use std::path::Path;

use lienquay_shared::RequestId;
use lienquay_shared::command::{Command, Submission};
use lienquay_shared::query::{Answer, Query};
use serde::de::DeserializeOwned;

use crate::cli::exit::{CliError, CliResult, Code};
use crate::cli::out::{DONE, Out};
use crate::cli::session::Session;
use crate::runtime::random_bytes;

/// As much as the local socket takes.
const MAX_INPUT_BYTES: u64 = 2 << 20;

/// Has a command done: `{"issue_ticket":{"lane":"A"}}`, or with its request id, which makes repeating safe:
/// `{"request":"…","command":…}`.
pub(crate) async fn submit(folder: &Path, json: &str, out: Out) -> CliResult<Code> {
    let text = argument(json)?;
    let submission = match serde_json::from_str::<Submission>(&text) {
        Ok(submission) => submission,
        Err(_not_a_submission) => Submission {
            request: RequestId(random_bytes()?),
            command: parse::<Command>(&text)?,
        },
    };
    let mut session = Session::in_site(folder).await?;
    let done = session.submit(submission).await;
    session.close().await?;
    out.value(&done?)?;
    DONE
}

/// Answers a query: `"status"`, `{"dossiers":{"text":"nguyen","page":{"skip":100}}}`, `{"dossier_count":{"text":"nguyen"}}`,
/// `{"safe":{"docs":["…"]}}`, `{"receive_preview":{…}}` with what `receive` takes.
pub(crate) async fn ask(folder: &Path, json: &str, out: Out) -> CliResult<Code> {
    let query: Query = parse(&argument(json)?)?;
    let mut session = Session::open(folder).await?;
    let answer = session.ask(query).await;
    session.close().await?;
    let answer = answer?;
    out.value(&answer)?;
    Ok(match answer {
        Answer::NotFound => Code::NotFound,
        _ => Code::Ok,
    })
}

/// The argument itself, or the standard input for `-`.
pub(crate) fn argument(text: &str) -> CliResult<String> {
    if text != "-" {
        return Ok(text.to_owned());
    }
    let mut read = String::new();
    std::io::stdin()
        .lock()
        .take(MAX_INPUT_BYTES)
        .read_to_string(&mut read)?;
    Ok(read)
}

fn parse<T: DeserializeOwned>(text: &str) -> CliResult<T> {
    serde_json::from_str(text)
        .map_err(|error| CliError::Usage(format!("the JSON cannot be used: {error}")))
}
