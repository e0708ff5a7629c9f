//! The view is put together from plain parts: what is joined, what is offered, what waits for a choice.

use std::collections::BTreeMap;

use lienquay_shared::codec::{List, Text};
use lienquay_shared::domain::dossier::{
    DossierStep, History, Settlement, Stamp, Status, StatusConflict, StatusStep,
};
use lienquay_shared::domain::site::{Officer, Role, Seat};
use lienquay_shared::domain::site_time::{SiteTime, TimeQuality};
use lienquay_shared::log::DocKind;
use lienquay_shared::schema::{Conflict, OpId, StandingValue};
use lienquay_shared::{EventId, Hlc, OfficerId};

use super::*;

const DOC: DocId = DocId([5; 16]);
const HOA: OfficerId = OfficerId([1; 8]);
const TIN: OfficerId = OfficerId([2; 8]);

fn node(no: u8) -> NodeId {
    NodeId([no; 32])
}

/// Event `no` of PC `pc`, at second `no`.
fn happened(no: u8, pc: u8, step: DossierStep) -> History {
    let at = u64::from(no) * 1000;
    History {
        id: event_id(no),
        step,
        stamp: Stamp {
            at: SiteTime::new(at, TimeQuality::Median),
            hlc: Hlc::from_millis(at),
            officer: if pc == 1 { HOA } else { TIN },
            counter: Some(u16::from(pc)),
        },
        author: Some(node(pc)),
    }
}

fn event_id(no: u8) -> EventId {
    EventId([no; EventId::LEN])
}

fn row(no: u8, pc: u8, action: ActionKind, is_safe: bool) -> HistoryRow {
    HistoryRow {
        doc: DOC,
        kind: DocKind::Dossier,
        action,
        // Written a moment after it was decided.
        hlc: Hlc(Hlc::from_millis(u64::from(no) * 1000).0 + 1),
        officer: if pc == 1 { HOA } else { TIN },
        node: node(pc),
        is_safe,
    }
}

fn edited(key: &str) -> DossierStep {
    DossierStep::Edited {
        field: Text::truncated(key),
    }
}

fn site(role: Role) -> Site {
    let officer = |id, name: &str, role| Officer {
        id,
        name: Text::truncated(name),
        role,
        active: true,
    };
    Site {
        officers: BTreeMap::from([
            (HOA, officer(HOA, "Nguyễn Thị Hoa", role)),
            (TIN, officer(TIN, "Trần Văn Tín", Role::Reception)),
        ]),
        seats: BTreeMap::from([(
            node(1),
            Seat {
                counter: Some(1),
                officer: Some(HOA),
            },
        )]),
        ..Site::default()
    }
}

fn parts(dossier: Dossier, rows: Vec<HistoryRow>) -> Parts {
    Parts {
        doc: DOC,
        dossier,
        ticket: None,
        is_safe: false,
        rows,
        site: site(Role::Manager),
        members: Vec::new(),
        me: node(1),
    }
}

#[test]
fn history_is_the_latest_first_and_knows_what_is_safe() {
    let dossier = Dossier {
        history: vec![
            happened(1, 1, DossierStep::ProcessingStarted),
            happened(3, 2, edited("transacting/phone")),
        ],
        ..Dossier::default()
    };
    let rows = vec![
        row(3, 2, ActionKind::DossierEdited, false),
        row(2, 2, ActionKind::DossierNoted, false),
        row(1, 1, ActionKind::DossierProcessingStarted, true),
        row(4, 2, ActionKind(9_999), false),
    ];
    let view = view(parts(dossier, rows));
    let told: Vec<_> = view
        .history
        .iter()
        .map(|line| (line.at_millis, line.is_safe, line.by.officer.as_deref()))
        .collect();
    let (hoa, tin) = (Some("Nguyễn Thị Hoa"), Some("Trần Văn Tín"));
    assert_eq!(
        told,
        [
            (4000, Some(false), tin),
            (3000, Some(false), tin),
            (2000, Some(false), tin),
            (1000, Some(true), hoa)
        ]
    );
    let newer = What::NotApplied {
        action: ActionKind(9_999),
        is_known: false,
    };
    assert_eq!(view.history[0].what, newer);
    assert!(matches!(
        view.history[2].what,
        What::NotApplied { is_known: true, .. }
    ));
}

#[test]
fn a_field_in_conflict_shows_who_wrote_which_value() {
    let standing = |value: &str, pc: u8| StandingValue {
        value: value.to_owned(),
        by: OpId {
            counter: u64::from(pc),
            actor: [pc; 16].to_vec(),
        },
        author: Some(node(pc)),
    };
    let dossier = Dossier {
        history: vec![
            happened(1, 1, edited("transacting/phone")),
            happened(2, 2, edited("transacting/phone")),
            happened(3, 2, edited("request")),
        ],
        conflicts: vec![Conflict {
            field: "transacting/phone".to_owned(),
            values: vec![standing("0911", 2), standing("0922", 1)],
        }],
        ..Dossier::default()
    };
    let view = view(parts(dossier, Vec::new()));
    let [ConflictCard::Field { sides, .. }] = &view.conflicts[..] else {
        panic!("{:?}", view.conflicts);
    };
    let told: Vec<_> = sides
        .iter()
        .map(|side| (side.value.as_str(), side.by.counter, side.at_millis))
        .collect();
    assert_eq!(
        told,
        [("0911", Some(2), Some(2000)), ("0922", Some(1), Some(1000))]
    );
}

#[test]
fn steps_in_conflict_come_first_and_leave_no_step_to_take() {
    let step = |no, status| StatusStep {
        id: event_id(no),
        status,
    };
    let withdrawn = DossierStep::Withdrawn {
        reason: Text::default(),
    };
    let finished = DossierStep::Finished {
        result: Text::default(),
    };
    let dossier = Dossier {
        status: Status::Withdrawn,
        history: vec![happened(1, 1, finished), happened(2, 2, withdrawn)],
        status_conflict: Some(StatusConflict {
            shown: Status::Withdrawn,
            steps: vec![step(1, Status::Finished), step(2, Status::Withdrawn)],
        }),
        ..Dossier::default()
    };
    let view = view(parts(dossier, Vec::new()));
    assert!(matches!(
        &view.conflicts[..],
        [ConflictCard::Status { sides, .. }] if sides[1].by.officer.as_deref() == Some("Trần Văn Tín")
    ));
    assert_eq!(view.steps, []);
}

#[test]
fn a_settled_step_is_kept_in_the_history_as_void() {
    let settled = DossierStep::StatusSettled(Settlement {
        keep: event_id(2),
        void: List::truncated(vec![event_id(1)]),
    });
    let dossier = Dossier {
        history: vec![
            happened(1, 1, DossierStep::ProcessingStarted),
            happened(3, 1, settled),
        ],
        void_steps: vec![event_id(1)],
        ..Dossier::default()
    };
    let void: Vec<bool> = view(parts(dossier, Vec::new()))
        .history
        .iter()
        .map(|line| line.is_void)
        .collect();
    assert_eq!(void, [false, true]);
}

#[test]
fn what_a_role_may_not_do_is_offered_with_the_reason() {
    let received = Dossier {
        status: Status::Received,
        ..Dossier::default()
    };
    let mut as_cashier = parts(received, Vec::new());
    as_cashier.site = site(Role::Cashier);
    let view = view(as_cashier);
    let not_allowed = Refusal::NotAllowed {
        role: Some(Role::Cashier),
    };
    assert_eq!(view.steps[0], (StepKind::Start, Some(not_allowed.clone())));
    assert_eq!(view.rights.correct, Some(not_allowed));
    assert_eq!(view.rights.collect, None);
}

#[test]
fn without_content_the_headers_tell_why() {
    let names = Names::default();
    assert_eq!(absent(&[], &names), Loaded::Unknown);
    let received = row(1, 1, ActionKind::DossierReceived, false);
    assert_eq!(
        absent(std::slice::from_ref(&received), &names),
        Loaded::Unreadable
    );
    let forgotten = row(2, 1, ActionKind::DocForgotten, false);
    assert!(matches!(
        absent(&[forgotten, received], &names),
        Loaded::Forgotten {
            at_millis: 2000,
            ..
        }
    ));
}
