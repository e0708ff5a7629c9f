//! Lenient reading of JSON: a value knows its path, and whatever does not fit becomes a note and an empty value.

use serde_json::Value;

use super::notes::{NoteKind, Notes};

/// Names, headings, agencies; the longest published name has 1.5 KB.
pub(super) const SHORT_TEXT_BYTES: usize = 4 * 1024;
/// Steps, requirements, names of papers; the longest published step has 13 KB.
pub(super) const LONG_TEXT_BYTES: usize = 32 * 1024;

/// What is kept of an unknown word in a note.
const WORD_CHARS: usize = 40;

/// A value of the record, or its absence, and where it stands.
#[derive(Debug)]
pub(super) struct Node<'a> {
    value: Option<&'a Value>,
    path: String,
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        Self {
            value: Some(value),
            path: String::new(),
        }
    }

    pub(super) fn field(&self, name: &str) -> Self {
        let path = if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        };
        Self {
            value: self
                .value
                .and_then(|value| value.get(name))
                .filter(|value| !value.is_null()),
            path,
        }
    }

    pub(super) const fn is_absent(&self) -> bool {
        self.value.is_none()
    }

    pub(super) fn as_str(&self) -> Option<&'a str> {
        self.value?.as_str()
    }

    pub(super) const fn value(&self) -> Option<&'a Value> {
        self.value
    }

    pub(super) fn note(&self, kind: NoteKind, notes: &mut Notes) {
        notes.add(&self.path, kind);
    }

    /// Notes a word this version does not know.
    pub(super) fn note_unknown_word(&self, word: &str, notes: &mut Notes) {
        self.note(
            NoteKind::UnknownWord {
                word: word.chars().take(WORD_CHARS).collect(),
            },
            notes,
        );
    }

    /// The text, trimmed, without control characters but line breaks, at most `limit_bytes` long.
    pub(super) fn text(&self, limit_bytes: usize, notes: &mut Notes) -> String {
        let Some(value) = self.value else {
            self.note(NoteKind::Missing, notes);
            return String::new();
        };
        let Some(raw) = value.as_str() else {
            self.note(NoteKind::WrongType, notes);
            return String::new();
        };
        let is_kept = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
        let kept: String = raw.chars().filter(is_kept).collect();
        let mut text = kept.trim().to_owned();
        if truncate(&mut text, limit_bytes) {
            self.note(NoteKind::Truncated { limit_bytes }, notes);
        }
        text
    }

    /// A yes or no; no, with a note, if it is neither.
    pub(super) fn flag(&self, notes: &mut Notes) -> bool {
        match self.value {
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                self.note(NoteKind::WrongType, notes);
                false
            }
            None => false,
        }
    }

    /// A small count; 0, with a note, if it is none.
    pub(super) fn count(&self, notes: &mut Notes) -> u16 {
        let count = self
            .value
            .and_then(Value::as_u64)
            .and_then(|count| u16::try_from(count).ok());
        if count.is_none() {
            let kind = if self.is_absent() {
                NoteKind::Missing
            } else {
                NoteKind::WrongType
            };
            self.note(kind, notes);
        }
        count.unwrap_or_default()
    }

    /// The items of a list, at most `limit`; empty if there is none.
    pub(super) fn items(&self, limit: usize, notes: &mut Notes) -> Vec<Self> {
        let Some(value) = self.value else {
            self.note(NoteKind::Missing, notes);
            return Vec::new();
        };
        let Some(items) = value.as_array() else {
            self.note(NoteKind::WrongType, notes);
            return Vec::new();
        };
        if items.len() > limit {
            self.note(
                NoteKind::TooMany {
                    limit,
                    found: items.len(),
                },
                notes,
            );
        }
        let node = |(index, value)| Self {
            value: Some(value),
            path: format!("{}[{index}]", self.path),
        };
        items.iter().take(limit).enumerate().map(node).collect()
    }
}

/// Cuts at a character's edge; whether anything was cut.
pub(super) fn truncate(text: &mut String, limit_bytes: usize) -> bool {
    if text.len() <= limit_bytes {
        return false;
    }
    text.truncate(text.floor_char_boundary(limit_bytes));
    true
}
