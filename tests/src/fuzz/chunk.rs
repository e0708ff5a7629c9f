//! Making automerge chunks by hand: the bytes an honest library never writes, with an honest length and checksum.

use sha2::{Digest as _, Sha256};

/// The chunk type of a whole document.
pub const DOCUMENT: u8 = 0;
/// The chunk type of an uncompressed change.
pub const CHANGE: u8 = 1;

/// An unsigned LEB128 number.
pub fn uleb(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push((number & 0x7f) as u8);
}

/// A signed LEB128 number.
pub fn sleb(out: &mut Vec<u8>, mut number: i64) {
    while !(-0x40..0x40).contains(&number) {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push((number & 0x7f) as u8);
}

/// A chunk of these contents.
#[must_use]
pub fn seal(chunk_type: u8, body: &[u8]) -> Vec<u8> {
    let mut head = vec![chunk_type];
    uleb(&mut head, body.len() as u64);
    let hash = Sha256::new()
        .chain_update(&head)
        .chain_update(body)
        .finalize();
    [&[0x85, 0x6f, 0x4a, 0x83], &hash[..4], &head, body].concat()
}

/// The contents of a chunk.
#[must_use]
pub fn body(chunk: &[u8]) -> &[u8] {
    let n_length = chunk
        .iter()
        .skip(9)
        .take_while(|byte| **byte >= 0x80)
        .count()
        + 1;
    chunk.get(9 + n_length..).unwrap_or_default()
}

/// Values run-length encoded as automerge writes them: other encodings of the same are refused.
#[must_use]
pub fn rle<T: PartialEq>(values: &[Option<T>], write: impl Fn(&mut Vec<u8>, &T)) -> Vec<u8> {
    let mut out = Vec::new();
    if values.iter().all(Option::is_none) {
        return out;
    }
    let mut alone: Vec<&T> = Vec::new();
    let flush = |alone: &mut Vec<&T>, out: &mut Vec<u8>| {
        if !alone.is_empty() {
            sleb(out, -(alone.len() as i64));
            alone.drain(..).for_each(|value| write(out, value));
        }
    };
    for group in values.chunk_by(PartialEq::eq) {
        match &group[0] {
            Some(value) if group.len() == 1 => alone.push(value),
            Some(value) => {
                flush(&mut alone, &mut out);
                sleb(&mut out, group.len() as i64);
                write(&mut out, value);
            }
            None => {
                flush(&mut alone, &mut out);
                out.push(0);
                uleb(&mut out, group.len() as u64);
            }
        }
    }
    flush(&mut alone, &mut out);
    out
}

/// The lengths of alternating runs of no and yes.
#[must_use]
pub fn booleans(values: &[bool]) -> Vec<u8> {
    let mut out = Vec::new();
    if values.first() == Some(&true) {
        out.push(0);
    }
    values
        .chunk_by(PartialEq::eq)
        .for_each(|group| uleb(&mut out, group.len() as u64));
    out
}

/// Numbers as the steps between them.
#[must_use]
pub fn deltas(values: &[Option<u64>]) -> Vec<u8> {
    let mut last = 0;
    let step = |value: &Option<u64>| {
        value.map(|value| {
            let step = value.cast_signed() - last;
            last = value.cast_signed();
            step
        })
    };
    let steps: Vec<Option<i64>> = values.iter().map(step).collect();
    rle(&steps, |out, step| sleb(out, *step))
}

/// The parts of a change, for writing it.
#[derive(Debug, Clone)]
pub struct ChangeParts {
    /// Hashes of what it builds on.
    pub deps: Vec<[u8; 32]>,
    /// Its author, and others it names.
    pub actors: Vec<Vec<u8>>,
    /// Its place among its author's changes.
    pub seq: u64,
    /// The number of its first operation.
    pub start_op: u64,
    /// Columns: specification and bytes; empty ones are left out.
    pub columns: Vec<(u64, Vec<u8>)>,
}

impl ChangeParts {
    /// The change's bytes.
    #[must_use]
    pub fn seal(&self) -> Vec<u8> {
        let mut out = Vec::new();
        uleb(&mut out, self.deps.len() as u64);
        self.deps.iter().for_each(|dep| out.extend(dep));
        let (author, others) = self.actors.split_first().unwrap();
        actor(&mut out, author);
        uleb(&mut out, self.seq);
        uleb(&mut out, self.start_op);
        out.extend([0, 0]);
        uleb(&mut out, others.len() as u64);
        others.iter().for_each(|other| actor(&mut out, other));
        let kept = || self.columns.iter().filter(|(_, bytes)| !bytes.is_empty());
        uleb(&mut out, kept().count() as u64);
        for (specification, bytes) in kept() {
            uleb(&mut out, *specification);
            uleb(&mut out, bytes.len() as u64);
        }
        kept().for_each(|(_, bytes)| out.extend(bytes));
        seal(CHANGE, &out)
    }
}

/// The parts of a document, for changing its operations.
#[derive(Debug, Clone)]
pub struct DocumentParts {
    /// Actors and heads.
    head: Vec<u8>,
    changes: Columns,
    /// Columns of the operations.
    pub operations: Columns,
    tail: Vec<u8>,
}

/// Specification and bytes of each.
pub type Columns = Vec<(u64, Vec<u8>)>;

impl DocumentParts {
    /// Takes an honest, uncompressed document's contents apart.
    #[must_use]
    pub fn of(body: &[u8]) -> Self {
        let mut rest = body;
        for _actor in 0..read_uleb(&mut rest) {
            let n = read_uleb(&mut rest);
            take(&mut rest, n);
        }
        let n_heads = read_uleb(&mut rest);
        take(&mut rest, n_heads * 32);
        let head = body[..body.len() - rest.len()].to_vec();
        let mut described = || {
            let n = read_uleb(&mut rest);
            let column = |_| (read_uleb(&mut rest) as u64, read_uleb(&mut rest));
            (0..n).map(column).collect::<Vec<_>>()
        };
        let (changes, operations) = (described(), described());
        let mut columns = |described: Vec<(u64, usize)>| {
            let column = |(specification, n)| (specification, take(&mut rest, n).to_vec());
            described.into_iter().map(column).collect()
        };
        Self {
            head,
            changes: columns(changes),
            operations: columns(operations),
            tail: rest.to_vec(),
        }
    }

    /// The document's bytes.
    #[must_use]
    pub fn seal(&self) -> Vec<u8> {
        let mut out = self.head.clone();
        for columns in [&self.changes, &self.operations] {
            uleb(&mut out, columns.len() as u64);
            for (specification, bytes) in columns {
                uleb(&mut out, *specification);
                uleb(&mut out, bytes.len() as u64);
            }
        }
        let columns = self.changes.iter().chain(&self.operations);
        columns.for_each(|(_, bytes)| out.extend(bytes));
        out.extend(&self.tail);
        seal(DOCUMENT, &out)
    }
}

fn take<'a>(rest: &mut &'a [u8], n: usize) -> &'a [u8] {
    let (taken, others) = rest.split_at(n);
    *rest = others;
    taken
}

fn read_uleb(rest: &mut &[u8]) -> usize {
    let (mut number, mut shift) = (0, 0);
    loop {
        let byte = take(rest, 1)[0];
        number |= usize::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            return number;
        }
    }
}

fn actor(out: &mut Vec<u8>, bytes: &[u8]) {
    uleb(out, bytes.len() as u64);
    out.extend(bytes);
}
