//! Many headers in few bytes: what the receiver can write down again by itself is not sent.
//!
//! A header is CBOR with the names of its fields; documents, officers and kinds repeat. Those written as every version so
//! far writes them travel as their values, with documents and officers named once a message; any other travels as it is.
//! Whatever arrives, the hash chain up to the author's signature proves that the bytes are the author's.

mod numbers;
mod values;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::MAX_HEADERS;
use crate::ids::{DocId, OfficerId};
use crate::log::bounds::MAX_HEADER_BYTES;
use numbers::{Rest, put_number, unzigzag, zigzag};
use values::Values;

/// Headers of consecutive entries, as their author wrote them.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct PackedHeaders(Vec<Vec<u8>>);

/// As it is.
const PLAIN: u8 = 0;
/// Values of an entry without a change.
const BARE: u8 = 1;
/// Values of an entry with one.
const WITH_CHANGE: u8 = 2;

impl PackedHeaders {
    /// The first of these that one message takes.
    pub fn truncated(mut headers: Vec<Vec<u8>>) -> Self {
        headers.truncate(MAX_HEADERS);
        Self(headers)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each, as its author wrote it.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(Vec::as_slice)
    }

    fn pack(&self) -> Vec<u8> {
        let (mut docs, mut officers) = (Names::default(), Names::default());
        let mut body = Vec::new();
        let (mut seq, mut time) = (0, 0);
        for bytes in &self.0 {
            let Some(values) = Values::read(bytes) else {
                body.push(PLAIN);
                put_number(&mut body, bytes.len() as u64);
                body.extend_from_slice(bytes);
                continue;
            };
            body.push(if values.change.is_some() {
                WITH_CHANGE
            } else {
                BARE
            });
            put_number(&mut body, values.seq.wrapping_sub(seq));
            put_number(&mut body, values.kind);
            put_number(&mut body, docs.number(values.doc));
            put_number(&mut body, zigzag(values.time.wrapping_sub(time)));
            put_number(&mut body, officers.number(values.officer));
            put_number(&mut body, values.action);
            body.extend_from_slice(values.change.as_ref().map_or(&[], |hash| &hash[..]));
            (seq, time) = (values.seq, values.time);
        }
        let mut packed =
            Vec::with_capacity(body.len() + docs.len_bytes() + officers.len_bytes() + 8);
        put_number(&mut packed, self.0.len() as u64);
        docs.put(&mut packed);
        officers.put(&mut packed);
        packed.extend_from_slice(&body);
        packed
    }

    fn unpack(packed: &[u8]) -> Option<Self> {
        let mut rest = Rest(packed);
        let n = usize::try_from(rest.number()?).ok()?;
        if n > MAX_HEADERS {
            return None;
        }
        let docs: Vec<[u8; DocId::LEN]> = rest.names()?;
        let officers: Vec<[u8; OfficerId::LEN]> = rest.names()?;
        let mut headers = Vec::with_capacity(n);
        let (mut seq, mut time) = (0_u64, 0_u64);
        for _ in 0..n {
            let kind = rest.array::<1>()?;
            if kind == [PLAIN] {
                let length = usize::try_from(rest.number()?).ok()?;
                if length > MAX_HEADER_BYTES {
                    return None;
                }
                headers.push(rest.take(length)?.to_vec());
                continue;
            }
            seq = seq.wrapping_add(rest.number()?);
            let values = Values {
                seq,
                kind: rest.number()?,
                doc: *docs.get(usize::try_from(rest.number()?).ok()?)?,
                time: time.wrapping_add(unzigzag(rest.number()?)),
                officer: *officers.get(usize::try_from(rest.number()?).ok()?)?,
                action: rest.number()?,
                change: match kind {
                    [BARE] => None,
                    [WITH_CHANGE] => Some(rest.array()?),
                    _ => return None,
                },
            };
            time = values.time;
            headers.push(values.write());
        }
        rest.0.is_empty().then_some(Self(headers))
    }
}

impl fmt::Debug for PackedHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} headers", self.0.len())
    }
}

impl Serialize for PackedHeaders {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.pack())
    }
}

impl<'de> Deserialize<'de> for PackedHeaders {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let packed = serde_bytes::ByteBuf::deserialize(deserializer)?;
        Self::unpack(&packed).ok_or_else(|| de::Error::custom("no packed headers"))
    }
}

/// Names of a fixed length, each said once.
struct Names<const N: usize> {
    places: BTreeMap<[u8; N], u64>,
    names: Vec<[u8; N]>,
}

impl<const N: usize> Default for Names<N> {
    fn default() -> Self {
        Self {
            places: Default::default(),
            names: Vec::new(),
        }
    }
}

impl<const N: usize> Names<N> {
    fn number(&mut self, name: [u8; N]) -> u64 {
        *self.places.entry(name).or_insert_with(|| {
            self.names.push(name);
            self.names.len() as u64 - 1
        })
    }

    fn len_bytes(&self) -> usize {
        self.names.len() * N
    }

    fn put(&self, out: &mut Vec<u8>) {
        put_number(out, self.names.len() as u64);
        out.extend(self.names.iter().flatten());
    }
}

impl Rest<'_> {
    fn names<const N: usize>(&mut self) -> Option<Vec<[u8; N]>> {
        let n = usize::try_from(self.number()?).ok()?;
        if n > MAX_HEADERS {
            return None;
        }
        (0..n).map(|_| self.array()).collect()
    }
}

#[cfg(test)]
mod tests;
