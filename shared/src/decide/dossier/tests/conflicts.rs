//! What counters do without seeing each other, and how it is settled.

use super::*;

#[test]
fn a_late_step_from_another_counter_never_unreturns_a_dossier() {
    let mut copies = received();
    // Notes make the other counter's steps the latest in causal order.
    for hour in 1..9 {
        let text = Text::truncated("Đã gọi điện cho công dân");
        decide(
            &mut copies[1],
            &Command::Note {
                dossier: which(),
                text,
            },
            hour,
        )
        .unwrap();
    }
    decide(&mut copies[1], &start(), 9).unwrap();
    decide(&mut copies[0], &finish(), 2).unwrap();
    decide(&mut copies[0], &hand_over(), 3).unwrap();
    merge_all(&mut copies);
    for copy in &copies {
        assert_eq!(read(copy).status, Status::Returned);
        assert_eq!(read(copy).status_conflict, None);
    }
}

#[test]
fn contradicting_steps_are_kept_shown_and_settled_by_an_officer() {
    let mut copies = received();
    decide(&mut copies[0], &finish(), 1).unwrap();
    decide(&mut copies[0], &hand_over(), 2).unwrap();
    decide(&mut copies[1], &withdraw(), 2).unwrap();
    merge_all(&mut copies);
    let dossier = read(&copies[1]);
    assert_eq!(dossier.status, Status::Returned);
    assert_eq!(
        decide(&mut copies[1], &withdraw(), 3),
        Err(Refusal::StatusInConflict)
    );
    let rows = conflict_rows(DOC, &dossier);
    assert_eq!(rows[0].field, "status");
    let withdrawn = rows[0]
        .values
        .iter()
        .find(|value| value.value == Status::Withdrawn.vietnamese())
        .unwrap();
    assert_eq!(withdrawn.node, Some(crate::schema::testing::node(2)));
    let choice = SettleChoice::Status {
        keep: withdrawn.event.unwrap(),
    };
    decide(
        &mut copies[1],
        &Command::SettleConflict {
            dossier: which(),
            choice: choice.clone(),
        },
        4,
    )
    .unwrap();
    merge_all(&mut copies);
    for copy in &copies {
        let settled = read(copy);
        assert_eq!(
            (settled.status, settled.status_conflict),
            (Status::Withdrawn, None)
        );
        assert_eq!(
            (settled.result, settled.handed_to),
            (None, None),
            "void steps leave nothing behind"
        );
    }
    let again = decide(
        &mut copies[0],
        &Command::SettleConflict {
            dossier: which(),
            choice,
        },
        5,
    );
    assert_eq!(again, Err(Refusal::NothingToSettle));
}

#[test]
fn two_handovers_of_one_result_are_a_conflict() {
    let mut copies = received();
    decide(&mut copies[0], &finish(), 1).unwrap();
    merge_all(&mut copies);
    decide(&mut copies[0], &hand_over(), 2).unwrap();
    decide(&mut copies[1], &hand_over(), 2).unwrap();
    merge_all(&mut copies);
    assert!(read(&copies[0]).status_conflict.is_some());
}

#[test]
fn fields_are_corrected_and_their_conflicts_settled() {
    let field = DossierField::PaperAt;
    let edit = |value: &str| Command::EditDossier {
        dossier: which(),
        field,
        value: Text::truncated(value),
    };
    let settle = |value: &str| Command::SettleConflict {
        dossier: which(),
        choice: SettleChoice::Field {
            field,
            value: Text::truncated(value),
        },
    };
    let mut copies = received();
    assert_eq!(
        decide(&mut copies[0], &settle("tủ 1"), 1),
        Err(Refusal::NothingToSettle)
    );
    decide(&mut copies[0], &edit("tủ 1"), 1).unwrap();
    assert_eq!(
        decide(&mut copies[0], &edit("tủ 1"), 1),
        Err(Refusal::NoChange)
    );
    decide(&mut copies[1], &edit("tủ 2"), 1).unwrap();
    merge_all(&mut copies);
    let row = &conflict_rows(DOC, &read(&copies[0]))[0];
    assert_eq!((row.field.as_str(), row.values.len()), ("paper_at", 2));
    assert!(row.values.iter().all(|value| value.node.is_some()));
    let shown = read(&copies[0]).paper_at;
    decide(&mut copies[0], &settle(&shown), 2).unwrap();
    merge_all(&mut copies);
    assert_eq!(read(&copies[1]).conflicts, vec![]);
    assert_eq!(read(&copies[1]).paper_at, shown);
}

#[test]
fn an_event_written_again_after_a_fork_counts_once_and_keeps_its_name() {
    let mut copies = received();
    decide(&mut copies[0], &supplement_request(), 1).unwrap();
    let round = read(&copies[0]).rounds[0].id;
    let raw = crate::schema::RawDoc::read(&copies[0].document);
    let again = Edit::Append {
        event: raw.events.last().unwrap().bytes.clone(),
    };
    copies[0].write(&[again]);
    let dossier = read(&copies[0]);
    assert_eq!(dossier.rounds.len(), 1);
    assert_eq!(dossier.rounds[0].id, round);
}
