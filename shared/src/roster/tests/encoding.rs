//! The bytes of every kind of statement, assembled by hand from RFC 8949; they must never change.

use ciborium::Value;

use crate::codec::{self, Blob, List, Text};
use crate::hlc::Hlc;
use crate::ids::{EntryHash, LogId, NodeId, SiteId, StatementHash};
use crate::log::LogPoint;
use crate::roster::fixture::{SITE, id, key, signed, site, statement};
use crate::roster::kind::{
    Admin, Admit, Cuts, Found, MAX_CUTS, NodeName, Rename, Retire, Revoke, Slot, SlotKeeper,
};
use crate::roster::statement::MAX_PARENTS;
use crate::roster::{Kind, SignedStatement, Signer, Statement, StatementError};
use crate::wire::link::{MAX_STATEMENT_BYTES, NodeMode, SignedBytes};

const NODE: NodeId = NodeId([0x22; 32]);

/// `<xx>` stands for 32 bytes xx with their CBOR head, quotes for a text with its own; blanks are free.
fn from_hex(template: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for token in template.split_whitespace() {
        if let Some(byte) = token.strip_prefix('<').and_then(|t| t.strip_suffix('>')) {
            bytes.extend([0x58, 0x20]);
            bytes.extend([u8::from_str_radix(byte, 16).unwrap(); 32]);
        } else if let Some(text) = token.strip_prefix('"').and_then(|t| t.strip_suffix('"')) {
            bytes.push(0x60 + u8::try_from(text.len()).unwrap());
            bytes.extend(text.as_bytes());
        } else {
            let pairs = token.as_bytes().chunks(2);
            bytes.extend(
                pairs.map(|pair| {
                    u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()
                }),
            );
        }
    }
    bytes
}

fn cuts() -> Cuts {
    List::new(vec![LogPoint {
        log: LogId {
            node: NODE,
            incarnation: 5,
        },
        seq: 300,
        hash: EntryHash([0x44; 32]),
    }])
    .unwrap()
}

/// Signed by node 11…, on one parent 33…, at clock 7.
fn check(kind: Kind, code: &str, body: &str) {
    let statement = Statement {
        site: SiteId([0xaa; 32]),
        kind,
        by: Signer::Node(NodeId([0x11; 32])),
        parents: List::new(vec![StatementHash([0x33; 32])]).unwrap(),
        hlc: Hlc(7),
    };
    let expected = from_hex(&format!(
        r#"a6 "s" <aa> "k" {code} "b" {body} "y" <11> "p" 81 <33> "t" 07"#
    ));
    assert_eq!(statement.encode(), expected, "{:?}", statement.kind);
    assert_eq!(Statement::decode(&expected), Ok(statement));
}

#[test]
fn the_bytes_of_every_kind_stay_what_they_are() {
    let name = || NodeName::truncated("Q1");
    let (node, mode, day) = (NODE, NodeMode::Kiosk, -1);
    check(
        Kind::Found(Found {
            node,
            name: name(),
            mode,
        }),
        "01",
        r#"a3 "n" <22> "a" "Q1" "m" "kiosk""#,
    );
    let admit = |admin, counter| {
        Kind::Admit(Admit {
            node,
            name: name(),
            mode,
            admin,
            counter,
        })
    };
    check(
        admit(false, None),
        "02",
        r#"a3 "n" <22> "a" "Q1" "m" "kiosk""#,
    );
    check(
        admit(true, Some(3)),
        "02",
        r#"a5 "n" <22> "a" "Q1" "m" "kiosk" "r" f5 "c" 03"#,
    );
    check(
        Kind::Admin(Admin { node, admin: false }),
        "03",
        r#"a2 "n" <22> "r" f4"#,
    );
    let slot = |slot| Kind::Slot(Slot { node, slot, day });
    check(slot(Some(13)), "04", r#"a3 "n" <22> "s" 0d "y" 20"#);
    check(slot(None), "04", r#"a2 "n" <22> "y" 20"#);
    check(
        Kind::SlotKeeper(SlotKeeper { node }),
        "05",
        r#"a1 "n" <22>"#,
    );
    check(
        Kind::Rename(Rename {
            node,
            name: name(),
            mode,
        }),
        "06",
        r#"a3 "n" <22> "a" "Q1" "m" "kiosk""#,
    );
    let cut = r#""c" 81 a3 "l" a2 "n" <22> "i" 05 "s" 19012c "h" <44>"#;
    check(
        Kind::Retire(Retire {
            node,
            points: cuts(),
            day,
        }),
        "07",
        &format!(r#"a3 "n" <22> {cut} "y" 20"#),
    );
    check(
        Kind::Revoke(Revoke {
            node,
            cuts: cuts(),
            day,
            reason: Text::truncated("lost"),
        }),
        "08",
        &format!(r#"a4 "n" <22> {cut} "y" 20 "w" "lost""#),
    );
    check(Kind::Unknown(999), "1903e7", "a0");
}

#[test]
fn the_site_key_and_no_parents_are_told_by_absence() {
    let mut founding = statement(SITE, Kind::Unknown(0), &[], 0);
    founding.site = SiteId([0xaa; 32]);
    let expected = from_hex(r#"a4 "s" <aa> "k" 00 "b" a0 "t" 00"#);
    assert_eq!(founding.encode(), expected);
    assert_eq!(Statement::decode(&expected), Ok(founding));
}

/// Signs any CBOR as the site.
fn sign_raw(bytes: Vec<u8>) -> SignedBytes {
    let signature = key(SITE).sign(&[b"lienquay roster 1\0", &bytes[..]].concat());
    SignedBytes {
        bytes: Blob::new(bytes).unwrap(),
        signature,
    }
}

/// A statement of the site key with this kind and body.
fn raw(code: u16, body: Vec<(&str, Value)>, extra: Option<(&str, Value)>) -> SignedBytes {
    let map = |rows: Vec<(&str, Value)>| {
        Value::Map(
            rows.into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
        )
    };
    let mut rows = vec![
        ("s", Value::Bytes(site().0.to_vec())),
        ("k", code.into()),
        ("b", map(body)),
        ("t", 5.into()),
    ];
    rows.extend(extra);
    sign_raw(codec::encode(&map(rows)))
}

#[test]
fn fields_of_a_newer_version_are_ignored_and_stay_in_the_bytes() {
    let body = vec![
        ("n", Value::Bytes(id(1).0.to_vec())),
        ("a", "Q1".into()),
        ("m", "wall_display".into()),
        ("z", Value::Array(vec![1.into()])),
    ];
    let sent = raw(1, body, Some(("q", "new".into())));
    let verified = SignedStatement::verify(sent.clone()).unwrap();
    assert_eq!(verified.signed(), &sent);
    let name = blake3::derive_key("lienquay 2026 roster statement", &sent.bytes);
    assert_eq!(verified.hash(), StatementHash(name));
    let Kind::Found(found) = &verified.statement().kind else {
        panic!("{verified:?}");
    };
    // A use this version does not know is read as the one that is trusted with the least.
    assert_eq!((&*found.name, found.mode), ("Q1", NodeMode::Laptop));
}

#[test]
fn a_body_this_version_cannot_read_is_an_unknown_kind_and_no_error() {
    let rows = [
        vec![],
        vec![("n", Value::Bytes(vec![1; 31]))],
        vec![
            ("n", Value::Bytes(vec![1; 32])),
            ("a", "x".repeat(65).into()),
            ("m", "desk".into()),
        ],
    ];
    for body in rows {
        let verified = SignedStatement::verify(raw(2, body, None)).unwrap();
        assert_eq!(verified.statement().kind, Kind::Unknown(2));
    }
}

#[test]
fn garbage_and_too_many_parents_are_malformed() {
    let parents = vec![Value::Bytes(vec![1; 32]); MAX_PARENTS + 1];
    let rows = [
        sign_raw(vec![]),
        sign_raw(vec![0xff; 40]),
        raw(9, vec![], Some(("p", Value::Array(parents)))),
        sign_raw(
            [
                signed(SITE, Kind::Unknown(9), &[], 0).bytes.to_vec(),
                vec![0],
            ]
            .concat(),
        ),
    ];
    for bytes in rows {
        let refused = SignedStatement::verify(bytes);
        assert!(
            matches!(refused, Err(StatementError::Malformed(_))),
            "{refused:?}"
        );
    }
}

#[test]
fn the_largest_statement_its_bounds_allow_can_be_signed() {
    let widest = LogPoint {
        log: LogId {
            node: id(2),
            incarnation: u64::MAX,
        },
        seq: u64::MAX,
        hash: EntryHash([1; 32]),
    };
    let kind = Kind::Revoke(Revoke {
        node: id(2),
        cuts: List::new(vec![widest; MAX_CUTS]).unwrap(),
        day: i32::MIN,
        reason: Text::new("x".repeat(128)).unwrap(),
    });
    let parents = [StatementHash([1; 32]); MAX_PARENTS];
    let signed = statement(1, kind.clone(), &parents, u64::MAX)
        .sign(&key(1))
        .unwrap();
    assert!(signed.bytes.len() <= MAX_STATEMENT_BYTES);
    let read = SignedStatement::verify(signed).unwrap();
    assert_eq!(read.statement().kind, kind);
}
