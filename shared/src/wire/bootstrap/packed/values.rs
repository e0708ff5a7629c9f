//! A header as its values, if it is written as every version so far writes it.

use super::numbers::Rest;
use crate::ids::{ChangeHash, DocId, OfficerId};

/// What a header of today says.
pub(super) struct Values {
    pub(super) seq: u64,
    pub(super) kind: u64,
    pub(super) doc: [u8; DocId::LEN],
    pub(super) change: Option<[u8; ChangeHash::LEN]>,
    pub(super) time: u64,
    pub(super) officer: [u8; OfficerId::LEN],
    pub(super) action: u64,
}

impl Values {
    /// The values of a header, if it is written exactly as [`Self::write`] writes them.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = Rest(bytes);
        let [fields] = rest.array()?;
        let values = Self {
            seq: rest.field(b'n')?.cbor_number()?,
            kind: rest.field(b'k')?.cbor_number()?,
            doc: rest.field(b'd')?.cbor_bytes()?,
            change: if fields == 0xa7 {
                Some(rest.field(b'c')?.cbor_bytes()?)
            } else {
                None
            },
            time: rest.field(b't')?.cbor_number()?,
            officer: rest.field(b'o')?.cbor_bytes()?,
            action: rest.field(b'a')?.cbor_number()?,
        };
        (values.write() == bytes).then_some(values)
    }

    /// The header, as every version so far writes it.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(112);
        out.push(if self.change.is_some() { 0xa7 } else { 0xa6 });
        put_field(&mut out, b'n');
        put_cbor_number(&mut out, 0, self.seq);
        put_field(&mut out, b'k');
        put_cbor_number(&mut out, 0, self.kind);
        put_field(&mut out, b'd');
        put_cbor_bytes(&mut out, &self.doc);
        if let Some(change) = &self.change {
            put_field(&mut out, b'c');
            put_cbor_bytes(&mut out, change);
        }
        put_field(&mut out, b't');
        put_cbor_number(&mut out, 0, self.time);
        put_field(&mut out, b'o');
        put_cbor_bytes(&mut out, &self.officer);
        put_field(&mut out, b'a');
        put_cbor_number(&mut out, 0, self.action);
        out
    }
}

fn put_field(out: &mut Vec<u8>, name: u8) {
    out.extend_from_slice(&[0x61, name]);
}

fn put_cbor_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_cbor_number(out, 0x40, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// The head of a CBOR item of a kind, in as few bytes as it takes.
fn put_cbor_number(out: &mut Vec<u8>, kind: u8, value: u64) {
    let bytes = value.to_be_bytes();
    let [.., a, b, c, d] = bytes;
    match value {
        0..=23 => out.push(kind | d),
        24..=0xff => out.extend_from_slice(&[kind | 24, d]),
        0x100..=0xffff => out.extend_from_slice(&[kind | 25, c, d]),
        0x1_0000..=0xffff_ffff => out.extend_from_slice(&[kind | 26, a, b, c, d]),
        _ => {
            out.push(kind | 27);
            out.extend_from_slice(&bytes);
        }
    }
}

impl Rest<'_> {
    fn field(&mut self, name: u8) -> Option<&mut Self> {
        (self.array()? == [0x61, name]).then_some(self)
    }

    fn cbor_number(&mut self) -> Option<u64> {
        let [head] = self.array()?;
        match head {
            0..=23 => Some(u64::from(head)),
            24 => self.array::<1>().map(|bytes| u64::from(bytes[0])),
            25 => self.array().map(|bytes| u16::from_be_bytes(bytes).into()),
            26 => self.array().map(|bytes| u32::from_be_bytes(bytes).into()),
            27 => self.array().map(u64::from_be_bytes),
            _ => None,
        }
    }

    fn cbor_bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let [head] = self.array()?;
        let length = match head {
            0x40..=0x57 => head - 0x40,
            0x58 => self.array::<1>()?[0],
            _ => return None,
        };
        (usize::from(length) == N).then(|| self.array())?
    }
}
