//! A member that asks and sends without end.

use std::time::{Duration, Instant};

use lienquay_core::store::Store;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{Command, Outcome, TicketRef};
use lienquay_shared::domain::series::ticket_doc;
use lienquay_shared::domain::site_time::{SiteTime, TimeQuality};
use lienquay_shared::domain::ticket::{Stamp, TicketEvent, TicketStep};
use lienquay_shared::log::{ActionKind, DocKind, NodeKey};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::schema::Edit;
use lienquay_shared::wire::bootstrap::{DocsAsk, HeadersAsk};
use lienquay_shared::wire::keeper::{
    KeeperAsk, KeeperOp, NumberAsk, NumberRefusal, PriorityReason, SeriesKey,
};
use lienquay_shared::wire::link::Want;
use lienquay_shared::wire::{Message, Reason};
use lienquay_shared::{ChangeHash, DocId, Hlc, NodeId, OfficerId, RequestId};
use lienquay_tests::hostile::{Forger, Victim};

/// What an officer waits at most while somebody floods, on a busy test machine and without optimisation. A click that
/// waited for thousands of messages would take many times as long.
const ANSWERED_WITHIN: Duration = Duration::from_secs(2);

pub(crate) fn issue(victim: &mut Victim) -> DocId {
    let command = Command::IssueTicket {
        lane: Text::truncated("A"),
        priority: None,
        papers: List::default(),
    };
    match victim.does(command).unwrap() {
        Outcome::TicketIssued { doc, .. } => doc,
        other => panic!("not a ticket: {other:?}"),
    }
}

pub(crate) fn call(victim: &mut Victim, ticket: DocId) -> Result<Outcome, Refusal> {
    victim.does(Command::CallTicket {
        ticket: TicketRef::Id(ticket),
        reason: Text::truncated("thử"),
    })
}

pub(crate) fn take_over(victim: &mut Victim, keeper: NodeId) {
    let command = Command::TakeOverTickets { keeper };
    victim.does(command).unwrap();
}

fn issued(victim: &Victim, number: u32, keeper: NodeId) -> (DocId, Vec<Edit>) {
    let (day, lane) = (victim.today(), Text::truncated("A"));
    let at = SiteTime {
        millis: 1_790_000_000_000,
        quality: TimeQuality::Unconfirmed,
    };
    let stamp = Stamp {
        at,
        hlc: Hlc::from_millis(1_790_000_000_000),
        officer: OfficerId([9; 8]),
        counter: None,
    };
    let doc = ticket_doc(&victim.site, day, &lane, number);
    let step = TicketStep::Issued {
        lane,
        number,
        day,
        priority: None,
        papers: List::default(),
        keeper,
    };
    (doc, vec![Edit::event(&TicketEvent { stamp, step })])
}

/// A ticket that another member gave out and keeps.
pub(crate) fn ticket_kept_by(victim: &mut Victim, keeper: &NodeKey) -> DocId {
    let mut log = Forger::new(victim.site, keeper, 77);
    let (doc, edits) = issued(victim, 700, keeper.node());
    let change = log.change(doc, DocKind::Ticket, &edits);
    let hash = ChangeHash(change.hash().0);
    let action = ActionKind::TicketIssued;
    let entry = log.append(
        doc,
        DocKind::Ticket,
        action,
        Some((hash, change.raw_bytes().to_vec())),
    );
    let batch = log.batch(vec![entry]);
    victim.hears_entries(keeper.node(), vec![batch]);
    assert_eq!(victim.holds(&log), 1);
    doc
}

fn request(number: u64) -> RequestId {
    let mut id = [0xaa; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    RequestId(id)
}

#[test]
fn one_member_cannot_draw_a_days_numbers_in_a_moment() {
    let mut victim = Victim::new();
    let (greedy, honest) = (victim.turncoat.node(), victim.honest.node());
    let day = victim.today().0;
    let ask = |number: u64| {
        Message::NumberAsk(NumberAsk {
            request: request(number),
            series: SeriesKey::Dossier,
            day,
            doc: DocId([1; 16]),
            officer: OfficerId([9; 8]),
        })
    };
    victim.said.clear();
    let asks: Vec<Message> = (0..3_000).map(ask).collect();
    victim.hears_all(greedy, &asks);
    let answers = victim.take_said(greedy);
    let n_given = |said: &[Message]| {
        let given = said
            .iter()
            .filter(|said| matches!(said, Message::NumberAnswer(answer) if answer.verdict.is_ok()));
        given.count()
    };
    assert!(
        (100..=300).contains(&n_given(&answers)),
        "{}",
        n_given(&answers)
    );
    assert!(answers.iter().any(|said| {
        matches!(said, Message::NumberAnswer(answer) if answer.verdict == Err(NumberRefusal::NotNow))
    }));
    assert!(victim.counted(greedy, Reason::TooMany) > 2_000);
    // Another member's share is its own, and the greedy one's comes back with time.
    victim.hears(honest, &ask(9_000));
    assert_eq!(n_given(&victim.take_said(honest)), 1);
    victim.pass(10_000);
    victim.said.clear();
    victim.hears(greedy, &ask(9_001));
    assert_eq!(n_given(&victim.take_said(greedy)), 1);
}

#[test]
fn one_member_cannot_make_a_keeper_write_without_end() {
    let mut victim = Victim::new();
    let busy = victim.turncoat.node();
    let ticket = issue(&mut victim);
    let own = victim.host().engine().writes_to().unwrap();
    let before = victim.store_head(&own);
    let ask = |number: u64| {
        let reason = number.is_multiple_of(2).then_some(PriorityReason::Elderly);
        Message::KeeperAsk(KeeperAsk {
            request: request(number),
            ticket,
            officer: OfficerId([9; 8]),
            op: KeeperOp::Prioritise(reason),
            seen: None,
        })
    };
    let asks: Vec<Message> = (0..6_000).map(ask).collect();
    victim.hears_all(busy, &asks);
    let written = victim.store_head(&own) - before;
    assert!((1..=2_100).contains(&written), "{written}");
    assert!(victim.counted(busy, Reason::TooMany) > 0);
}

#[test]
fn the_same_heavy_questions_again_and_again_are_answered_only_so_often_in_one_go() {
    let mut victim = Victim::new();
    let asker = victim.turncoat.node();
    let mut log = Forger::new(victim.site, &victim.honest.clone(), 1);
    let text = "x".repeat(4_000);
    let batches = log.batches(512, |log, number| {
        log.edit(DocId([u8::try_from(number % 200).unwrap(); 16]), &text)
    });
    victim.hears_entries(victim.honest.node(), batches);
    let want = Message::Want(Want {
        tag: log.row().tag,
        after: 0,
        upto: 512,
        trace: false,
    });
    let docs = Message::DocsAsk(DocsAsk {
        cursor: None,
        docs: List::default(),
    });
    let headers = Message::HeadersAsk(HeadersAsk {
        log: log.log,
        after: 0,
        upto: 512,
    });
    for (question, max_bytes) in [(want, 6 << 20), (docs, 2 << 20), (headers, 1 << 20)] {
        victim.said.clear();
        let again: Vec<Message> = std::iter::repeat_n(question, 64).collect();
        victim.hears_all(asker, &again);
        let n_bytes: usize = victim
            .take_said(asker)
            .iter()
            .map(|said| said.encode().len())
            .sum();
        assert!(
            n_bytes < max_bytes,
            "{n_bytes} bytes for one group of {}",
            again[0].name()
        );
        victim.pass(100);
    }
    assert!(victim.counted(asker, Reason::TooMany) > 0);
}

#[test]
fn entries_that_wait_for_what_never_comes_do_not_slow_the_document_down() {
    let mut victim = Victim::new();
    let mut log = Forger::new(victim.site, &victim.turncoat.clone(), 1);
    let doc = DocId([1; 16]);
    // The first change stays away; everything after it waits.
    log.change(doc, DocKind::Dossier, &[Edit::text("request", "0")]);
    let started = Instant::now();
    let batches = log.batches(1_500, |log, number| log.edit(doc, &number.to_string()));
    let made = started.elapsed();
    let started = Instant::now();
    victim.hears_entries(victim.turncoat.node(), batches);
    let taken = started.elapsed();
    assert!(
        taken < made * 4 + ANSWERED_WITHIN,
        "{taken:?} to take in what {made:?} made"
    );
    let mut honest = Forger::new(victim.site, &victim.honest.clone(), 1);
    let started = Instant::now();
    for number in 0..10 {
        let batch = honest.edit_batch(doc, &number.to_string());
        victim.hears_entries(victim.honest.node(), vec![batch]);
    }
    let edited = started.elapsed();
    assert!(edited < ANSWERED_WITHIN, "{edited:?} for ten edits");
    assert_eq!(victim.store().n_set_aside().unwrap().0, 1_500);
}
