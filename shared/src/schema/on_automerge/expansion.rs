//! How much a chunk of automerge says it holds, read before automerge does: its columns are run lengths, so a few dozen
//! bytes can claim a trillion operations, which automerge would walk through one by one.

/// What every automerge chunk begins with.
const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const DOCUMENT: u8 = 0;
const CHANGE: u8 = 1;

/// The three bits of a column's specification that say what it holds.
const TYPE_BITS: u64 = 0b111;
const GROUP: u64 = 0;
const DELTA: u64 = 3;
const BOOLEAN: u64 = 4;
const TEXT: u64 = 5;
const RAW: u64 = 7;

/// Whether no column of a change or document claims more rows than the chunk has bytes. Every operation our schema writes
/// has a key or a value of its own, so an honest chunk never comes near; anything unreadable is not plain either.
pub(super) fn is_bounded(bytes: &[u8]) -> bool {
    let mut rest = Bytes(bytes);
    columns_of(&mut rest).is_some_and(|columns| {
        columns
            .iter()
            .all(|(kind, data)| n_rows(*kind, data).is_some_and(|n| n <= bytes.len() as u64))
    })
}

/// The columns of a chunk, each with its type.
fn columns_of<'a>(rest: &mut Bytes<'a>) -> Option<Vec<(u64, &'a [u8])>> {
    if rest.take(4)? != MAGIC {
        return None;
    }
    rest.take(4)?;
    let kind = *rest.take(1)?.first()?;
    rest.number()?;
    match kind {
        CHANGE => {
            rest.skip_hashes()?;
            rest.skip_text()?;
            for _number in ["sequence", "first operation", "time"] {
                rest.number()?;
            }
            rest.skip_text()?;
            rest.skip_texts()?;
            let described = rest.described()?;
            rest.columns(described)
        }
        DOCUMENT => {
            rest.skip_texts()?;
            rest.skip_hashes()?;
            let (changes, operations) = (rest.described()?, rest.described()?);
            let mut columns = rest.columns(changes)?;
            columns.extend(rest.columns(operations)?);
            Some(columns)
        }
        _ => None,
    }
}

/// Rows a column claims; for a group, and what its rows claim of the columns that follow.
fn n_rows(kind: u64, data: &[u8]) -> Option<u64> {
    let mut rest = Bytes(data);
    let mut n_rows: u64 = 0;
    while !rest.0.is_empty() {
        let n = match kind {
            RAW => return Some(0),
            BOOLEAN => rest.number()?,
            _ => n_of_run(kind, &mut rest)?,
        };
        n_rows = n_rows.checked_add(n)?;
    }
    Some(n_rows)
}

/// One run: a count and a value, so many values as they are, or so many times nothing.
fn n_of_run(kind: u64, rest: &mut Bytes<'_>) -> Option<u64> {
    let count = rest.signed()?;
    let n = count.unsigned_abs();
    if count == 0 {
        return rest.number();
    }
    let n_values = if count > 0 { 1 } else { n };
    let mut n_below: u64 = 0;
    for _value in 0..n_values {
        let value = match kind {
            TEXT => rest.skip_text().map(|()| 0)?,
            DELTA => rest.signed().map(|_delta| 0)?,
            _ => rest.number()?,
        };
        if kind == GROUP {
            n_below = n_below.checked_add(value)?;
        }
    }
    if count > 0 {
        n_below = n_below.checked_mul(n)?;
    }
    n.checked_add(n_below)
}

/// The rest of a chunk.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    /// A LEB128 number without a sign.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..70).step_by(7) {
            let byte = *self.take(1)?.first()?;
            let bits = u64::from(byte & 0x7f);
            number |= bits.checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// One with a sign.
    fn signed(&mut self) -> Option<i64> {
        let mut number: i64 = 0;
        for shift in (0..70).step_by(7) {
            let byte = *self.take(1)?.first()?;
            number |= i64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                let ends_at = shift + 7;
                let is_negative = byte & 0x40 != 0 && ends_at < 64;
                return Some(if is_negative {
                    number | (-1_i64 << ends_at)
                } else {
                    number
                });
            }
        }
        None
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    fn skip_text(&mut self) -> Option<()> {
        let n = self.length()?;
        self.take(n).map(drop)
    }

    fn skip_texts(&mut self) -> Option<()> {
        for _text in 0..self.number()? {
            self.skip_text()?;
        }
        Some(())
    }

    fn skip_hashes(&mut self) -> Option<()> {
        let n = self.length()?;
        self.take(n.checked_mul(32)?).map(drop)
    }

    /// What columns follow: type and length of each.
    fn described(&mut self) -> Option<Vec<(u64, usize)>> {
        let mut described = Vec::new();
        for _column in 0..self.number()? {
            let kind = self.number()? & TYPE_BITS;
            described.push((kind, self.length()?));
        }
        Some(described)
    }

    fn columns(&mut self, described: Vec<(u64, usize)>) -> Option<Vec<(u64, &'a [u8])>> {
        let column = |(kind, n)| Some((kind, self.take(n)?));
        described.into_iter().map(column).collect()
    }
}

#[cfg(test)]
mod tests {
    use automerge::transaction::{CommitOptions, Transactable};
    use automerge::{ActorId, ROOT, ReadDoc};

    use super::*;
    use crate::log::DocKind;
    use crate::schema::{Edit, new_document, write};

    #[test]
    fn what_our_schema_writes_is_plain_and_any_part_of_it_is_read_without_a_panic() {
        let mut document = new_document(DocKind::Dossier).unwrap();
        for number in 0..40 {
            document.set_actor(ActorId::from([number % 3; 16].as_slice()));
            let mut tx = document.transaction();
            let edits = [
                Edit::text("name", "Trần Thị Thử"),
                Edit::int("n", 1),
                Edit::event(&"xong"),
                Edit::Clear {
                    key: "name".to_owned(),
                },
            ];
            write(&mut tx, &edits, [number; 16]).unwrap();
            tx.commit_with(CommitOptions::default().with_time(-1));
        }
        for change in document.get_changes(&[]) {
            assert!(is_bounded(change.raw_bytes()), "{:?}", change.hash());
        }
        let saved = document.save_nocompress();
        assert!(is_bounded(&saved));
        for len in 0..saved.len() {
            is_bounded(&saved[..len]);
        }
    }

    #[test]
    fn the_same_value_many_times_is_not_plain() {
        let mut document = automerge::Automerge::new();
        let mut tx = document.transaction();
        let list = tx
            .put_object(ROOT, "list", automerge::ObjType::List)
            .unwrap();
        for at in 0..2_000 {
            tx.insert(&list, at, ()).unwrap();
        }
        let (hash, _) = tx.commit();
        let change = document.get_change_by_hash(&hash.unwrap()).unwrap();
        assert!(change.raw_bytes().len() < 1_000);
        assert!(!is_bounded(change.raw_bytes()));
        assert!(!is_bounded(&document.save_nocompress()));
    }
}
