//! Everything typed on the page. It is what a draft keeps, and what a reception is made of.

use lienquay_node::runtime::random_bytes;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::ReceiveDossier;
use lienquay_shared::domain::deadline::{Period, PeriodUnit, Qty, Term};
use lienquay_shared::domain::dossier::{Basis, Channel, Finance, SubjectKind};
use lienquay_shared::domain::person::{Person, Who};
use lienquay_shared::domain::procedure::{Procedure, ProcedureState};
use lienquay_shared::{DocId, RequestId};
use serde::{Deserialize, Serialize};

use super::papers::Papers;
use super::person::PersonForm;

/// The procedure that was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Chosen {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Written by the project: not for real use.
    pub is_sample: bool,
}

/// By what right the transacting person acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum BasisKind {
    /// Ủy quyền.
    Authorised,
    /// Giám hộ.
    Guardian,
    /// Quan hệ gia đình.
    Relative,
}

impl BasisKind {
    /// All, in the order of the page.
    pub(super) const ALL: [Self; 3] = [Self::Authorised, Self::Guardian, Self::Relative];

    /// As the node stores it.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Authorised => "authorised",
            Self::Guardian => "guardian",
            Self::Relative => "relative",
        }
    }
}

/// A ticket the dossier is received under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LinkedTicket {
    /// Its document.
    pub doc: DocId,
    /// As printed; empty until it is known.
    pub number: String,
}

/// The form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Form {
    /// Made once: pressing save again never receives twice. None only if the PC gave no randomness.
    pub request: Option<RequestId>,
    /// What is asked for.
    pub procedure: Option<Chosen>,
    /// How it came in.
    pub channel: Channel,
    /// The chosen case.
    pub case: Option<String>,
    /// The chosen processing time by position.
    pub processing: Option<u8>,
    /// To be answered on the same day.
    pub is_same_day: bool,
    /// The entered time, where none is published.
    pub term_qty: String,
    /// Its unit.
    pub term_unit: PeriodUnit,
    /// The checklist.
    pub papers: Papers,
    /// Received although papers are missing.
    pub accept_missing: bool,
    /// Người nộp.
    pub transacting: PersonForm,
    /// The subject is somebody else.
    pub is_represented: bool,
    /// Chủ hồ sơ, when it is somebody else.
    pub subject: PersonForm,
    /// By what right.
    pub basis: Option<BasisKind>,
    /// The document it rests on.
    pub basis_document: String,
    /// What kind of subject.
    pub subject_kind: SubjectKind,
    /// What is asked for, in a line.
    pub request_line: String,
    /// Number of sets.
    pub n_sets: u8,
    /// Money.
    pub finance: Finance,
    /// The ticket being served.
    pub ticket: Option<LinkedTicket>,
}

/// Personal data never reaches a log.
impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Form")
            .field("procedure", &self.procedure)
            .finish_non_exhaustive()
    }
}

impl Default for Form {
    fn default() -> Self {
        Self {
            request: random_bytes().ok().map(RequestId),
            procedure: None,
            channel: Channel::Direct,
            case: None,
            processing: None,
            is_same_day: false,
            term_qty: String::new(),
            term_unit: PeriodUnit::WorkingDay,
            papers: Papers::default(),
            accept_missing: false,
            transacting: PersonForm::default(),
            is_represented: false,
            subject: PersonForm::default(),
            basis: None,
            basis_document: String::new(),
            subject_kind: SubjectKind::Individual,
            request_line: String::new(),
            n_sets: 1,
            finance: Finance::Unknown,
            ticket: None,
        }
    }
}

impl Form {
    /// Nothing was chosen or typed. A linked ticket alone is nothing.
    pub(super) fn is_blank(&self) -> bool {
        let blank = Self {
            request: self.request,
            ticket: self.ticket.clone(),
            ..Self::default()
        };
        *self == blank
    }

    /// One of the two people.
    pub(super) fn person_mut(&mut self, who: Who) -> &mut PersonForm {
        match who {
            Who::Transacting => &mut self.transacting,
            Who::Subject => &mut self.subject,
        }
    }

    /// Another procedure: what belonged to the one before goes.
    pub(super) fn choose(&mut self, chosen: Chosen) {
        self.case = None;
        self.processing = None;
        self.is_same_day = false;
        self.accept_missing = false;
        self.term_qty.clear();
        self.procedure = Some(chosen);
    }

    /// The record of the chosen procedure arrived: its checklist, and choices it does not offer are taken back.
    pub(super) fn fit(&mut self, record: &Procedure) {
        self.papers = Papers::of(record, &self.papers);
        self.procedure = Some(Chosen {
            code: record.code.as_str().to_owned(),
            name: record.name.clone(),
            is_sample: record.state == ProcedureState::Sample,
        });
        let is_offered = |channel| record.channels.iter().any(|found| found.method == channel);
        if !is_offered(self.channel) {
            let first = record.channels.first().map(|channel| channel.method);
            self.channel = if is_offered(Channel::Direct) {
                Channel::Direct
            } else {
                first.unwrap_or_default()
            };
        }
        let kinds = &record.subject_kinds;
        if !kinds.is_empty() && !kinds.contains(&self.subject_kind) {
            self.subject_kind = kinds.first().copied().unwrap_or_default();
        }
    }

    /// The entered time, if it can be read.
    pub(super) fn entered_period(&self) -> Option<Period> {
        let qty = Qty::parse(self.term_qty.trim()).ok()?;
        (qty.thousandths() > 0).then_some(Period {
            qty,
            unit: self.term_unit,
        })
    }

    fn term(&self) -> Option<Term> {
        if self.is_same_day {
            return Some(Term::SameDay);
        }
        self.entered_period().map(Term::Within)
    }

    fn basis_key(&self) -> &'static str {
        self.basis.map_or("", BasisKind::key)
    }

    /// What the node is asked to receive.
    pub(super) fn to_ask(&self) -> ReceiveDossier {
        let basis = if self.is_represented {
            Basis {
                kind: Text::truncated(self.basis_key()),
                document: Text::truncated(self.basis_document.trim()),
            }
        } else {
            Basis::default()
        };
        ReceiveDossier {
            transacting: self.transacting.to_person(),
            subject: self.is_represented.then(|| self.subject.to_person()),
            basis,
            request: Text::truncated(self.request_line.trim()),
            finance: self.finance,
            ticket: self.ticket.as_ref().map(|ticket| ticket.doc),
            ..self.to_preview()
        }
    }

    /// Only what decides about the due date and what is missing: no personal data, and it stays the same while words are
    /// typed that change neither.
    pub(super) fn to_preview(&self) -> ReceiveDossier {
        let code = self.procedure.as_ref().map_or("", |chosen| &*chosen.code);
        let stand_in = |person: &PersonForm, name: &str| Person {
            name: Text::truncated(if person.name.trim().is_empty() {
                ""
            } else {
                name
            }),
            ..Person::default()
        };
        ReceiveDossier {
            procedure: Text::truncated(code),
            case: self.case.as_deref().map(Text::truncated),
            processing: self.processing,
            term: self.term(),
            channel: self.channel,
            subject_kind: self.subject_kind,
            transacting: stand_in(&self.transacting, "1"),
            subject: self.is_represented.then(|| stand_in(&self.subject, "2")),
            basis: Basis {
                kind: Text::truncated(if self.is_represented {
                    self.basis_key()
                } else {
                    ""
                }),
                document: Text::default(),
            },
            request: Text::default(),
            components: List::truncated(self.papers.to_components()),
            n_sets: self.n_sets,
            finance: Finance::Unknown,
            ticket: None,
            accept_missing: self.accept_missing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_on_in_a_name_asks_no_new_preview() {
        let mut form = Form::default();
        let empty = form.to_preview();
        form.transacting.name.push('N');
        let begun = form.to_preview();
        assert_ne!(empty, begun, "a name is there now");
        form.transacting.name.push_str("guyễn");
        form.transacting.phone.push_str("09");
        form.request_line.push_str("khai sinh");
        assert_eq!(form.to_preview(), begun);
        assert!(!format!("{begun:?}").contains("Nguy"));
    }

    #[test]
    fn a_ticket_alone_leaves_the_form_blank() {
        let mut form = Form::default();
        assert!(form.is_blank());
        form.ticket = Some(LinkedTicket {
            doc: DocId([1; DocId::LEN]),
            number: "A012".to_owned(),
        });
        assert!(form.is_blank());
        form.transacting.phone.push('0');
        assert!(!form.is_blank());
    }

    #[test]
    fn a_draft_is_read_back_as_it_was() {
        let mut form = Form::default();
        form.transacting.name.push_str("Đỗ Thị Ngọc");
        form.basis = Some(BasisKind::Guardian);
        let kept = serde_json::to_vec(&form).unwrap();
        assert_eq!(serde_json::from_slice::<Form>(&kept).unwrap(), form);
    }
}
