//! Values of fields as people read and type them: dates day first, choices in words.

use lienquay_shared::domain::dossier::DossierField;
use lienquay_shared::domain::person::{PersonField, Who};

use crate::words::Lang;

/// For words outside a frame.
struct In {
    lang: Lang,
}

/// A value as shown and as typed.
#[must_use]
pub fn shown(lang: Lang, field: DossierField, stored: &str) -> String {
    match field {
        DossierField::Person(_, PersonField::BirthDate) => day_first(stored),
        _ => choice_words(lang, field, stored).unwrap_or_else(|| stored.to_owned()),
    }
}

/// What was typed, as stored.
#[must_use]
pub fn stored(field: DossierField, typed: &str) -> String {
    match field {
        DossierField::Person(_, PersonField::BirthDate) => year_first(typed.trim()),
        _ => typed.trim().to_owned(),
    }
}

/// The values of a field that is chosen and not typed, as stored.
#[must_use]
pub const fn choices(field: DossierField) -> &'static [&'static str] {
    match field {
        DossierField::Person(_, PersonField::Sex) => &["female", "male", ""],
        DossierField::BasisKind => &["self", "authorised", "guardian", "relative"],
        DossierField::Finance => &["unknown", "none_due", "due", "paid"],
        _ => &[],
    }
}

/// A field may hold words besides its choices.
#[must_use]
pub const fn is_typed(field: DossierField) -> bool {
    choices(field).is_empty() || matches!(field, DossierField::BasisKind)
}

/// A choice in words; none for what was typed freely.
#[must_use]
pub fn choice_words(lang: Lang, field: DossierField, stored: &str) -> Option<String> {
    let cx = In { lang };
    let key = match (field, stored) {
        (DossierField::Person(_, PersonField::Sex), "male") => "dossier.sex_male",
        (DossierField::Person(_, PersonField::Sex), "female") => "dossier.sex_female",
        (DossierField::Person(_, PersonField::Sex), "") => "dossier.sex_none",
        (DossierField::BasisKind, "self") => "dossier.basis_self",
        (DossierField::BasisKind, "authorised") => "dossier.basis_authorised",
        (DossierField::BasisKind, "guardian") => "dossier.basis_guardian",
        (DossierField::BasisKind, "relative") => "dossier.basis_relative",
        (DossierField::Finance, "unknown") => "dossier.finance_unknown",
        (DossierField::Finance, "none_due") => "dossier.finance_none_due",
        (DossierField::Finance, "due") => "dossier.finance_due",
        (DossierField::Finance, "paid") => "dossier.finance_paid",
        _ => return None,
    };
    Some(tr!(cx, key))
}

/// The name of a field, with the person where it is one's: `Người nộp · Điện thoại`.
#[must_use]
pub fn field_name(lang: Lang, field: DossierField) -> String {
    let cx = In { lang };
    match field {
        DossierField::Person(who, _) => {
            let who = match who {
                Who::Transacting => tr!(cx, "dossier.transacting"),
                Who::Subject => tr!(cx, "dossier.subject"),
            };
            format!("{who} · {}", short_name(lang, field))
        }
        _ => short_name(lang, field),
    }
}

/// The name of a field beside its person: `Điện thoại`.
#[must_use]
pub fn short_name(lang: Lang, field: DossierField) -> String {
    let cx = In { lang };
    let key = match field {
        DossierField::Person(_, PersonField::Name) => "dossier.field_name",
        DossierField::Person(_, PersonField::IdNumber) => "dossier.field_id_number",
        DossierField::Person(_, PersonField::BirthDate) => "dossier.field_birth_date",
        DossierField::Person(_, PersonField::Sex) => "dossier.field_sex",
        DossierField::Person(_, PersonField::Address) => "dossier.field_address",
        DossierField::Person(_, PersonField::Phone) => "dossier.field_phone",
        DossierField::Person(_, PersonField::Email) => "dossier.field_email",
        DossierField::BasisKind => "dossier.field_basis_kind",
        DossierField::BasisDocument => "dossier.field_basis_document",
        DossierField::Request => "dossier.field_request",
        DossierField::PaperAt => "dossier.field_paper_at",
        DossierField::Finance => "dossier.field_finance",
    };
    tr!(cx, key)
}

/// `1990-05-02` as `02/05/1990`; anything else as it is.
fn day_first(stored: &str) -> String {
    match stored.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] => format!("{day}/{month}/{year}"),
        _ => stored.to_owned(),
    }
}

/// `2/5/1990` as `1990-05-02`; anything else as it is.
fn year_first(typed: &str) -> String {
    let parts: Vec<&str> = typed.split(['/', '-', '.']).map(str::trim).collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    match parts[..] {
        [day, month, year] if parts.iter().all(is_number) && year.len() == 4 => {
            format!("{year}-{month:0>2}-{day:0>2}")
        }
        _ => typed.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_typed_day_first_and_stored_year_first() {
        let field = DossierField::Person(Who::Subject, PersonField::BirthDate);
        for (typed, kept, read) in [
            ("2/5/1990", "1990-05-02", "02/05/1990"),
            ("02-05-1990", "1990-05-02", "02/05/1990"),
            ("1990", "1990", "1990"),
            ("", "", ""),
            ("hè 1990", "hè 1990", "hè 1990"),
            ("1990-05-02", "1990-05-02", "02/05/1990"),
        ] {
            assert_eq!(stored(field, typed), kept, "{typed}");
            assert_eq!(shown(Lang::Vi, field, kept), read, "{typed}");
        }
    }

    #[test]
    fn every_choice_has_words_in_both_languages() {
        for field in DossierField::all() {
            for choice in choices(field) {
                let [vi, en] = [Lang::Vi, Lang::En].map(|lang| choice_words(lang, field, choice));
                assert!(
                    vi.is_some() && en.is_some() && vi != en,
                    "{field}: {choice}"
                );
            }
        }
    }
}
