//! One version of one procedure (TTHC): what it is, what to bring, what it costs and how long it takes.
//!
//! Whether a procedure is handled on the same day is no part of it: no catalogue says so, a site override does
//! ([`Term::SameDay`](super::deadline::Term)).

mod processing;

use core::fmt;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use super::dossier::{Channel as FilingMethod, SubjectKind};
use super::money::Fee;
use super::text::fold;
pub use processing::{Processing, ProcessingChoice, ProcessingOption};

/// Longest procedure code; real ones have 8 characters.
pub const MAX_CODE_BYTES: usize = 32;

/// Code of a procedure in the national catalogue, such as `1.001193`; samples have codes of their own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProcedureCode(String);

/// The text is no procedure code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a procedure code has 1 to {MAX_CODE_BYTES} letters, digits, dots and hyphens")]
pub struct BadProcedureCode;

impl ProcedureCode {
    /// Takes ASCII letters, digits, dots and hyphens.
    pub fn parse(text: &str) -> Result<Self, BadProcedureCode> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        if (1..=MAX_CODE_BYTES).contains(&text.len()) && text.bytes().all(is_allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadProcedureCode)
        }
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProcedureCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ProcedureCode {
    type Error = BadProcedureCode;

    fn try_from(text: String) -> Result<Self, BadProcedureCode> {
        Self::parse(&text)
    }
}

impl From<ProcedureCode> for String {
    fn from(code: ProcedureCode) -> Self {
        code.0
    }
}

/// One version of a procedure, normalised. Lists and texts are bounded by the importer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Procedure {
    /// National code.
    pub code: ProcedureCode,
    /// Name, on one line.
    pub name: String,
    /// Field (lĩnh vực); some records have none.
    pub category: Option<Category>,
    /// Who published it.
    pub promulgating_agency: String,
    /// Who handles it.
    pub executing_agency: String,
    /// Who may ask for it, as published.
    pub subject_types: Vec<String>,
    /// Who may ask for it, in the product's four kinds.
    pub subject_kinds: BTreeSet<SubjectKind>,
    /// What the citizen receives.
    pub results: Vec<String>,
    /// Conditions; often empty.
    pub requirements: String,
    /// Ways to file, in published order. A method may occur several times: the officer chooses the channel.
    pub channels: Vec<Channel>,
    /// Cases with a processing time of their own.
    pub cases: Vec<Case>,
    /// What to bring.
    pub component_groups: Vec<ComponentGroup>,
    /// Laws, decrees and circulars.
    pub legal_basis: Vec<LegalBasis>,
    /// How it is handled, in prose.
    pub steps: Vec<ProcedureStep>,
    /// Whether it is real and current.
    pub state: ProcedureState,
    /// Where it was taken from.
    pub source: ProcedureSource,
}

/// Field of administration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// National code, such as `G15-TP07`.
    pub code: String,
    /// Name, such as "Hộ tịch".
    pub name: String,
}

impl SubjectKind {
    /// The kind a published subject type belongs to; `None` if the wording is new.
    #[must_use]
    pub fn from_published(subject_type: &str) -> Option<Self> {
        let folded = fold(subject_type);
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| folded.starts_with(prefix));
        if starts(&["cong dan", "ca nhan", "nguoi ", "can bo", "ho gia dinh"]) {
            Some(Self::Individual)
        } else if starts(&["doanh nghiep", "hop tac xa", "ho kinh doanh"]) {
            Some(Self::Business)
        } else if starts(&["co quan"]) {
            Some(Self::Agency)
        } else if starts(&["to chuc", "cong dong"]) {
            Some(Self::Organisation)
        } else {
            None
        }
    }
}

/// One published way to file, with its fees and time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// How.
    pub method: FilingMethod,
    /// What it costs: figures that may be unknown, and the text that holds the real rule.
    pub fees: Vec<FeeLine>,
    /// How long it takes.
    pub processing: Processing,
    /// Remarks; may hold the real rule on time.
    pub note: String,
}

/// One fee of a channel. Screens show `text` verbatim beside the figure: exemptions stand there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeLine {
    /// What kind of charge.
    pub kind: FeeKind,
    /// The figure, unknown where the catalogue has 0 or nothing.
    pub fee: Fee,
    /// The catalogue's words.
    pub text: String,
}

/// Kind of charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeKind {
    /// Phí.
    Fee,
    /// Lệ phí.
    ServiceFee,
    /// Mức giá.
    PriceLevel,
}

/// A published case (trường hợp). The catalogue gives it a code and a time but no name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Such as `1.001193.02`.
    pub code: String,
    /// How long it takes.
    pub processing: Processing,
}

/// Components under one heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentGroup {
    /// The heading without list marks; may be empty.
    pub heading: String,
    /// The papers.
    pub items: Vec<Component>,
}

impl ComponentGroup {
    /// Whether the heading reads like a case to choose ("Đối với …", "Trường hợp …") and not just like a title. A hint:
    /// catalogues do not say which it is.
    #[must_use]
    pub fn reads_like_a_case(&self) -> bool {
        let folded = fold(&self.heading);
        folded.contains("truong hop") || folded.contains("doi voi")
    }
}

/// One paper of a dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// National code of the paper; not always unique within a procedure.
    pub code: String,
    /// Its name without list marks.
    pub name: String,
    /// Originals to hand in or show.
    pub n_originals: u16,
    /// Copies to hand in.
    pub n_copies: u16,
    /// The portal has an electronic form for it.
    pub has_electronic_form: bool,
    /// It is itself the result of a procedure.
    pub is_result: bool,
    /// File names of blank forms.
    pub forms: Vec<String>,
}

impl Component {
    /// Both counts are 0: often a remark and no paper, so the officer decides how many there are.
    #[must_use]
    pub const fn is_uncounted(&self) -> bool {
        self.n_originals == 0 && self.n_copies == 0
    }
}

/// A law, decree or circular.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegalBasis {
    /// Its number.
    pub code: String,
    /// Its title.
    pub name: String,
}

/// One step of the published process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcedureStep {
    /// Often empty.
    pub name: String,
    /// Prose with line breaks.
    pub text: String,
}

/// Whether a procedure is real and current.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProcedureState {
    /// In force.
    Active,
    /// In force, changed since it was published.
    Updated,
    /// Written by the project; screens say so until a real record replaces it.
    Sample,
}

/// Where a record was taken from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcedureSource {
    /// Id in the source system.
    pub id: String,
    /// Public page.
    pub url: String,
    /// When the source last changed it, as written there.
    pub updated_at: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_subject_types_fall_into_four_kinds() {
        let rows = [
            ("Công dân Việt Nam", Some(SubjectKind::Individual)),
            ("Người nước ngoài", Some(SubjectKind::Individual)),
            (
                "Cán bộ, công chức, viên chức",
                Some(SubjectKind::Individual),
            ),
            (
                "Doanh nghiệp có vốn đầu tư nước ngoài",
                Some(SubjectKind::Business),
            ),
            ("Hợp tác xã", Some(SubjectKind::Business)),
            ("Cơ quan nhà nước", Some(SubjectKind::Agency)),
            (
                "Tổ chức (không bao gồm doanh nghiệp, HTX)",
                Some(SubjectKind::Organisation),
            ),
            ("Khác", None),
        ];
        for (text, expect) in rows {
            assert_eq!(SubjectKind::from_published(text), expect, "{text}");
        }
    }

    #[test]
    fn codes_are_short_and_plain() {
        assert!(ProcedureCode::parse("1.001193").is_ok());
        assert!(ProcedureCode::parse("MAU-01").is_ok());
        for text in [
            "",
            "1.001193 ",
            "1/2",
            "một",
            "1.0000000000000000000000000000001x",
        ] {
            assert!(ProcedureCode::parse(text).is_err(), "{text:?}");
        }
    }
}
