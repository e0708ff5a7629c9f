//! The bytes of opaque changes: little-endian numbers and blobs with their length before them.

use lienquay_shared::ChangeHash;
use lienquay_shared::schema::{DocumentError, Scalar};

/// What is not an opaque change or document.
pub(super) fn malformed() -> DocumentError {
    DocumentError("not opaque bytes".to_owned())
}

/// Appends to a buffer.
#[derive(Debug, Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(super) fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    pub(super) fn blob(&mut self, blob: &[u8]) {
        self.number(blob.len() as u64);
        self.0.extend_from_slice(blob);
    }

    pub(super) fn scalar(&mut self, value: &Scalar) {
        match value {
            Scalar::Text(text) => {
                self.byte(0);
                self.blob(text.as_bytes());
            }
            Scalar::Int(number) => {
                self.byte(1);
                self.number(number.cast_unsigned());
            }
            Scalar::Bool(flag) => {
                self.byte(2);
                self.byte(u8::from(*flag));
            }
            Scalar::Bytes(bytes) => {
                self.byte(3);
                self.blob(bytes);
            }
        }
    }
}

/// Takes from the front of a buffer; every shortage is an error.
#[derive(Debug)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], DocumentError> {
        let (taken, rest) = self.0.split_at_checked(n).ok_or_else(malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], DocumentError> {
        self.take(N)?.try_into().map_err(|_short| malformed())
    }

    pub(super) fn byte(&mut self) -> Result<u8, DocumentError> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn number(&mut self) -> Result<u64, DocumentError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A number of things that take at least one byte each.
    pub(super) fn count(&mut self) -> Result<usize, DocumentError> {
        let count = usize::try_from(self.number()?).map_err(|_huge| malformed())?;
        if count <= self.0.len() {
            Ok(count)
        } else {
            Err(malformed())
        }
    }

    pub(super) fn blob(&mut self) -> Result<&'a [u8], DocumentError> {
        let len = self.count()?;
        self.take(len)
    }

    pub(super) fn text(&mut self) -> Result<String, DocumentError> {
        String::from_utf8(self.blob()?.to_vec()).map_err(|_binary| malformed())
    }

    pub(super) fn hash(&mut self) -> Result<ChangeHash, DocumentError> {
        Ok(ChangeHash(self.array()?))
    }

    pub(super) fn scalar(&mut self) -> Result<Scalar, DocumentError> {
        Ok(match self.byte()? {
            0 => Scalar::Text(self.text()?),
            1 => Scalar::Int(self.number()?.cast_signed()),
            2 => Scalar::Bool(self.byte()? == 1),
            3 => Scalar::Bytes(self.blob()?.to_vec()),
            _ => return Err(malformed()),
        })
    }
}
