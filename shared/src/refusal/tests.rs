//! Every refusal says in Vietnamese what to do.

use std::collections::BTreeSet;

use super::*;

fn every() -> Vec<Refusal> {
    use crate::wire::keeper::KeeperRefusal as K;
    let node = NodeId([1; 32]);
    let text = || "văn bản".to_owned();
    vec![
        Refusal::NothingWaiting,
        Refusal::KeeperUnreachable {
            keeper: node,
            counter: Some(3),
            since_millis: None,
        },
        Refusal::Keeper(K::NotKeeper { keeper: None }),
        Refusal::Keeper(K::AlreadyCalled { counter: 2 }),
        Refusal::Keeper(K::NotPossible),
        Refusal::Keeper(K::Fenced),
        Refusal::Keeper(K::NotNow),
        Refusal::TakenOver { by: node },
        Refusal::DiskFull,
        Refusal::StoreFault,
        Refusal::NotSeated,
        Refusal::NotSignedIn,
        Refusal::UnknownLane {
            lane: LaneId::new("A").unwrap(),
        },
        Refusal::UnknownCounter { counter: 1 },
        Refusal::UnknownOfficer,
        Refusal::UnknownNode,
        Refusal::UnknownProcedure {
            code: Text::truncated("1.001193"),
        },
        Refusal::UnknownDossier,
        Refusal::UnknownTicket,
        Refusal::AmbiguousCode { candidates: vec![] },
        Refusal::ClockUnconfirmed,
        Refusal::MissingComponents {
            names: vec![text()],
        },
        Refusal::MustChooseCase {
            options: vec![text()],
        },
        Refusal::MustChooseProcessing {
            options: vec![text()],
        },
        Refusal::MustEnterTerm {
            text: String::new(),
        },
        Refusal::ChannelNotOffered,
        Refusal::NoDueDate { why: text() },
        Refusal::WrongStatus {
            status: Status::Received,
        },
        Refusal::StatusInConflict,
        Refusal::WrongTicketState {
            state: TicketState::Waiting,
        },
        Refusal::OtherCounter { counter: 4 },
        Refusal::NotAllowed { role: None },
        Refusal::NumbersExhausted,
        Refusal::Loading,
        Refusal::Leaving,
        Refusal::TooBusy,
        Refusal::Timeout,
        Refusal::invalid("name", text()),
        Refusal::NotAdmin,
        Refusal::NothingToSettle,
        Refusal::NoChange,
        Refusal::UnknownFile,
        Refusal::FileAbsent,
        Refusal::FileUnreadable {
            why: Text::truncated("mất kết nối"),
        },
        Refusal::TooManyFiles { max: 200 },
    ]
}

#[test]
fn every_refusal_has_its_own_code_and_words_of_its_own_in_both_languages() {
    let fallback = "Chưa thực hiện được";
    let mut codes = BTreeSet::new();
    for refusal in every() {
        assert!(
            codes.insert(refusal.code()),
            "{} stands for two refusals",
            refusal.code()
        );
        assert!(!refusal.vietnamese().is_empty() && !refusal.english().is_empty());
        assert!(
            !refusal.vietnamese().contains(fallback),
            "{} has no words",
            refusal.code()
        );
        let json = serde_json::to_string(&refusal).unwrap();
        assert_eq!(serde_json::from_str::<Refusal>(&json).unwrap(), refusal);
    }
}

#[test]
fn english_texts_go_to_logs_and_carry_no_input() {
    let secret = "Nguyễn Thị Đào";
    for refusal in [
        Refusal::invalid("name", secret),
        Refusal::MissingComponents {
            names: vec![secret.to_owned()],
        },
    ] {
        assert!(!refusal.english().contains(secret));
    }
}
