//! Searchable texts that were changed in the open transaction, written to the index together and in its order.
//!
//! The index takes rowids that rise: one that is not above the last makes it write out everything it had gathered, a
//! segment for each dossier. Documents are projected in the order of their random ids, and a first copy brings the newest
//! first.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};

use crate::store::column::limit;
use crate::store::fault::SqlResult;
use crate::store::projections::{erasing, merging};
use crate::store::statement::execute;

/// Texts kept before they are written; a page of a first copy has 128.
const MAX_WAITING: usize = 4_096;
/// Texts of a copy or a rebuilding, not of officers: so many are followed by merging, because no idle moment comes soon.
const MANY: usize = 64;

/// What the index holds under a rowid, and what it shall hold.
#[derive(Debug, Default)]
struct Text {
    was: Option<String>,
    is: Option<String>,
}

/// What to tell the index of a text: words to be taken out, words to be put in.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    taken: Option<String>,
    put: Option<String>,
}

impl Text {
    /// A correction touches a few words of forty; only those are told. Words that begin with the same letter go together,
    /// because they share the beginnings that are indexed as well.
    ///
    /// The index counts its texts and takes itself for damaged when they are fewer than none: a text that stays is always
    /// taken out once and put in once, even if there is no word in one of them.
    fn told(&self) -> Told {
        let plain = |text: &Option<String>| text.as_deref().is_none_or(has_plain_words);
        if self.was == self.is {
            return Told::default();
        }
        match (&self.was, &self.is) {
            (Some(was), Some(is)) if plain(&self.was) && plain(&self.is) => {
                let (was, is) = (by_first_letter(was), by_first_letter(is));
                Told {
                    taken: Some(words_unlike(&was, &is)),
                    put: Some(words_unlike(&is, &was)),
                }
            }
            (was, is) => Told {
                taken: was.as_deref().map(all_words),
                put: is.as_deref().map(all_words),
            },
        }
    }
}

/// Whether the index takes the same words from a text as [`by_first_letter`] does: true for folded Vietnamese.
fn has_plain_words(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase())
}

/// All words of a text, each once; a text with other than plain words as it is.
fn all_words(text: &str) -> String {
    if has_plain_words(text) {
        words_unlike(&by_first_letter(text), &Words::new())
    } else {
        text.to_owned()
    }
}

/// The words of a text, under their first letters.
type Words<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

fn by_first_letter(text: &str) -> Words<'_> {
    let mut words = Words::new();
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        if let Some(first) = word.get(..1) {
            words.entry(first).or_default().insert(word);
        }
    }
    words
}

/// The words of every letter under which the other text has not the same ones.
fn words_unlike(words: &Words<'_>, other: &Words<'_>) -> String {
    let unlike = words
        .iter()
        .filter(|(first, words)| other.get(*first) != Some(*words));
    let words: Vec<&str> = unlike.flat_map(|(_, words)| words).copied().collect();
    words.join(" ")
}

/// The texts that wait for the end of the transaction. Readers see committed states only, and the writer never searches.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    waiting: BTreeMap<i64, Text>,
    has_removed: bool,
}

impl Texts {
    /// Under `id`, where nothing is, this text shall be found.
    pub(crate) fn insert(&mut self, id: i64, text: &str) {
        self.waiting.entry(id).or_default().is = Some(text.to_owned());
    }

    /// What was to be found under `id` no longer is. The index keeps no texts: it must be told what it had indexed.
    pub(crate) fn remove(&mut self, id: i64, text: &str) {
        let waiting = self.waiting.entry(id).or_insert_with(|| Text {
            was: Some(text.to_owned()),
            is: None,
        });
        waiting.is = None;
    }

    /// Whether they should be written before the transaction ends.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() >= MAX_WAITING
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether a text was removed altogether since this was asked last: its words are still in older parts of the index.
    pub(crate) fn take_removed(&mut self) -> bool {
        std::mem::take(&mut self.has_removed)
    }

    /// Forgets what was not written: the transaction was rolled back.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Writes them.
    pub(crate) fn write(&mut self, conn: &Connection) -> SqlResult<()> {
        let n_texts = self.waiting.len();
        for (id, text) in std::mem::take(&mut self.waiting) {
            let told = text.told();
            let is_removed = told.taken.is_some() && told.put.is_none();
            if let Some(words) = told.taken {
                execute(
                    conn,
                    "INSERT INTO dossier_text (dossier_text, rowid, text) VALUES ('delete', ?1, ?2)",
                    params![id, words],
                )?;
            }
            if is_removed {
                erasing::ask(conn)?;
                self.has_removed = true;
            }
            if let Some(words) = told.put {
                execute(
                    conn,
                    "INSERT INTO dossier_text (rowid, text) VALUES (?1, ?2)",
                    params![id, words],
                )?;
            }
        }
        if n_texts >= MANY {
            // Three times the pages that the texts take.
            merging::merge(conn, limit(n_texts))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
