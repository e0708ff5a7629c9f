//! The wire and the stored header, byte for byte: a change here is a change of the format and needs a new version.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it should be"
)]

use lienquay_shared::codec::{self, Blob, List, Text};
use lienquay_shared::log::{
    ActionKind, DocKind, EntryBatch, Header, LogPoint, Mark, MarkRow, NodeKey, WireEntry,
    entry_hash, log_root,
};
use lienquay_shared::wire::bootstrap::{
    DocCursor, DocSnapshot, Docs, DocsAsk, Headers, HeadersAsk, PackedHeaders, Plan, PlanRow,
};
use lienquay_shared::wire::files::{
    FileNews, FileNewsAsk, FileNewsRow, FilePart, FilesMark, PartName, SpareAnswer, SpareAsk,
};
use lienquay_shared::wire::join::{Bytes32, JoinStep};
use lienquay_shared::wire::keeper::{
    KeeperAnswer, KeeperAsk, KeeperOp, KeeperRefusal, NumberAnswer, NumberAsk, NumberRefusal,
    SeriesKey, TransferTarget,
};
use lienquay_shared::wire::link::{
    Beat, BeatClock, Decline, Health, Hello, Marks, NodeMode, RosterChunk, SignedBytes, Want,
};
use lienquay_shared::wire::{Message, MessageError, Reason, WIRE_VERSION};
use lienquay_shared::{
    ChangeHash, DocId, EntryHash, FileHash, Hlc, LogId, LogTag, NodeId, OfficerId, RequestId,
    Signature, SiteId, StatementHash,
};

const SITE: SiteId = SiteId([1; 32]);
const DOC: DocId = DocId([4; 16]);
const OFFICER: OfficerId = OfficerId([5; 8]);
const REQUEST: RequestId = RequestId([6; 16]);
const SIGNATURE: Signature = Signature([7; 64]);
const HASH: EntryHash = EntryHash([8; 32]);
const TAG: LogTag = LogTag([9; 8]);

fn log() -> LogId {
    LogId {
        node: NodeId([2; 32]),
        incarnation: 3,
    }
}

fn header() -> Header {
    Header {
        seq: 300,
        kind: DocKind::Dossier,
        doc: DOC,
        change_hash: Some(ChangeHash([10; 32])),
        hlc: Hlc::from_millis(1_795_000_000_000),
        officer: OFFICER,
        action: ActionKind::DossierReceived,
        closes: None,
    }
}

fn row() -> MarkRow {
    let mark = Mark {
        received: 300,
        hash: HASH,
        durable: 298,
    };
    MarkRow::new(TAG, &mark)
}

fn list<T: std::fmt::Debug, const N: usize>(items: Vec<T>) -> List<T, N> {
    List::new(items).unwrap()
}

fn link_messages() -> Vec<Message> {
    let beat = Beat {
        number: 7,
        rows: list(vec![row()]),
        clock: BeatClock {
            wall_millis: 1_795_000_000_000,
            hlc: Hlc(99),
            anchor: Some((-1_500, 60_000)),
            confirmed: None,
        },
        echo: Some((6, 1_200)),
        links: list(vec![NodeId([11; 32])]),
        health: Health {
            version: Text::truncated("0.1.0"),
            mode: NodeMode::Kiosk,
            counter: 3,
            lanes: list(vec![Text::truncated("A")]),
            disk_free_mib: 1_024,
            loading: Some((5, 9)),
            pending: 1,
            quarantined: 2,
            leaving: true,
        },
        files: Some(FilesMark {
            epoch: 17,
            seq: 4,
            sum: 18,
        }),
    };
    let statement = SignedBytes {
        bytes: Blob::new(vec![1, 2, 3]).unwrap(),
        signature: SIGNATURE,
    };
    let entry = WireEntry {
        header: Blob::new(header().encode()).unwrap(),
        change: Blob::new(vec![0xde, 0xad]).unwrap(),
    };
    vec![
        Message::Hello(Hello {
            site: Some(SITE),
            roster: Some(StatementHash([12; 32])),
        }),
        Message::Roster(RosterChunk {
            statements: list(vec![statement]),
        }),
        Message::Marks(Marks {
            rows: list(vec![row()]),
            closed: None,
        }),
        Message::Beat(beat),
        Message::Entries(EntryBatch {
            log: log(),
            after: 299,
            entries: list(vec![entry]),
            signature: SIGNATURE,
            previous: None,
            branch_of: None,
        }),
        Message::Want(Want {
            tag: TAG,
            after: 300,
            upto: 812,
            trace: false,
        }),
        Message::Decline(Decline {
            reason: Reason::Loading,
            log: Some(log()),
        }),
        Message::ClosedAsk(()),
    ]
}

fn keeper_messages() -> Vec<Message> {
    let op = KeeperOp::Transfer(TransferTarget::Lane(Text::truncated("B")));
    vec![
        Message::KeeperAsk(KeeperAsk {
            request: REQUEST,
            ticket: DOC,
            officer: OFFICER,
            op,
            seen: None,
        }),
        Message::KeeperAsk(KeeperAsk {
            request: REQUEST,
            ticket: DOC,
            officer: OFFICER,
            op: KeeperOp::Decline,
            seen: Some(REQUEST),
        }),
        Message::KeeperAnswer(KeeperAnswer {
            request: REQUEST,
            verdict: Err(KeeperRefusal::AlreadyCalled { counter: 2 }),
        }),
        Message::NumberAsk(NumberAsk {
            request: REQUEST,
            series: SeriesKey::Lane(Text::truncated("A")),
            day: 20_780,
            doc: DOC,
            officer: OFFICER,
        }),
        Message::NumberAnswer(NumberAnswer {
            request: REQUEST,
            verdict: Ok(17),
        }),
        Message::NumberAnswer(NumberAnswer {
            request: REQUEST,
            verdict: Err(NumberRefusal::WrongDay),
        }),
    ]
}

fn boot_messages() -> Vec<Message> {
    let cursor = DocCursor {
        touched: Hlc(77),
        doc: DOC,
    };
    vec![
        Message::PlanAsk(()),
        Message::Plan(Plan {
            rows: list(vec![PlanRow {
                log: log(),
                seq: 300,
                hash: HASH,
                signature: SIGNATURE,
            }]),
            n_docs: 41,
        }),
        Message::DocsAsk(DocsAsk {
            cursor: Some(cursor),
            docs: list(vec![DOC]),
        }),
        Message::Docs(Docs {
            docs: list(vec![DocSnapshot {
                doc: DOC,
                kind: DocKind::Ticket,
                touched: Hlc(77),
                bytes: Blob::new(vec![1, 2]).unwrap(),
            }]),
            next: Some(cursor),
            missing: List::default(),
        }),
        Message::HeadersAsk(HeadersAsk {
            log: log(),
            after: 0,
            upto: 300,
        }),
        Message::Headers(Headers {
            log: log(),
            after: 0,
            headers: PackedHeaders::truncated(vec![vec![1]]),
            signature: SIGNATURE,
            within: List::default(),
        }),
    ]
}

fn join_messages() -> Vec<Message> {
    let bytes = Bytes32::new([13; 32]);
    let steps = [
        JoinStep::Ask {
            name: Text::truncated("Quầy 4"),
            mode: NodeMode::Laptop,
            commitment: bytes,
        },
        JoinStep::Challenge {
            site: SITE,
            site_name: Text::truncated("Xã Bình Minh"),
            nonce: bytes,
        },
        JoinStep::Reveal { nonce: bytes },
        JoinStep::Welcome {
            roster: RosterChunk {
                statements: List::default(),
            },
        },
        JoinStep::Abort,
    ];
    steps.into_iter().map(Message::Join).collect()
}

fn file_messages() -> Vec<Message> {
    let file = FileHash([15; 32]);
    let (after, name) = (
        FilesMark {
            epoch: 17,
            seq: 4,
            sum: 18,
        },
        PartName { file, part: 9 },
    );
    let request = RequestId([16; 16]);
    vec![
        Message::FileNewsAsk(FileNewsAsk { after }),
        Message::FileNews(FileNews {
            after,
            upto: 6,
            rows: list(vec![FileNewsRow {
                file,
                is_held: true,
            }]),
        }),
        Message::PartAsk(name),
        Message::FilePart(FilePart {
            name,
            bytes: Blob::new(vec![1, 2, 3]).unwrap(),
        }),
        Message::PartNone(name),
        Message::SpareAsk(SpareAsk {
            request,
            files: list(vec![file]),
        }),
        Message::SpareAnswer(SpareAnswer {
            request,
            kept: list(vec![file]),
        }),
    ]
}

fn every_message() -> Vec<Message> {
    [
        link_messages(),
        keeper_messages(),
        boot_messages(),
        join_messages(),
        file_messages(),
    ]
    .concat()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_wire_message_keeps_its_bytes() {
    let lines: Vec<String> = every_message()
        .iter()
        .map(|message| format!("{} {}", message.name(), hex(&message.encode())))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
    for (kind, name) in Message::KINDS {
        let shown = every_message()
            .iter()
            .any(|message| message.kind() == *kind);
        assert!(shown, "{name} has no golden bytes");
    }
}

#[test]
fn every_message_reads_back_as_itself() {
    for message in every_message() {
        assert_eq!(Message::decode(&message.encode()).as_ref(), Ok(&message));
    }
}

#[test]
fn the_stored_header_and_the_chain_keep_their_bytes() {
    let closing = Header {
        closes: Some(LogPoint {
            log: log(),
            seq: 12,
            hash: HASH,
        }),
        change_hash: None,
        ..header()
    };
    let root = log_root(&SITE, &log());
    let first = entry_hash(&root, &header().encode());
    let key = NodeKey::from_secret(&[14; 32]);
    insta::assert_snapshot!(format!(
        "header {}\nclosing {}\nroot {root}\nentry hash {first}\nsignature {}\nactor {}\ntag {}",
        hex(&header().encode()),
        hex(&closing.encode()),
        key.sign_entry(&first),
        hex(&log().actor_bytes(&SITE)),
        log().tag(&SITE),
    ));
    assert!(header().encode().len() <= 120, "headers must stay small");
}

#[test]
fn a_row_of_a_vector_is_small() {
    // Twelve nodes, both ways, must stay under a kilobyte: 12 × 2 × 40 bytes.
    assert!(codec::encode(&row()).len() <= 46);
}

#[derive(serde::Serialize)]
struct NewerWant {
    #[serde(rename = "l")]
    tag: LogTag,
    #[serde(rename = "f")]
    after: u64,
    #[serde(rename = "t")]
    upto: u64,
    #[serde(rename = "added later")]
    added: Vec<u64>,
}

#[test]
fn fields_and_kinds_of_a_newer_version_are_passed_over() {
    let newer = NewerWant {
        tag: TAG,
        after: 1,
        upto: 2,
        added: vec![1, 2, 3],
    };
    let mut bytes = vec![WIRE_VERSION, 6];
    bytes.extend(codec::encode(&newer));
    let read = Message::decode(&bytes);
    assert!(matches!(read, Ok(Message::Want(want)) if want.after == 1 && want.upto == 2));

    let unknown = [WIRE_VERSION, 200, 0xa0];
    assert_eq!(
        Message::decode(&unknown),
        Err(MessageError::UnknownKind(200))
    );
    assert_eq!(
        Message::decode(&[2, 1, 0xa0]),
        Err(MessageError::Version(2))
    );
}

#[test]
fn truncated_and_garbled_messages_are_errors_and_never_panics() {
    for message in every_message() {
        let bytes = message.encode();
        for cut in 0..bytes.len() {
            assert!(
                Message::decode(&bytes[..cut]).is_err(),
                "{} cut at {cut}",
                message.name()
            );
        }
        for at in 2..bytes.len() {
            let mut garbled = bytes.clone();
            garbled[at] ^= 0xff;
            // Some garbled bytes are still a message; none may panic or hang.
            drop(Message::decode(&garbled));
        }
    }
}
