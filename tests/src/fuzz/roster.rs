//! Who takes part: statements, and the steps of joining.

use lienquay_shared::codec::{self, Blob, List, Text};
use lienquay_shared::log::NodeKey;
use lienquay_shared::roster::kind::{Admit, Found, Rename, Slot};
use lienquay_shared::roster::{
    Host, InsertOutcome, JoinNonce, Kind, Newcomer, NewcomerNext, RosterLog, SignedStatement,
    Signer,
};
use lienquay_shared::wire::join::JoinStep;
use lienquay_shared::wire::link::{NodeMode, SignedBytes};
use lienquay_shared::{Hlc, NodeId};

use super::Target;

/// A statement, signed after it was altered, put into a roster.
pub const STATEMENT: Target = Target {
    name: "statement",
    run: statement,
    seeds: statement_seeds,
    words: &[
        b"\x61\x6b\x01",
        b"\x61\x6b\x08",
        b"\x61\x70\x90",
        b"\xf6",
        b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
    ],
    max_input_bytes: 4 * 1024,
    max_heap_bytes: 4 << 20,
};

/// Steps of joining in any order, told to both sides.
pub const JOINING: Target = Target {
    name: "joining",
    run: joining,
    seeds: joining_seeds,
    words: &[
        b"reveal",
        b"abort",
        b"welcome",
        b"challenge",
        b"ask",
        b"nonce",
    ],
    max_input_bytes: 16 * 1024,
    max_heap_bytes: 8 << 20,
};

fn key(n: u8) -> NodeKey {
    NodeKey::from_secret(&[n; 32])
}

fn found() -> Kind {
    Kind::Found(Found {
        node: key(1).node(),
        name: Text::truncated("Quầy 1"),
        mode: NodeMode::Desk,
    })
}

fn admit(node: NodeId) -> Kind {
    Kind::Admit(Admit {
        node,
        name: Text::truncated("Quầy 2"),
        mode: NodeMode::Kiosk,
        admin: true,
        counter: Some(2),
    })
}

/// A founded site with one more administrator.
fn roster() -> RosterLog {
    let mut log = RosterLog::new(key(200).site());
    let founded = log
        .draft(Signer::Site, found(), Hlc(1))
        .sign(&key(200))
        .unwrap();
    log.insert(founded);
    let admitted = log.draft(Signer::Node(key(1).node()), admit(key(2).node()), Hlc(2));
    log.insert(admitted.sign(&key(1)).unwrap());
    log
}

/// The altered bytes with the signature of whichever of our keys the statement names.
fn signed(input: &[u8]) -> Option<SignedBytes> {
    let bytes = Blob::new(input.to_vec()).ok()?;
    let message = [b"lienquay roster 1\0", input].concat();
    let sign = |n| SignedBytes {
        bytes: bytes.clone(),
        signature: key(n).sign(&message),
    };
    [1, 2, 200]
        .map(sign)
        .into_iter()
        .find(|signed| SignedStatement::verify(signed.clone()).is_ok())
}

fn statement(input: &[u8]) {
    let Some(signed) = signed(input) else { return };
    let mut log = roster();
    let before = log.len();
    let outcome = log.insert(signed.clone());
    let folded = format!("{:?}", log.fold());
    if let InsertOutcome::Stored(_) = outcome {
        assert_eq!(log.len(), before + 1);
        assert_eq!(log.insert(signed), InsertOutcome::Known);
    } else {
        assert_eq!(log.len(), before);
    }
    let mut copy = RosterLog::new(log.site());
    for chunk in log.chunks() {
        for statement in chunk.statements.into_vec() {
            copy.insert(statement);
        }
    }
    assert_eq!(copy.digest(), log.digest());
    assert_eq!(format!("{:?}", copy.fold()), folded);
}

fn statement_seeds() -> Vec<Vec<u8>> {
    let log = roster();
    let kinds = [
        admit(key(3).node()),
        Kind::Slot(Slot {
            node: key(2).node(),
            slot: Some(4),
            day: 20_000,
        }),
        Kind::Rename(Rename {
            node: key(2).node(),
            name: Text::truncated("Quầy tư"),
            mode: NodeMode::Laptop,
        }),
    ];
    let by_founder = |kind| {
        log.draft(Signer::Node(key(1).node()), kind, Hlc(9))
            .sign(&key(1))
    };
    let mut seeds: Vec<Vec<u8>> = kinds
        .map(|kind| by_founder(kind).unwrap().bytes.into_vec())
        .into();
    let first = RosterLog::new(key(200).site()).draft(Signer::Site, found(), Hlc(1));
    seeds.push(first.sign(&key(200)).unwrap().bytes.into_vec());
    seeds
}

fn joining(input: &[u8]) {
    let Ok(steps) = codec::decode::<List<JoinStep, 16>>(input) else {
        return;
    };
    let (admin, me) = (key(1).node(), key(5).node());
    let name = || Text::truncated("Quầy 5");
    let nonce = |n| JoinNonce::new([n; 32]);
    let (mut newcomer, ask) = Newcomer::ask(me, admin, name(), NodeMode::Desk, nonce(7));
    let mut host = Host::asked(key(200).site(), admin, me, ask).unwrap();
    host.challenge(Text::truncated("Xã Bình Minh"), nonce(8))
        .unwrap();
    for step in steps.into_vec() {
        // A host that was told nothing but forged steps never admits.
        drop(host.handle(&step));
        drop(Host::asked(key(200).site(), admin, me, step.clone()));
        let next = newcomer.handle(step);
        assert!(
            !matches!(next, Ok(NewcomerNext::Joined(_))),
            "admitted by a forged roster"
        );
    }
    assert!(
        host.confirm(&roster()).is_err(),
        "confirmed without the committed nonce"
    );
}

fn joining_seeds() -> Vec<Vec<u8>> {
    let (admin, me) = (key(1).node(), key(5).node());
    let (_, ask) = Newcomer::ask(
        me,
        admin,
        Text::truncated("Quầy 5"),
        NodeMode::Desk,
        JoinNonce::new([9; 32]),
    );
    let mut host = Host::asked(key(200).site(), admin, me, ask.clone()).unwrap();
    let site_name = Text::truncated("Xã Bình Minh");
    let challenge = host.challenge(site_name, JoinNonce::new([8; 32])).unwrap();
    let reveal = JoinStep::Reveal {
        nonce: [9; 32].into(),
    };
    let welcome = JoinStep::Welcome {
        roster: roster().chunks().remove(0),
    };
    let steps = [ask, challenge, reveal, welcome, JoinStep::Abort];
    let mut seeds: Vec<Vec<u8>> = steps.iter().map(|step| codec::encode(&[step])).collect();
    seeds.push(codec::encode(&steps));
    seeds
}
