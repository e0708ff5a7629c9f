//! One line of strace: which call, with what, and what it gave.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail, ensure};

/// One call as strace writes it.
pub(super) struct Call<'a> {
    pub(super) thread: &'a str,
    pub(super) name: &'a str,
    pub(super) arguments: &'a str,
    pub(super) result: i64,
}

/// Puts together what strace tore apart when threads took turns.
pub(super) fn joined(
    line: &str,
    unfinished: &mut BTreeMap<String, String>,
) -> Result<Option<String>> {
    let thread = line
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .to_owned();
    if let Some(start) = line.strip_suffix(" <unfinished ...>") {
        unfinished.insert(thread, start.to_owned());
        return Ok(None);
    }
    if let Some((_, end)) = line.split_once(" resumed>") {
        let start = unfinished
            .remove(&thread)
            .context("resumed, but not begun")?;
        return Ok(Some(start + end));
    }
    // How a process ended.
    if line.contains("+++ ") || line.contains("--- ") {
        return Ok(None);
    }
    Ok(Some(line.to_owned()))
}

pub(super) fn parse(line: &str) -> Result<Call<'_>> {
    let (thread, rest) = line.split_once(char::is_whitespace).context("no thread")?;
    let (name, rest) = rest.trim_start().split_once('(').context("no call")?;
    let (arguments, result) = rest.rsplit_once(" = ").context("no result")?;
    let arguments = arguments.trim_end().strip_suffix(')').context("no end")?;
    let number: String = result
        .chars()
        .take_while(|c| *c == '-' || c.is_ascii_digit())
        .collect();
    // `?` is what a killed call gives: it was not done.
    let result = if number.is_empty() {
        -1
    } else {
        number.parse()?
    };
    Ok(Call {
        thread,
        name,
        arguments,
        result,
    })
}

/// The path of an open file: `3</dev/shm/…/store.db>`; none when it has no name any more.
pub(super) fn open_path(arguments: &str) -> Result<Option<PathBuf>> {
    let (_, rest) = arguments.split_once('<').context("no open file")?;
    let (path, rest) = rest.split_once('>').context("no end of the path")?;
    if rest.starts_with("(deleted)") {
        return Ok(None);
    }
    path_of(unescape(path)?).map(Some)
}

fn path_of(bytes: Vec<u8>) -> Result<PathBuf> {
    Ok(PathBuf::from(String::from_utf8(bytes)?))
}

pub(super) fn paths<const N: usize>(arguments: &str) -> Result<[PathBuf; N]> {
    let found: Result<Vec<_>> = quoted(arguments)?.map(|bytes| path_of(bytes?)).collect();
    found?
        .try_into()
        .map_err(|found| anyhow::anyhow!("paths: {found:?}"))
}

/// What stands in quotation marks; everything in it is `\x..`.
pub(super) fn quoted(arguments: &str) -> Result<impl Iterator<Item = Result<Vec<u8>>> + '_> {
    ensure!(!arguments.contains("\"..."), "strace cut a string");
    Ok(arguments.split('"').skip(1).step_by(2).map(unescape))
}

fn unescape(text: &str) -> Result<Vec<u8>> {
    let bytes = text.as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16).context("not a digit");
    bytes
        .chunks(4)
        .map(|chunk| match chunk {
            [b'\\', b'x', high, low] => Ok(u8::try_from(digit(*high)? * 16 + digit(*low)?)?),
            other => bail!("not escaped: {other:?}"),
        })
        .collect()
}

pub(super) fn last_number(arguments: &str) -> Result<usize> {
    let (_, number) = arguments.rsplit_once(", ").context("no number")?;
    Ok(number.trim().parse()?)
}
