//! `import`: procedures of the national catalogue, with what became of each record.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use lienquay_shared::command::{Command, Outcome};
use lienquay_shared::domain::importer::MAX_RECORD_BYTES;
use serde::Serialize;
use serde_json::Value;

use crate::cli::args;
use crate::cli::exit::{CliError, CliResult, Code};
use crate::cli::out::Out;
use crate::cli::session::Session;

/// Files imported at once; the whole national catalogue has about 6,400 procedures.
const MAX_FILES: usize = 20_000;

/// What became of one record.
#[derive(Debug, Serialize)]
struct Line {
    file: PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// It is in the catalogue now; false when it was skipped.
    imported: bool,
    is_new: bool,
    /// Parts of the record that could not be used.
    unusable: Vec<String>,
    /// Why it was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

#[derive(Debug, Serialize)]
struct Report {
    n_imported: usize,
    n_new: usize,
    n_skipped: usize,
    records: Vec<Line>,
}

pub(crate) async fn import(folder: &Path, ask: &args::Import, out: Out) -> CliResult<Code> {
    let effective_from = ask
        .effective_from
        .as_ref()
        .map(|text| serde_json::from_value(Value::from(text.as_str())))
        .transpose()
        .map_err(|_not_a_date| CliError::Usage("--effective-from: not a date".to_owned()))?;
    let files = files(&ask.from)?;
    let mut session = Session::in_site(folder).await?;
    let mut records = Vec::new();
    let mut stopped = None;
    for file in files {
        let record = match read(&file) {
            Ok(record) => record,
            Err(why) => {
                records.push(skipped(file, why));
                continue;
            }
        };
        let command = Command::ImportProcedure {
            record,
            effective_from,
        };
        match session.command(command).await {
            Ok(outcome) => records.push(imported(file, outcome)),
            Err(CliError::Refused(refusal)) => {
                records.push(skipped(file, refusal.vietnamese()));
            }
            Err(error) => {
                stopped = Some(error);
                break;
            }
        }
    }
    session.close().await?;
    if let Some(error) = stopped {
        return Err(error);
    }
    let n_imported = records.iter().filter(|line| line.imported).count();
    let report = Report {
        n_imported,
        n_new: records.iter().filter(|line| line.is_new).count(),
        n_skipped: records.len() - n_imported,
        records,
    };
    out.result(&report, || words(&report))?;
    Ok(if report.n_skipped == 0 {
        Code::Ok
    } else {
        Code::Refused
    })
}

/// The files meant, those of folders in order of their names.
fn files(from: &[PathBuf]) -> CliResult<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in from {
        if !path.exists() {
            return Err(CliError::Usage(format!("{}: no such file", path.display())));
        }
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let mut inside = Vec::new();
        for entry in fs::read_dir(path)? {
            let path = entry?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                inside.push(path);
            }
        }
        inside.sort();
        files.extend(inside);
    }
    if files.len() > MAX_FILES {
        let what = format!("{} files, at most {MAX_FILES} at once", files.len());
        return Err(CliError::Usage(what));
    }
    Ok(files)
}

fn read(file: &Path) -> Result<Value, String> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_RECORD_BYTES).unwrap_or(u64::MAX);
    fs::File::open(file)
        .and_then(|file| file.take(limit + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("Không đọc được tệp ({error})."))?;
    if bytes.len() > MAX_RECORD_BYTES {
        return Err("Tệp lớn hơn 1 MiB: không phải một thủ tục.".to_owned());
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    serde_json::from_slice(bytes).map_err(|error| format!("Tệp không phải JSON đầy đủ ({error})."))
}

fn imported(file: PathBuf, outcome: Outcome) -> Line {
    match outcome {
        Outcome::ProcedureImported {
            code,
            is_new,
            unusable,
            ..
        } => Line {
            file,
            code: Some(code.to_string()),
            imported: true,
            is_new,
            unusable,
            why: None,
        },
        _ => skipped(file, "Máy trả lời khác với dự kiến.".to_owned()),
    }
}

fn skipped(file: PathBuf, why: String) -> Line {
    Line {
        file,
        code: None,
        imported: false,
        is_new: false,
        unusable: Vec::new(),
        why: Some(why),
    }
}

fn words(report: &Report) -> String {
    let mut lines = Vec::new();
    for line in &report.records {
        let file = line.file.display();
        match (&line.code, &line.why) {
            (_, Some(why)) => lines.push(format!("BỎ QUA {file}: {why}")),
            (Some(code), None) => {
                let state = if line.is_new { "mới" } else { "đã có" };
                lines.push(format!("{code}: {state}"));
                lines.extend(line.unusable.iter().map(|note| format!("    {note}")));
            }
            (None, None) => {}
        }
    }
    lines.push(format!(
        "{} thủ tục ({} mới), bỏ qua {}. ({} imported, {} skipped)",
        report.n_imported, report.n_new, report.n_skipped, report.n_imported, report.n_skipped
    ));
    lines.join("\n")
}
