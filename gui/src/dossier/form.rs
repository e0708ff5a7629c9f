//! The forms of the steps: what is typed before a step is taken.

use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{Command, DossierRef};
use lienquay_shared::decide::dossier::StepKind;
use lienquay_shared::domain::dossier::{Dossier, HandedTo};

/// The most papers one request asks for.
pub const MAX_MISSING: usize = 40;

/// The longest name of a paper asked for, bytes.
pub const MAX_MISSING_BYTES: usize = 600;

/// One open form.
#[derive(Debug, Clone, PartialEq)]
pub enum Form {
    /// Yêu cầu bổ sung.
    RequestSupplement {
        /// The dossier's papers, and whether each is asked for.
        papers: Vec<(String, bool)>,
        /// Further papers, a line each.
        others: String,
        /// Why.
        reason: String,
    },
    /// Đã bổ sung: nothing to type, only to confirm.
    Supplement,
    /// Có kết quả.
    Finish {
        /// What was decided.
        result: String,
    },
    /// Trả kết quả.
    Return {
        /// To whom.
        name: String,
        /// The identity paper shown.
        id_shown: String,
        /// By post.
        by_post: bool,
    },
    /// Từ chối.
    Refuse {
        /// Why.
        reason: String,
        /// By which rule.
        legal_basis: String,
    },
    /// Rút hồ sơ.
    Withdraw {
        /// Why.
        reason: String,
    },
    /// Ghi chú.
    Note {
        /// The note.
        text: String,
    },
    /// Thêm mã.
    Number {
        /// The code.
        code: String,
        /// It is the official one.
        is_official: bool,
    },
}

impl Form {
    /// The form of a step, filled with what the dossier already says; none for a step that needs no words.
    #[must_use]
    pub fn of(step: StepKind, dossier: &Dossier) -> Option<Self> {
        Some(match step {
            StepKind::Start => return None,
            StepKind::Supplement => Self::Supplement,
            StepKind::Finish => Self::Finish {
                result: String::new(),
            },
            StepKind::Return => Self::Return {
                name: dossier.transacting.name.to_string(),
                id_shown: String::new(),
                by_post: false,
            },
            StepKind::RequestSupplement => Self::RequestSupplement {
                papers: dossier
                    .components
                    .iter()
                    .map(|paper| (paper.name.to_string(), paper.missing))
                    .collect(),
                others: String::new(),
                reason: String::new(),
            },
            StepKind::Refuse => Self::Refuse {
                reason: String::new(),
                legal_basis: String::new(),
            },
            StepKind::Withdraw => Self::Withdraw {
                reason: String::new(),
            },
        })
    }

    /// The form of a note.
    #[must_use]
    pub fn note() -> Self {
        Self::Note {
            text: String::new(),
        }
    }

    /// The form of a further code.
    #[must_use]
    pub fn number() -> Self {
        Self::Number {
            code: String::new(),
            is_official: true,
        }
    }

    /// The step it takes; none for notes and codes, which any status allows.
    #[must_use]
    pub const fn step(&self) -> Option<StepKind> {
        match self {
            Self::RequestSupplement { .. } => Some(StepKind::RequestSupplement),
            Self::Supplement => Some(StepKind::Supplement),
            Self::Finish { .. } => Some(StepKind::Finish),
            Self::Return { .. } => Some(StepKind::Return),
            Self::Refuse { .. } => Some(StepKind::Refuse),
            Self::Withdraw { .. } => Some(StepKind::Withdraw),
            Self::Note { .. } | Self::Number { .. } => None,
        }
    }

    /// Papers asked for.
    #[must_use]
    pub fn n_missing(&self) -> usize {
        match self {
            Self::RequestSupplement { papers, others, .. } => missing(papers, others).count(),
            _ => 0,
        }
    }

    /// A paper asked for has a longer name than one slip prints.
    #[must_use]
    pub fn has_long_line(&self) -> bool {
        match self {
            Self::RequestSupplement { papers, others, .. } => {
                missing(papers, others).any(|name| name.len() > MAX_MISSING_BYTES)
            }
            _ => false,
        }
    }

    /// As the node takes it.
    pub(super) fn command(&self, dossier: DossierRef) -> Command {
        match self {
            Self::RequestSupplement {
                papers,
                others,
                reason,
            } => Command::RequestSupplement {
                dossier,
                missing: List::truncated(missing(papers, others).map(Text::truncated).collect()),
                reason: Text::truncated(reason.trim()),
            },
            Self::Supplement => Command::Supplement { dossier },
            Self::Finish { result } => Command::FinishDossier {
                dossier,
                result: Text::truncated(result.trim()),
            },
            Self::Return {
                name,
                id_shown,
                by_post,
            } => Command::ReturnResult {
                dossier,
                to: HandedTo {
                    name: Text::truncated(name.trim()),
                    id_shown: Text::truncated(id_shown.trim()),
                    by_post: *by_post,
                },
            },
            Self::Refuse {
                reason,
                legal_basis,
            } => Command::RefuseDossier {
                dossier,
                reason: Text::truncated(reason.trim()),
                legal_basis: Text::truncated(legal_basis.trim()),
            },
            Self::Withdraw { reason } => Command::Withdraw {
                dossier,
                reason: Text::truncated(reason.trim()),
            },
            Self::Note { text } => Command::Note {
                dossier,
                text: Text::truncated(text.trim()),
            },
            Self::Number { code, is_official } => Command::NumberDossier {
                dossier,
                code: Text::truncated(code.trim()),
                official: *is_official,
            },
        }
    }
}

fn missing<'a>(papers: &'a [(String, bool)], others: &'a str) -> impl Iterator<Item = &'a str> {
    let ticked = papers
        .iter()
        .filter(|(_, is_asked)| *is_asked)
        .map(|(name, _)| name.as_str());
    let typed = others
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    ticked.chain(typed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lienquay_shared::domain::dossier::Component;

    #[test]
    fn every_step_but_the_first_has_a_form_that_takes_it() {
        for step in StepKind::ALL {
            let form = Form::of(step, &Dossier::default());
            let expected = (step != StepKind::Start).then_some(step);
            assert_eq!(form.and_then(|form| form.step()), expected);
        }
    }

    #[test]
    fn a_request_asks_for_what_is_missing_and_what_is_typed() {
        let paper = |name: &str, missing| Component {
            code: Text::default(),
            name: Text::truncated(name),
            originals: 0,
            certified: 0,
            copies: 0,
            missing,
        };
        let dossier = Dossier {
            components: List::truncated(vec![
                paper("Tờ khai", false),
                paper("Giấy chứng sinh", true),
            ]),
            ..Dossier::default()
        };
        let mut form = Form::of(StepKind::RequestSupplement, &dossier).unwrap();
        if let Form::RequestSupplement { others, .. } = &mut form {
            "\n Văn bản ủy quyền \n".clone_into(others);
        }
        let dossier = DossierRef::Id(lienquay_shared::DocId([1; 16]));
        let Command::RequestSupplement { missing, .. } = form.command(dossier) else {
            panic!("another command");
        };
        let names: Vec<&str> = missing.iter().map(|name| &**name).collect();
        assert_eq!(names, ["Giấy chứng sinh", "Văn bản ủy quyền"]);
        assert!(!form.has_long_line());
        if let Form::RequestSupplement { others, .. } = &mut form {
            others.push_str(&"đơn ".repeat(MAX_MISSING_BYTES));
        }
        assert!(form.has_long_line(), "more than the slip takes");
    }
}
