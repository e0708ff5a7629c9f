//! What an import could not use, per field, told to the business administrator.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::money::Fee;
use crate::domain::procedure::Procedure;

/// Notes kept for one record; more would not be read.
pub const MAX_NOTES: usize = 100;

/// One remark on one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportNote {
    /// Where, such as `channels[2].processing.qty`.
    pub path: String,
    /// What.
    pub kind: NoteKind,
}

/// Kind of remark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// The field is missing or null and was left empty.
    Missing,
    /// The value has another type than published records have; left out.
    WrongType,
    /// The text was cut.
    Truncated {
        /// Bytes kept.
        limit_bytes: usize,
    },
    /// The list was cut.
    TooMany {
        /// Items kept.
        limit: usize,
        /// Items found.
        found: usize,
    },
    /// A word this version does not know.
    UnknownWord {
        /// Its beginning.
        word: String,
    },
    /// A group without papers; left out.
    EmptyGroup,
    /// The time stands in prose or is 0: an officer decides.
    NoPeriod,
    /// The same case again, left out; or the code of another paper of the group, kept.
    Repeated,
    /// Fee lines whose amount is unknown; a published 0 is not "free".
    UnknownFees {
        /// How many.
        n_lines: usize,
    },
    /// Further notes that were not kept.
    More {
        /// How many.
        n_notes: usize,
    },
}

impl fmt::Display for ImportNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, kind } = self;
        match kind {
            NoteKind::Missing => write!(f, "{path}: không có, để trống"),
            NoteKind::WrongType => write!(f, "{path}: sai kiểu dữ liệu, đã bỏ qua"),
            NoteKind::Truncated { limit_bytes } => {
                write!(f, "{path}: văn bản quá dài, chỉ giữ {limit_bytes} byte đầu")
            }
            NoteKind::TooMany { limit, found } => {
                write!(f, "{path}: có {found} mục, chỉ giữ {limit} mục đầu")
            }
            NoteKind::UnknownWord { word } => write!(f, "{path}: giá trị lạ \"{word}\""),
            NoteKind::EmptyGroup => write!(f, "{path}: nhóm không có giấy tờ, đã bỏ qua"),
            NoteKind::NoPeriod => write!(
                f,
                "{path}: thời hạn không phải là số, cán bộ phải chọn hoặc nhập"
            ),
            NoteKind::Repeated => write!(f, "{path}: trùng với một mục trước đó"),
            NoteKind::UnknownFees { n_lines } => {
                write!(
                    f,
                    "{path}: {n_lines} dòng phí chưa rõ số tiền (ghi 0 hoặc để trống không có nghĩa là miễn phí)"
                )
            }
            NoteKind::More { n_notes } => write!(f, "Còn {n_notes} ghi chú khác"),
        }
    }
}

/// Collects notes up to the bound.
#[derive(Debug, Default)]
pub(super) struct Notes {
    notes: Vec<ImportNote>,
    n_more: usize,
}

impl Notes {
    pub(super) fn add(&mut self, path: &str, kind: NoteKind) {
        if self.notes.len() < MAX_NOTES {
            self.notes.push(ImportNote {
                path: path.to_owned(),
                kind,
            });
        } else {
            self.n_more += 1;
        }
    }

    pub(super) fn add_unknown_fees(&mut self, procedure: &Procedure) {
        let fees = procedure.channels.iter().flat_map(|channel| &channel.fees);
        let n_lines = fees.filter(|line| line.fee == Fee::Unknown).count();
        if n_lines > 0 {
            self.add(
                "channels[].fees[].value_vnd",
                NoteKind::UnknownFees { n_lines },
            );
        }
    }

    pub(super) fn into_vec(mut self) -> Vec<ImportNote> {
        if self.n_more > 0 {
            self.notes.push(ImportNote {
                path: String::new(),
                kind: NoteKind::More {
                    n_notes: self.n_more,
                },
            });
        }
        self.notes
    }
}
