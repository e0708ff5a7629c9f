//! An opaque change: who, where in its sequence, on top of what, and the operations.

use std::sync::Arc;

use lienquay_shared::ChangeHash;
use lienquay_shared::schema::{Change, DocumentError, Edit, OpId, Scalar};

use super::bytes::{Reader, Writer, malformed};

/// An operation, numbered by its place in its change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Op {
    /// Sets a field; what it had seen of the field stands no more.
    Put {
        key: String,
        value: Scalar,
        over: Vec<OpId>,
    },
    /// Empties a field of what it had seen there.
    Clear { key: String, over: Vec<OpId> },
    /// Adds an event.
    Append { event: Vec<u8> },
}

/// What a change says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) actor: Vec<u8>,
    /// Counted from 1 for each actor.
    pub(super) seq: u64,
    /// The operation counter of the salt; the operations follow.
    pub(super) start: u64,
    pub(super) deps: Vec<ChangeHash>,
    pub(super) salt: [u8; 16],
    pub(super) ops: Vec<Op>,
}

impl Body {
    /// The operation at a place of `ops`.
    pub(super) fn op_id(&self, place: usize) -> OpId {
        OpId {
            counter: self.start + 1 + place as u64,
            actor: self.actor.clone(),
        }
    }

    /// The highest operation counter.
    pub(super) fn last_op(&self) -> u64 {
        self.start + self.ops.len() as u64
    }

    fn encode(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.blob(&self.actor);
        out.number(self.seq);
        out.number(self.start);
        out.0.extend_from_slice(&self.salt);
        out.number(self.deps.len() as u64);
        for dep in &self.deps {
            out.0.extend_from_slice(&dep.0);
        }
        out.number(self.ops.len() as u64);
        for op in &self.ops {
            write_op(&mut out, op);
        }
        out.0
    }

    fn decode(bytes: &[u8]) -> Result<Self, DocumentError> {
        let mut rest = Reader(bytes);
        let body = Self {
            actor: rest.blob()?.to_vec(),
            seq: rest.number()?,
            start: rest.number()?,
            salt: rest.array()?,
            deps: (0..rest.count()?)
                .map(|_| rest.hash())
                .collect::<Result<_, _>>()?,
            ops: (0..rest.count()?)
                .map(|_| read_op(&mut rest))
                .collect::<Result<_, _>>()?,
        };
        if rest.0.is_empty() && body.start > 0 && body.last_op() < u64::MAX / 2 {
            Ok(body)
        } else {
            Err(malformed())
        }
    }
}

fn write_op(out: &mut Writer, op: &Op) {
    match op {
        Op::Put { key, value, over } => {
            out.byte(0);
            out.blob(key.as_bytes());
            out.scalar(value);
            write_ids(out, over);
        }
        Op::Clear { key, over } => {
            out.byte(1);
            out.blob(key.as_bytes());
            write_ids(out, over);
        }
        Op::Append { event } => {
            out.byte(2);
            out.blob(event);
        }
    }
}

fn read_op(rest: &mut Reader<'_>) -> Result<Op, DocumentError> {
    Ok(match rest.byte()? {
        0 => Op::Put {
            key: rest.text()?,
            value: rest.scalar()?,
            over: read_ids(rest)?,
        },
        1 => Op::Clear {
            key: rest.text()?,
            over: read_ids(rest)?,
        },
        2 => Op::Append {
            event: rest.blob()?.to_vec(),
        },
        _ => return Err(malformed()),
    })
}

fn write_ids(out: &mut Writer, ids: &[OpId]) {
    out.number(ids.len() as u64);
    for id in ids {
        out.number(id.counter);
        out.blob(&id.actor);
    }
}

fn read_ids(rest: &mut Reader<'_>) -> Result<Vec<OpId>, DocumentError> {
    let n_ids = rest.count()?;
    let read = |_| {
        Ok(OpId {
            counter: rest.number()?,
            actor: rest.blob()?.to_vec(),
        })
    };
    (0..n_ids).map(read).collect()
}

/// A change as parsed; copies of documents share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OpaqueChange(pub(super) Arc<Parts>);

/// What a change says, its bytes and their hash.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) hash: ChangeHash,
    pub(super) bytes: Vec<u8>,
    pub(super) body: Body,
}

impl OpaqueChange {
    pub(super) fn new(body: Body) -> Self {
        Self::of(body.encode(), body)
    }

    pub(super) fn parse(bytes: Vec<u8>) -> Result<Self, DocumentError> {
        let body = Body::decode(&bytes)?;
        Ok(Self::of(bytes, body))
    }

    fn of(bytes: Vec<u8>, body: Body) -> Self {
        let hash = ChangeHash(*blake3::hash(&bytes).as_bytes());
        Self(Arc::new(Parts { hash, bytes, body }))
    }
}

impl Change for OpaqueChange {
    fn hash(&self) -> ChangeHash {
        self.0.hash
    }

    fn actor(&self) -> &[u8] {
        &self.0.body.actor
    }

    fn deps(&self) -> Vec<ChangeHash> {
        self.0.body.deps.clone()
    }

    fn bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    fn edits(&self) -> Vec<Edit> {
        let ops = self.0.body.ops.iter().cloned();
        ops.map(|op| match op {
            Op::Put { key, value, .. } => Edit::Put { key, value },
            Op::Clear { key, .. } => Edit::Clear { key },
            Op::Append { event } => Edit::Append { event },
        })
        .collect()
    }
}
