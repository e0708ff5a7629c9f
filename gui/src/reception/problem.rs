//! Where on the page a refusal belongs: what is missing is named beside its field.

use lienquay_shared::domain::dossier::DossierField;
use lienquay_shared::domain::person::{PersonField, Who};
use lienquay_shared::refusal::Refusal;

use super::form::Form;
use crate::widget::refusal_words;
use crate::words::Lang;

/// Papers of one dossier, as the command has it.
const MAX_PAPERS: usize = 80;

/// A place on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// The search.
    Procedure,
    /// How it came in.
    Channel,
    /// The case.
    Case,
    /// The published processing times.
    Processing,
    /// The entered time.
    Term,
    /// The checklist.
    Papers,
    /// The field for one more paper.
    AddedPaper,
    /// The field for the scanner.
    Scan(Who),
    /// A field of a person.
    Person(Who, PersonField),
    /// By what right.
    BasisKind,
    /// The document it rests on.
    BasisDocument,
    /// What is asked for.
    Request,
    /// Number of sets.
    NSets,
    /// Money.
    Finance,
    /// None of the fields: above the save button.
    Page,
}

/// Something that keeps the dossier from being received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// Where.
    pub place: Place,
    /// What, and what to do.
    pub words: String,
}

impl Problem {
    /// A refusal at its place.
    pub(super) fn of(lang: Lang, refusal: &Refusal) -> Self {
        Self {
            place: place_of(refusal),
            words: refusal_words(lang, refusal),
        }
    }
}

fn place_of(refusal: &Refusal) -> Place {
    match refusal {
        Refusal::UnknownProcedure { .. } => Place::Procedure,
        Refusal::MissingComponents { .. } => Place::Papers,
        Refusal::MustChooseCase { .. } => Place::Case,
        Refusal::MustChooseProcessing { .. } => Place::Processing,
        Refusal::MustEnterTerm { .. } => Place::Term,
        Refusal::ChannelNotOffered => Place::Channel,
        Refusal::InvalidInput { field, .. } => place_of_field(field),
        _ => Place::Page,
    }
}

fn place_of_field(field: &str) -> Place {
    match field {
        "procedure" => return Place::Procedure,
        "case" => return Place::Case,
        "components" => return Place::Papers,
        "n_sets" => return Place::NSets,
        _ => {}
    }
    match field.parse() {
        Ok(DossierField::Person(who, field)) => Place::Person(who, field),
        Ok(DossierField::BasisKind) => Place::BasisKind,
        Ok(DossierField::BasisDocument) => Place::BasisDocument,
        Ok(DossierField::Request) => Place::Request,
        Ok(DossierField::Finance) => Place::Finance,
        Ok(DossierField::PaperAt) | Err(_) => Place::Page,
    }
}

/// What this page itself cannot make sense of: the node is not even asked.
pub(super) fn unreadable(lang: Lang, form: &Form) -> Vec<Problem> {
    struct Words {
        lang: Lang,
    }
    let words = Words { lang };
    let mut found = Vec::new();
    let mut people = vec![(Who::Transacting, &form.transacting)];
    if form.is_represented {
        people.push((Who::Subject, &form.subject));
    }
    for (who, person) in people {
        if !person.is_birth_readable() {
            found.push(Problem {
                place: Place::Person(who, PersonField::BirthDate),
                words: tr!(words, "reception.bad_birth"),
            });
        }
        found.extend(person.too_long().into_iter().map(|(field, n)| Problem {
            place: Place::Person(who, field),
            words: tr!(words, "reception.too_long", n = n),
        }));
    }
    if form.papers.to_components().len() > MAX_PAPERS {
        found.push(Problem {
            place: Place::AddedPaper,
            words: tr!(words, "reception.too_many_papers", max = MAX_PAPERS),
        });
    }
    if !form.term_qty.trim().is_empty() && form.entered_period().is_none() {
        found.push(Problem {
            place: Place::Term,
            words: tr!(words, "reception.bad_term"),
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_the_node_takes_is_named_and_not_cut() {
        let mut form = Form::default();
        form.transacting.phone = "0".repeat(32);
        form.papers.extra = vec![crate::reception::papers::Paper::added("Đơn"); MAX_PAPERS + 1];
        let places: Vec<Place> = unreadable(Lang::Vi, &form)
            .into_iter()
            .map(|problem| problem.place)
            .collect();
        let phone = Place::Person(Who::Transacting, PersonField::Phone);
        assert_eq!(places, [phone, Place::AddedPaper]);
        form.papers.extra.pop();
        form.transacting.phone.truncate(30);
        assert_eq!(unreadable(Lang::Vi, &form), []);
        assert_eq!(form.to_ask().components.len(), MAX_PAPERS);
        assert_eq!(form.to_ask().transacting.phone.len(), 30);
    }

    #[test]
    fn refusals_are_shown_at_their_field() {
        let invalid = |field: &str| Refusal::invalid(field, "…");
        for (refusal, expect) in [
            (
                invalid("transacting/name"),
                Place::Person(Who::Transacting, PersonField::Name),
            ),
            (
                invalid("subject/name"),
                Place::Person(Who::Subject, PersonField::Name),
            ),
            (invalid("basis/kind"), Place::BasisKind),
            (invalid("n_sets"), Place::NSets),
            (invalid("unit_code"), Place::Page),
            (
                Refusal::MustEnterTerm {
                    text: String::new(),
                },
                Place::Term,
            ),
            (Refusal::ChannelNotOffered, Place::Channel),
            (Refusal::DiskFull, Place::Page),
        ] {
            assert_eq!(place_of(&refusal), expect, "{refusal:?}");
        }
    }
}
