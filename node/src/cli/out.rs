//! What the command line writes: results to the standard output, everything else to the standard error stream.

use std::io::{self, Write as _};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::exit::{CliError, CliResult, Code};

/// Where and how to write.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Out {
    json: bool,
}

impl Out {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// A result: the value as one line of JSON, or the words.
    pub(crate) fn result<T: Serialize>(
        self,
        value: &T,
        words: impl FnOnce() -> String,
    ) -> CliResult<()> {
        let text = if self.json {
            serde_json::to_string(value).map_err(io::Error::other)?
        } else {
            words()
        };
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{}", text.trim_end())?;
        Ok(stdout.flush()?)
    }

    /// A result that has no words of its own: JSON, indented for people.
    pub(crate) fn value<T: Serialize>(self, value: &T) -> CliResult<()> {
        let pretty = serde_json::to_string_pretty(value).map_err(io::Error::other)?;
        self.result(value, || pretty)
    }

    /// Something for whoever watches; never part of the result.
    pub(crate) fn note(self, words: &str) {
        // Nobody may be watching any more.
        writeln!(io::stderr().lock(), "{words}").ok();
    }

    /// A question on the terminal; `false` for anything but yes.
    pub(crate) fn asks(self, question: &str) -> CliResult<bool> {
        write!(io::stderr().lock(), "{question} ")?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        let answer = answer.trim().to_lowercase();
        Ok(["y", "yes", "c", "có", "co"].contains(&answer.as_str()))
    }

    /// How a command failed.
    pub(crate) fn error(self, error: &CliError) -> ExitCode {
        if matches!(error, CliError::Io(error) if error.kind() == io::ErrorKind::BrokenPipe) {
            // Whoever read has seen enough, as `head` does.
            return Code::Ok.into();
        }
        let code = error.code();
        if self.json {
            let mut line: Value = json!({
                "error": error.name(),
                "exit_code": code as u8,
                "vietnamese": error.vietnamese(),
                "english": error.to_string(),
            });
            if let CliError::Refused(refusal) = error {
                line["refusal"] = serde_json::to_value(refusal).unwrap_or_default();
            }
            writeln!(io::stdout().lock(), "{line}").ok();
        } else {
            self.note(&error.vietnamese());
            self.note(&format!("({error})"));
        }
        code.into()
    }
}

/// Unix milliseconds as Vietnamese date and time.
pub(crate) fn local_time(millis: u64) -> String {
    let time = lienquay_shared::domain::site_time::SiteTime {
        millis,
        ..Default::default()
    };
    time.civil().map_or_else(String::new, |civil| {
        format!(
            "{:02}/{:02}/{} {:02}:{:02}",
            civil.day(),
            civil.month(),
            civil.year(),
            civil.hour(),
            civil.minute()
        )
    })
}

/// The code of a command that did what it was asked to.
pub(crate) const DONE: CliResult<Code> = Ok(Code::Ok);
