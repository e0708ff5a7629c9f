//! CBOR through serde, for everything that is stored or sent: bounded in depth and length, nothing left over.

use std::fmt;
use std::ops::Deref;

use serde::de::{self, DeserializeOwned, SeqAccess};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Nesting allowed in anything we read. Our own messages need about six levels.
const MAX_DEPTH: usize = 24;

/// Bytes that are not the expected CBOR value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not CBOR, or not of the expected shape, or over a bound.
    #[error("malformed: {0}")]
    Malformed(String),
    /// A complete value is followed by further bytes.
    #[error("{0} bytes after the value")]
    Trailing(usize),
}

/// Encodes a value. Our own types always encode; a failure would be a bug of ours and yields an empty string, which no
/// decoder accepts.
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    match ciborium::into_writer(value, &mut out) {
        Ok(()) => out,
        Err(_unserialisable) => Vec::new(),
    }
}

/// Decodes exactly one value from all of `bytes`.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, DecodeError> {
    let mut rest = bytes;
    let value = ciborium::de::from_reader_with_recursion_limit(&mut rest, MAX_DEPTH)
        .map_err(|error| DecodeError::Malformed(error.to_string()))?;
    if rest.is_empty() {
        Ok(value)
    } else {
        Err(DecodeError::Trailing(rest.len()))
    }
}

/// A list that refuses to be read with more than `MAX` items.
#[derive(Clone, PartialEq, Eq)]
pub struct List<T, const MAX: usize>(Vec<T>);

impl<T, const MAX: usize> List<T, MAX> {
    /// Takes the items, or gives them back when there are too many.
    pub fn new(items: Vec<T>) -> Result<Self, Vec<T>> {
        if items.len() <= MAX {
            Ok(Self(items))
        } else {
            Err(items)
        }
    }

    /// Takes the first `MAX` items; for lists where the rest follows in a later message.
    pub fn truncated(mut items: Vec<T>) -> Self {
        items.truncate(MAX);
        Self(items)
    }

    /// The items.
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T, const MAX: usize> Default for List<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: fmt::Debug, const MAX: usize> fmt::Debug for List<T, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T, const MAX: usize> Deref for List<T, MAX> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Serialize, const MAX: usize> Serialize for List<T, MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for List<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListVisitor<T, const MAX: usize>(std::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de>, const MAX: usize> de::Visitor<'de> for ListVisitor<T, MAX> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a list of at most {MAX} items")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    if items.len() == MAX {
                        return Err(de::Error::invalid_length(MAX + 1, &self));
                    }
                    items.push(item);
                }
                Ok(items)
            }
        }

        deserializer
            .deserialize_seq(ListVisitor::<T, MAX>(std::marker::PhantomData))
            .map(Self)
    }
}

/// A byte string that refuses to be read when longer than `MAX` bytes.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Blob<const MAX: usize>(Vec<u8>);

impl<const MAX: usize> Blob<MAX> {
    /// Takes the bytes, or gives them back when there are too many.
    pub fn new(bytes: Vec<u8>) -> Result<Self, Vec<u8>> {
        if bytes.len() <= MAX {
            Ok(Self(bytes))
        } else {
            Err(bytes)
        }
    }

    /// The bytes.
    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }
}

impl<const MAX: usize> fmt::Debug for Blob<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl<const MAX: usize> Deref for Blob<MAX> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl<const MAX: usize> Serialize for Blob<MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Blob<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = serde_bytes::ByteBuf::deserialize(deserializer)?.into_vec();
        Self::new(bytes).map_err(|bytes| {
            de::Error::invalid_length(bytes.len(), &format!("at most {MAX} bytes").as_str())
        })
    }
}

/// A text that refuses to be read when longer than `MAX` bytes of UTF-8.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Text<const MAX: usize>(String);

impl<const MAX: usize> Text<MAX> {
    /// Takes the text, or gives it back when it is too long.
    pub fn new(text: impl Into<String>) -> Result<Self, String> {
        let text = text.into();
        if text.len() <= MAX {
            Ok(Self(text))
        } else {
            Err(text)
        }
    }

    /// Takes as many whole characters as fit.
    pub fn truncated(text: &str) -> Self {
        let mut end = text.len().min(MAX);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        Self(text[..end].to_owned())
    }
}

impl<const MAX: usize> fmt::Debug for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const MAX: usize> Deref for Text<MAX> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> Serialize for Text<MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Text<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(text).map_err(|text| {
            de::Error::invalid_length(text.len(), &format!("at most {MAX} bytes").as_str())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_hold_when_reading() {
        let four = encode(&vec![1_u8, 2, 3, 4]);
        assert_eq!(decode::<List<u8, 4>>(&four).unwrap().len(), 4);
        assert!(decode::<List<u8, 3>>(&four).is_err());
        let blob = encode(&Blob::<8>::new(vec![0; 8]).unwrap());
        assert!(decode::<Blob<8>>(&blob).is_ok());
        assert!(decode::<Blob<7>>(&blob).is_err());
        assert!(decode::<Text<2>>(&encode(&"đđ")).is_err());
        assert_eq!(&*Text::<3>::truncated("đđ"), "đ");
    }

    #[test]
    fn a_declared_length_without_the_bytes_is_refused_without_allocating_it() {
        // A byte string that claims 2^40 bytes, and a list that claims 2^40 items.
        for head in [0x5b_u8, 0x9b] {
            let bytes = [head, 0, 0, 1, 0, 0, 0, 0, 0];
            assert!(decode::<Blob<8>>(&bytes).is_err());
            assert!(decode::<List<u8, 8>>(&bytes).is_err());
        }
    }

    #[test]
    fn deep_nesting_and_trailing_bytes_are_refused() {
        let deep = vec![0x81_u8; 10_000];
        assert!(decode::<ciborium::Value>(&deep).is_err());
        assert_eq!(decode::<u8>(&[1, 2]), Err(DecodeError::Trailing(1)));
    }
}
