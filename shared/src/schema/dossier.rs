//! A dossier's document: fields under flat keys, steps as events.

use super::event::dossier_events;
use super::raw::{Authors, DefectKind};
use super::{Conflict, Defect, Document, RawDoc};
use crate::codec::Text;
use crate::domain::dossier::{
    Basis, CodeKind, Delivery, Dossier, DossierEvent, DossierField, DossierStep, Finance, History,
    Recorded, Round, Stamp, Status, fold_status,
};
use crate::domain::file::AddedFile;
use crate::domain::person::{Person, PersonField, Who};
use crate::domain::series::DossierCode;
use crate::ids::{DocId, EventId};

pub(crate) const PROCEDURE: &str = "procedure";
pub(crate) const CASE: &str = "case";
pub(crate) const CHANNEL: &str = "channel";
pub(crate) const SUBJECT_KIND: &str = "subject_kind";
pub(crate) const COMPONENTS: &str = "components";
pub(crate) const N_SETS: &str = "n_sets";
pub(crate) const TICKET: &str = "ticket";

/// Codes of one dossier: official, alias, provisional, and a few corrections.
const MAX_CODES: usize = 16;
const MAX_ROUNDS: usize = 50;

/// Reads a dossier; never fails. An empty one is a document whose reception has not arrived.
pub fn read(document: &dyn Document, authors: &Authors<'_>) -> (Dossier, Vec<Defect>) {
    let mut raw = document.read();
    let events = dossier_events(&mut raw, authors);
    let mut dossier = Dossier {
        procedure: raw.record(PROCEDURE),
        case: raw.text(CASE).map(|case| Text::truncated(&case)),
        channel: raw.record(CHANNEL).unwrap_or_default(),
        subject_kind: raw.record(SUBJECT_KIND).unwrap_or_default(),
        components: raw.record(COMPONENTS).unwrap_or_default(),
        n_sets: raw
            .int(N_SETS)
            .and_then(|n| u8::try_from(n).ok())
            .unwrap_or(1),
        ticket: raw.record::<DocId>(TICKET),
        transacting: person(&mut raw, Who::Transacting),
        subject: person(&mut raw, Who::Subject),
        basis: Basis {
            kind: bounded(&mut raw, DossierField::BasisKind),
            document: bounded(&mut raw, DossierField::BasisDocument),
        },
        request: bounded::<1000>(&mut raw, DossierField::Request).to_string(),
        paper_at: bounded::<300>(&mut raw, DossierField::PaperAt).to_string(),
        finance: finance(&mut raw),
        conflicts: conflicts(&raw, authors),
        ..Dossier::default()
    };
    apply_events(&mut dossier, events, &mut raw);
    (dossier, raw.defects)
}

fn person(raw: &mut RawDoc, who: Who) -> Person {
    let mut person = Person::default();
    for field in PersonField::ALL {
        let key = DossierField::Person(who, field).key();
        if let Some(text) = raw.text(&key)
            && !person.set(field, &text)
        {
            raw.defect(key, DefectKind::Malformed);
        }
    }
    person
}

fn bounded<const MAX: usize>(raw: &mut RawDoc, field: DossierField) -> Text<MAX> {
    Text::truncated(&raw.text(&field.key()).unwrap_or_default())
}

fn finance(raw: &mut RawDoc) -> Finance {
    let key = DossierField::Finance.key();
    match raw.text(&key) {
        None => Finance::Unknown,
        Some(text) => Finance::parse(&text).unwrap_or_else(|| {
            raw.defect(key, DefectKind::Malformed);
            Finance::Unknown
        }),
    }
}

/// Only fields an officer can settle: the others are written once, at reception.
fn conflicts(raw: &RawDoc, authors: &Authors<'_>) -> Vec<Conflict> {
    DossierField::all()
        .filter_map(|field| {
            let key = field.key();
            let field = raw.fields.get(&key)?;
            Conflict::of(key, field, authors)
        })
        .collect()
}

fn apply_events(dossier: &mut Dossier, events: Vec<Recorded>, raw: &mut RawDoc) {
    let fold = fold_status(&events);
    let mut codes: Vec<(CodeKind, DossierCode)> = Vec::new();
    for Recorded {
        event: DossierEvent { stamp, step },
        id,
        author,
    } in events
    {
        if let DossierStep::Numbered { code, kind } = &step
            && codes.len() < MAX_CODES
            && !codes.iter().any(|(_, known)| known == code)
        {
            codes.push((*kind, code.clone()));
        }
        if !fold.void.contains(&id) {
            apply_step(dossier, &step, &stamp, id, raw);
        }
        dossier.history.push(History {
            id,
            step,
            stamp,
            author,
        });
    }
    // The latest official code first, then aliases, then provisional ones; a stable sort keeps their order in time.
    codes.reverse();
    codes.sort_by_key(|(kind, _)| *kind);
    dossier.codes = codes.into_iter().map(|(_, code)| code).collect();
    dossier.status = fold.status;
    dossier.status_conflict = fold.conflict;
    dossier.void_steps = fold.void;
    dossier.delivery = match fold.status {
        Status::Returned => Delivery::HandedOver,
        Status::Finished => Delivery::Ready,
        _ => Delivery::None,
    };
}

fn apply_step(
    dossier: &mut Dossier,
    step: &DossierStep,
    stamp: &Stamp,
    id: EventId,
    raw: &mut RawDoc,
) {
    match step {
        DossierStep::Received { .. } if dossier.received_at.is_some() => {
            raw.defect(format!("event {id:?}"), DefectKind::Twice);
        }
        DossierStep::Received { at, due, term } => {
            dossier.term = *term;
            dossier.received_at = Some(*at);
            dossier.original_due = due.clone();
            dossier.due = due.clone();
        }
        DossierStep::SupplementRequested { missing, reason }
            if dossier.rounds.len() < MAX_ROUNDS =>
        {
            dossier.rounds.push(Round {
                id,
                requested_at: stamp.at,
                missing: missing.clone(),
                reason: reason.to_string(),
                answered_at: None,
            });
        }
        DossierStep::Supplemented { round, due } => {
            if let Some(found) = dossier
                .rounds
                .iter_mut()
                .find(|found| found.id == *round && found.answered_at.is_none())
            {
                found.answered_at = Some(stamp.at);
            }
            if due.is_some() {
                dossier.due = due.clone();
            }
        }
        DossierStep::Finished { result } => dossier.result = Some(result.to_string()),
        DossierStep::Returned { to } => dossier.handed_to = Some(to.clone()),
        DossierStep::FileAdded { file, replaces } => {
            if let Some(replaced) = replaces {
                dossier.files.retain(|added| added.id != *replaced);
            }
            dossier.files.push(AddedFile {
                id,
                file: file.clone(),
                stamp: *stamp,
            });
        }
        DossierStep::FileRemoved { file, .. } => dossier.files.retain(|added| added.id != *file),
        _ => {}
    }
}
