//! The most expensive changes that are short enough to be sent: what each costs a node that takes it in.

use std::time::{Duration, Instant};

use lienquay_shared::log::bounds::{MAX_CHANGE_BYTES, MAX_CHANGE_OPS};
use lienquay_shared::schema::{RawDoc, admission, edits_of};
use lienquay_tests::fuzz::changes::{ACTORS, base, max_op};
use lienquay_tests::fuzz::chunk::{ChangeParts, rle, sleb, uleb};
use peak_alloc::PeakAlloc;

/// What one change may cost at most; a busy machine included.
const MAX_TIME: Duration = Duration::from_secs(5);
const MAX_HEAP_BYTES: usize = 96 << 20;

/// How far a change gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Automerge never sees it.
    Unread,
    /// It is read, and no document takes it in.
    Unapplied,
    /// It is read, and may be applied; what matters is what that costs.
    Read,
}

/// A change, and how far a node lets it get.
pub(crate) struct Bad {
    what: &'static str,
    bytes: Vec<u8>,
    fate: Fate,
}

const GENESIS: &[u8] = b"lienquay genesis 1";
const N: u64 = MAX_CHANGE_OPS;
const ROW_OBJECT: [u64; 2] = [0x01, 0x02];
const KEY: [u64; 3] = [0x11, 0x13, 0x15];
const INSERT: u64 = 0x34;
const ACTION: u64 = 0x42;
const VALUE: u64 = 0x56;
const PRED: [u64; 3] = [0x70, 0x71, 0x73];
const PUT: u64 = 1;
const FIELDS: u64 = 2;
const EVENTS: u64 = 3;

type Columns = Vec<(u64, Vec<u8>)>;

fn run(n: u64, value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    // One alone is written as a list of one.
    sleb(&mut out, if n == 1 { -1 } else { n.cast_signed() });
    uleb(&mut out, value);
    out
}

fn run_of_text(n: u64, text: &str) -> Vec<u8> {
    let mut out = run(n, text.len() as u64);
    out.extend(text.as_bytes());
    out
}

fn change(n_actors: u16, columns: Columns) -> Vec<u8> {
    parts(n_actors, columns).seal()
}

fn parts(n_actors: u16, columns: Columns) -> ChangeParts {
    let others = (0..n_actors).map(|n| n.to_be_bytes().to_vec());
    let named = [ACTORS[2].to_vec(), GENESIS.to_vec()];
    let mut columns = columns;
    columns.sort_by_key(|(specification, _)| *specification);
    ChangeParts {
        deps: base().get_heads().iter().map(|hash| hash.0).collect(),
        actors: named.into_iter().chain(others).collect(),
        seq: 1,
        start_op: max_op() + 1,
        columns,
    }
}

/// `n` rows in a container of the genesis.
fn rows(n: u64, object: u64, action: u64) -> Columns {
    let object_columns = ROW_OBJECT.into_iter().zip([run(n, 1), run(n, object)]);
    object_columns
        .chain([
            (ACTION, run(n, action)),
            (VALUE, run(n, 0)),
            (PRED[0], run(n, 0)),
        ])
        .collect()
}

fn keyed(n: u64, action: u64, key: &str) -> Columns {
    let mut columns = rows(n, FIELDS, action);
    let mut no_insert = Vec::new();
    uleb(&mut no_insert, n);
    columns.extend([(KEY[2], run_of_text(n, key)), (INSERT, no_insert)]);
    columns
}

/// Insertions at the head of the list of events, as they are encoded: no actor, counter 0.
fn inserted(n: u64, action: u64) -> Columns {
    let mut columns = rows(n, EVENTS, action);
    let mut insert = vec![0];
    uleb(&mut insert, n);
    columns.extend([(KEY[1], run(n, 0)), (INSERT, insert)]);
    columns
}

fn distinct_keys(n: u64) -> Columns {
    let mut keys = Vec::new();
    sleb(&mut keys, -n.cast_signed());
    for at in 0..n {
        uleb(&mut keys, 5);
        keys.extend(format!("{at:05}").as_bytes());
    }
    let mut columns = keyed(n, PUT, "");
    columns.retain(|(specification, _)| *specification != KEY[2]);
    columns.push((KEY[2], keys));
    columns
}

/// Maps, each in the one before.
fn nested(n: u64) -> Columns {
    let inside = |first: u64, rest: &dyn Fn(u64) -> u64| {
        let rows: Vec<Option<u64>> = (0..n)
            .map(|at| Some(if at == 0 { first } else { rest(at) }))
            .collect();
        rle(&rows, |out, number| uleb(out, *number))
    };
    let mut columns = keyed(n, 0, "in");
    columns.retain(|(specification, _)| !ROW_OBJECT.contains(specification));
    let before = |at| max_op() + at;
    columns.extend(
        ROW_OBJECT
            .into_iter()
            .zip([inside(1, &|_| 0), inside(FIELDS, &before)]),
    );
    columns
}

fn many_preds(n_each: u64) -> Columns {
    let mut columns = keyed(1, PUT, "name");
    columns.retain(|(specification, _)| *specification != PRED[0]);
    let mut counters = run(1, 5);
    counters.extend(run(n_each - 1, 1));
    columns.extend(
        PRED.into_iter()
            .zip([run(1, n_each), run(n_each, 1), counters]),
    );
    columns
}

pub(crate) fn changes() -> Vec<Bad> {
    [nonsense(), expensive()].into_iter().flatten().collect()
}

fn bad(what: &'static str, fate: Fate, columns: Columns) -> Bad {
    Bad {
        what,
        bytes: change(0, columns),
        fate,
    }
}

/// A field's value whose columns of one name are others.
fn with(replaced: &[u64], columns: impl IntoIterator<Item = (u64, Vec<u8>)>) -> Columns {
    let mut all = keyed(1, PUT, "name");
    all.retain(|(specification, _)| !replaced.contains(specification));
    all.extend(columns);
    all
}

/// What automerge panics at, or saves and cannot load again.
fn nonsense() -> Vec<Bad> {
    use Fate::{Unapplied, Unread};
    let in_object = |actor, counter| {
        let object = ROW_OBJECT.into_iter().zip([run(1, actor), run(1, counter)]);
        with(&ROW_OBJECT, object)
    };
    let after = |counter| {
        let pred = PRED
            .into_iter()
            .zip([run(1, 1), run(1, 1), run(1, counter)]);
        with(&PRED, pred)
    };
    let behind = ChangeParts {
        start_op: 1,
        ..parts(0, Columns::new())
    };
    vec![
        bad(
            "an object of an actor that is not listed",
            Unread,
            in_object(9, 2),
        ),
        bad(
            "an object of an actor that wrote nothing",
            Unapplied,
            in_object(0, 2),
        ),
        bad(
            "an object that its actor never made",
            Unapplied,
            in_object(1, 99),
        ),
        bad("a predecessor that is not there", Unapplied, after(1000)),
        bad("8,192 marks", Unread, inserted(N, 7)),
        Bad {
            what: "no operations, numbered behind what it cites",
            bytes: behind.seal(),
            fate: Unapplied,
        },
    ]
}

fn expensive() -> Vec<Bad> {
    use Fate::{Read, Unread};
    let long = "k".repeat(MAX_CHANGE_BYTES - 400);
    let values = |n: u64| {
        let mut columns = inserted(n, PUT);
        columns.retain(|(specification, _)| *specification != VALUE);
        columns.push((VALUE, run(n, 30 << 4 | 7)));
        columns.push((VALUE + 1, [7; 30].repeat(usize::try_from(n).unwrap())));
        columns
    };
    vec![
        bad(
            "2^60 operations in a run",
            Unread,
            keyed(1 << 60, PUT, "name"),
        ),
        bad("one operation too many", Unread, keyed(N + 1, PUT, "name")),
        bad(
            "an operation with 2^50 predecessors",
            Unread,
            many_preds(1 << 50),
        ),
        Bad {
            what: "600 actors",
            bytes: change(600, keyed(1, PUT, "name")),
            fate: Unread,
        },
        Bad {
            what: "400 actors that nothing names",
            bytes: change(400, keyed(1, PUT, "name")),
            fate: Read,
        },
        bad("8,192 values of one field", Read, keyed(N, PUT, "name")),
        bad("8,192 fields", Read, distinct_keys(N)),
        bad(
            "8,192 values under a key of 256 KiB",
            Unread,
            keyed(N, PUT, &long),
        ),
        bad(
            "8,192 values under a key of 31 bytes",
            Read,
            keyed(N, PUT, &long[..31]),
        ),
        bad("a value under a key of 256 KiB", Read, keyed(1, PUT, &long)),
        bad("8,192 maps", Read, keyed(N, 0, "name")),
        bad("8,192 maps, each in the one before", Read, nested(N)),
        bad("8,192 insertions at the head", Read, inserted(N, PUT)),
        bad("8,192 events of 30 bytes", Read, values(N)),
        bad(
            "an operation with 8,000 predecessors",
            Read,
            many_preds(8000),
        ),
    ]
}

/// Takes the change in as a node does: read, applied, shown, stored, read again. The line says what it cost.
pub(crate) fn check(heap: &PeakAlloc, bad: &Bad) -> String {
    assert!(bad.bytes.len() <= MAX_CHANGE_BYTES, "{}", bad.what);
    let mut document = base().clone();
    let before = heap.current_usage();
    heap.reset_peak_usage();
    let started = Instant::now();
    let change = admission::change(&bad.bytes);
    assert_eq!(change.is_ok(), bad.fate != Fate::Unread, "{}", bad.what);
    let mut is_applied = false;
    if let Ok(change) = change {
        is_applied = admission::apply(&mut document, &change).is_ok();
        drop(edits_of(&change));
    }
    assert!(!is_applied || bad.fate == Fate::Read, "{}", bad.what);
    let applied = started.elapsed();
    if is_applied {
        drop(RawDoc::read(&document));
        drop(
            admission::stored(&document.save())
                .unwrap_or_else(|_| panic!("{}: stored, but not readable", bad.what)),
        );
    }
    let (all, peak) = (started.elapsed(), heap.peak_usage().saturating_sub(before));
    assert!(all <= MAX_TIME, "{}: {all:?}", bad.what);
    assert!(peak <= MAX_HEAP_BYTES, "{}: {peak} bytes of heap", bad.what);
    format!(
        "{:<40} {:>7} bytes  applied {is_applied:<5} in {:>4} ms, all {:>4} ms, {:>6} KiB",
        bad.what,
        bad.bytes.len(),
        applied.as_millis(),
        all.as_millis(),
        peak / 1024,
    )
}
