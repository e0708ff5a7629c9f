//! Files of dossiers: `file add`, `file list`, `file save`, `files`.

use std::path::{Path, PathBuf};

use lienquay_shared::codec::List;
use lienquay_shared::domain::dossier::Dossier;
use lienquay_shared::domain::file::{AddedFile, Origin, Place};
use lienquay_shared::query::{Answer, Query};
use lienquay_shared::view::{FileMark, FilesView};
use serde_json::json;

use crate::cli::args::{AddFile, FileVerb, Files, SaveFile};
use crate::cli::exit::{CliError, CliResult, Code};
use crate::cli::looking::dossier_ref;
use crate::cli::out::{DONE, Out};
use crate::cli::session::{self, Session};
use crate::ipc::{Request, Response};

pub(crate) async fn file(folder: &Path, verb: &FileVerb, out: Out) -> CliResult<Code> {
    let mut session = Session::in_site(folder).await?;
    let done = match verb {
        FileVerb::Add(ask) => add(&mut session, ask, out).await,
        FileVerb::List(ask) => list(&mut session, &ask.dossier, out).await,
        FileVerb::Save(ask) => save(&mut session, ask, out).await,
    };
    session.close().await?;
    done
}

async fn add(session: &mut Session, ask: &AddFile, out: Out) -> CliResult<Code> {
    let place = match ask.component {
        Some(0) => return Err(CliError::Usage("papers are counted from 1".to_owned())),
        Some(number) => Place::Component(number - 1),
        None if ask.result => Place::Result,
        None => Place::Other,
    };
    let origin = match ask.electronic {
        true => Origin::Electronic,
        false => Origin::Scanned,
    };
    let request = Request::AddFile {
        // The node may run in another folder.
        path: std::path::absolute(&ask.path)?,
        dossier: dossier_ref(&ask.dossier),
        place,
        origin,
    };
    let Response::Done(outcome) = session.request(request).await? else {
        return Err(session::unexpected());
    };
    out.result(&outcome, || "Đã thêm tệp. (added)".to_owned())?;
    DONE
}

async fn dossier(session: &mut Session, typed: &str) -> CliResult<Dossier> {
    let dossier = dossier_ref(typed);
    match session.ask(Query::Dossier { dossier }).await? {
        Answer::Dossier { dossier, .. } => Ok(*dossier),
        _ => Err(CliError::not_found()),
    }
}

async fn marks(session: &mut Session, files: &[AddedFile]) -> CliResult<Vec<FileMark>> {
    let hashes = files.iter().map(|added| added.file.hash).collect();
    let files = List::truncated(hashes);
    match session.ask(Query::FileMarks { files }).await? {
        Answer::FileMarks(marks) => Ok(marks),
        _ => Err(session::unexpected()),
    }
}

async fn list(session: &mut Session, typed: &str, out: Out) -> CliResult<Code> {
    let dossier = dossier(session, typed).await?;
    let marks = marks(session, &dossier.files).await?;
    let rows: Vec<_> = dossier
        .files
        .iter()
        .zip(&marks)
        .map(|(added, mark)| json!({ "added": added, "mark": mark }))
        .collect();
    out.result(&rows, || {
        let lines = dossier.files.iter().zip(&marks).enumerate();
        let line = |(at, (added, mark)): (usize, (&AddedFile, &FileMark))| {
            format!(
                "{:>3}  {:<2}  {:>9}  {:<40}  {}",
                at + 1,
                sign(mark),
                size_words(added.file.size),
                &*added.file.name,
                place_words(&dossier, added.file.place)
            )
        };
        lines.map(line).collect::<Vec<_>>().join("\n")
    })?;
    DONE
}

fn sign(mark: &FileMark) -> &'static str {
    match mark {
        mark if !mark.is_here => "▲",
        mark if mark.is_safe() => "✓✓",
        _ => "✓",
    }
}

fn place_words(dossier: &Dossier, place: Place) -> String {
    match place {
        Place::Component(at) => dossier
            .components
            .get(usize::from(at))
            .map_or_else(String::new, |component| component.name.to_string()),
        Place::Result => "kết quả".to_owned(),
        Place::Other => "khác".to_owned(),
    }
}

fn size_words(bytes: u64) -> String {
    match bytes {
        0..=1_023 => format!("{bytes} B"),
        1_024..=1_048_575 => format!("{} KB", bytes >> 10),
        _ => format!("{} MB", bytes >> 20),
    }
}

async fn save(session: &mut Session, ask: &SaveFile, out: Out) -> CliResult<Code> {
    let dossier = dossier(session, &ask.dossier).await?;
    let chosen = ask
        .number
        .checked_sub(1)
        .and_then(|at| dossier.files.get(at));
    let Some(added) = chosen else {
        return Err(CliError::not_found());
    };
    if ask.to.exists() {
        return Err(CliError::Not {
            code: Code::Refused,
            vietnamese: format!("{} đã có. Anh/chị chọn tên khác.", ask.to.display()),
            english: "something stands there already".to_owned(),
        });
    }
    let file = added.file.hash;
    session.request(Request::FetchFile { file }).await?;
    let path: PathBuf = std::path::absolute(&ask.to)?;
    session.request(Request::SaveFile { file, path }).await?;
    out.result(&added.file, || {
        format!("Đã lưu {} (saved)", ask.to.display())
    })?;
    DONE
}

pub(crate) async fn files(folder: &Path, ask: &Files, out: Out) -> CliResult<Code> {
    let mut session = Session::in_site(folder).await?;
    let shown = set_and_show(&mut session, ask).await;
    session.close().await?;
    let view = shown?;
    out.result(&view, || words(&view))?;
    DONE
}

async fn set_and_show(session: &mut Session, ask: &Files) -> CliResult<FilesView> {
    let before = view(session).await?;
    if ask.quota.is_none() && ask.rate.is_none() {
        return Ok(before);
    }
    let quota = ask.quota.as_deref().map(|typed| amount(typed, 20));
    let rate = ask.rate.as_deref().map(|typed| amount(typed, 10));
    let request = Request::FilesPolicy {
        quota_bytes: quota.transpose()?.unwrap_or(before.quota_bytes),
        bytes_per_second: rate.transpose()?.unwrap_or(before.bytes_per_second),
    };
    session.request(request).await?;
    view(session).await
}

async fn view(session: &mut Session) -> CliResult<FilesView> {
    match session.ask(Query::Files).await? {
        Answer::Files(view) => Ok(view),
        _ => Err(session::unexpected()),
    }
}

/// A number of KiB or MiB as bytes; `none` for no bound.
fn amount(typed: &str, shift: u32) -> CliResult<Option<u64>> {
    if typed == "none" {
        return Ok(None);
    }
    let number: u64 = typed
        .parse()
        .map_err(|_not_a_number| CliError::Usage(format!("not a number, nor `none`: {typed}")))?;
    Ok(Some(number.saturating_mul(1 << shift)))
}

fn words(view: &FilesView) -> String {
    let bound = |bytes: Option<u64>| bytes.map_or_else(|| "không hạn chế".to_owned(), size_words);
    let mut lines = vec![
        format!(
            "trên máy này   {} tệp, {}",
            view.n_here,
            size_words(view.here_bytes)
        ),
        format!("chỉ máy này có {} tệp", view.n_only_here),
        format!(
            "chờ tải về     {} tệp, {}",
            view.n_wanted,
            size_words(view.wanted_bytes)
        ),
        format!("chưa thấy máy nào có  {} tệp", view.n_nowhere),
        format!("hạn mức        {}", bound(view.quota_bytes)),
        format!("tốc độ tải     {}/giây", bound(view.bytes_per_second)),
    ];
    if view.lacks_room {
        lines.push("Hết chỗ cho tệp của máy khác.".to_owned());
    }
    for one in &view.fetching {
        let n_parts = one.size.div_ceil(64 << 10).max(1);
        lines.push(format!(
            "đang tải {}  {}  còn {} / {n_parts} phần",
            one.hash.short(),
            size_words(one.size),
            one.n_parts_lacking
        ));
    }
    lines.join("\n")
}
