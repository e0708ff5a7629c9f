//! Changes with sound columns and nonsense in them: operations in objects that nobody made, on elements that are not
//! there, of kinds that no counter PC writes. The input chooses; the columns are written by hand.

use std::collections::BTreeMap;

use super::Target;
use super::changes::{ACTORS, base, max_op, take_in};
use super::chunk::{ChangeParts, booleans, deltas, rle, uleb};

/// Eight bytes an operation.
pub const OPERATIONS: Target = Target {
    name: "operations",
    run: operations,
    seeds: operation_seeds,
    words: &[
        b"\x01\0\0\x01\0\0\0\0",
        b"\x02\x01\x01\x01\x07\0\0\0",
        b"\0\0\0\0\0\0\0\0",
    ],
    max_input_bytes: 1024,
    max_heap_bytes: 64 << 20,
};

const GENESIS: &[u8] = b"lienquay genesis 1";
const KEYS: [&str; 4] = ["name", "n", "salt", "f"];

/// An operation's id as it stands in a change: the actor's place in the change's table, and the counter.
type Id = (u64, u64);

/// One operation, before it is cut into columns.
struct Op {
    obj: Option<Id>,
    /// An element, or a key; the head of a list has counter 0.
    key: Result<Id, &'static str>,
    insert: bool,
    action: u64,
    value_kind: u64,
    n_value_bytes: usize,
    pred: Vec<Id>,
    expand: bool,
    mark: Option<&'static str>,
}

impl Op {
    fn new(chosen: &[u8; 8], at: u64, start_op: u64) -> Self {
        let [obj, key, flags, action, value, pred, far, mark] = *chosen;
        let id = |choice: u8| match choice % 8 {
            0 | 6 => None,
            n @ 1..=3 => Some((1, u64::from(n))),
            4 => Some((u64::from(far % 4), u64::from(far / 4))),
            5 => Some((0, (start_op + at).saturating_sub(u64::from(far % 4)))),
            _ => Some((2, 4 + u64::from(far % 12))),
        };
        let mut pred: Vec<Id> = (0..pred % 3)
            .map(|n| id(pred / 3 + n).unwrap_or((2, 5)))
            .collect();
        pred.sort_by_key(|id| (id.1, id.0));
        Self {
            obj: id(obj),
            key: match flags & 2 {
                0 => Err(KEYS[usize::from(key) % KEYS.len()]),
                _ => Ok(id(key).unwrap_or((0, 0))),
            },
            insert: flags & 1 == 1,
            action: u64::from(action % 9),
            value_kind: u64::from(value % 11),
            n_value_bytes: match value % 11 {
                0..=2 => 0,
                5 => 8,
                3 | 4 | 8 | 9 => 1,
                _ => usize::from(value / 16),
            },
            pred,
            expand: flags & 4 == 4,
            mark: (mark & 1 == 1).then_some("bold"),
        }
    }

    fn ids(&mut self) -> impl Iterator<Item = &mut Id> {
        let element = self.key.as_mut().ok().filter(|id| id.1 > 0);
        self.obj.iter_mut().chain(element).chain(&mut self.pred)
    }
}

/// Names only actors that operations name, in order, as automerge does.
fn actors(ops: &mut [Op]) -> Vec<Vec<u8>> {
    let all = [&ACTORS[2][..], GENESIS, &ACTORS[0], &ACTORS[1]];
    let mut kept: Vec<(&[u8], u64)> = all.into_iter().zip(0..).collect();
    let author = kept.remove(0);
    kept.retain(|(_, at)| ops.iter_mut().flat_map(Op::ids).any(|id| id.0 == *at));
    kept.sort_unstable();
    kept.insert(0, author);
    let places: BTreeMap<u64, u64> = kept
        .iter()
        .zip(0..)
        .map(|(actor, at)| (actor.1, at))
        .collect();
    for id in ops.iter_mut().flat_map(Op::ids) {
        id.0 = places.get(&id.0).copied().unwrap_or_default();
    }
    kept.into_iter().map(|(actor, _)| actor.to_vec()).collect()
}

fn columns(ops: &[Op]) -> Vec<(u64, Vec<u8>)> {
    let number = |out: &mut Vec<u8>, number: &u64| uleb(out, *number);
    let text = |out: &mut Vec<u8>, text: &&str| {
        uleb(out, text.len() as u64);
        out.extend(text.as_bytes());
    };
    let numbers = |value: &dyn Fn(&Op) -> Option<u64>| {
        let values: Vec<Option<u64>> = ops.iter().map(value).collect();
        (rle(&values, number), deltas(&values))
    };
    let texts = |value: &dyn Fn(&Op) -> Option<&'static str>| {
        rle(&ops.iter().map(value).collect::<Vec<_>>(), text)
    };
    let pred = || ops.iter().flat_map(|op| &op.pred);
    let expand: Vec<bool> = ops.iter().map(|op| op.expand).collect();
    let any_expand = expand.iter().any(|expand| *expand);
    let n_value_bytes: usize = ops.iter().map(|op| op.n_value_bytes).sum();
    let meta = |op: &Op| Some((op.n_value_bytes as u64) << 4 | op.value_kind);
    vec![
        (0x01, numbers(&|op| op.obj.map(|id| id.0)).0),
        (0x02, numbers(&|op| op.obj.map(|id| id.1)).0),
        (
            0x11,
            numbers(&|op| op.key.ok().filter(|id| id.1 > 0).map(|id| id.0)).0,
        ),
        (0x13, numbers(&|op| op.key.ok().map(|id| id.1)).1),
        (0x15, texts(&|op| op.key.err())),
        (
            0x34,
            booleans(&ops.iter().map(|op| op.insert).collect::<Vec<_>>()),
        ),
        (0x42, numbers(&|op| Some(op.action)).0),
        (0x56, numbers(&meta).0),
        (0x57, vec![b'a'; n_value_bytes]),
        (0x70, numbers(&|op| Some(op.pred.len() as u64)).0),
        (
            0x71,
            rle(&pred().map(|id| Some(id.0)).collect::<Vec<_>>(), number),
        ),
        (
            0x73,
            deltas(&pred().map(|id| Some(id.1)).collect::<Vec<_>>()),
        ),
        (
            0x94,
            if any_expand {
                booleans(&expand)
            } else {
                Vec::new()
            },
        ),
        (0xa5, texts(&|op| op.mark)),
    ]
}

fn operations(input: &[u8]) {
    let start_op = 1 + max_op();
    let chosen = input.as_chunks::<8>().0;
    let mut ops: Vec<Op> = (0..)
        .zip(chosen)
        .map(|(at, op)| Op::new(op, at, start_op))
        .collect();
    let parts = ChangeParts {
        deps: base().get_heads().iter().map(|hash| hash.0).collect(),
        actors: actors(&mut ops),
        seq: 1,
        start_op,
        columns: columns(&ops),
    };
    take_in(&parts.seal());
}

fn operation_seeds() -> Vec<Vec<u8>> {
    let put = [2, 0, 0, 1, 38, 0, 0, 0];
    let append = [3, 0, 3, 1, 39, 0, 0, 0];
    let delete = [2, 1, 0, 3, 0, 1, 4, 0];
    let make = [2, 2, 0, 0, 0, 0, 0, 0];
    let inside = [5, 0, 0, 1, 38, 0, 1, 0];
    let sole = |op: [u8; 8]| op.to_vec();
    vec![
        sole(put),
        sole(append),
        [put, append, append, delete].concat(),
        [make, inside].concat(),
    ]
}
