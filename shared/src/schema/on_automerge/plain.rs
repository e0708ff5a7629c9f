//! Whether a snapshot of a peer is one plain document: nothing of it may expand without bound.

/// What every automerge chunk begins with.
const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// The chunk type of a whole document.
const DOCUMENT: u8 = 0;
/// The bit of a column's specification that says "compressed".
const DEFLATE: u64 = 8;

/// Whether bytes are exactly one document chunk without compressed columns.
pub(super) fn is_document(bytes: &[u8]) -> bool {
    let mut rest = Bytes(bytes);
    let is_one_chunk = rest.take(4) == Some(&MAGIC)
        && rest.take(4).is_some()
        && rest.take(1) == Some(&[DOCUMENT])
        && rest.number() == Some(rest.0.len() as u64);
    is_one_chunk && rest.skip_lists().is_some() && rest.is_plain() && rest.is_plain()
}

/// The rest of a chunk.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    /// A LEB128 number.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..63).step_by(7) {
            let byte = *self.take(1)?.first()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// The actors, each with its length, and the heads, 32 bytes each.
    fn skip_lists(&mut self) -> Option<()> {
        for _actor in 0..self.number()? {
            let n = usize::try_from(self.number()?).ok()?;
            self.take(n)?;
        }
        let n = usize::try_from(self.number()?).ok()?;
        self.take(n.checked_mul(32)?).map(drop)
    }

    /// Whether the columns described next are not compressed.
    fn is_plain(&mut self) -> bool {
        let Some(n) = self.number() else { return false };
        (0..n).all(|_column| {
            let specification = self.number();
            self.number().is_some() && specification.is_some_and(|spec| spec & DEFLATE == 0)
        })
    }
}

#[cfg(test)]
mod tests {
    use automerge::ROOT;
    use automerge::transaction::Transactable;

    use crate::log::DocKind;
    use crate::schema::{AutomergeDocuments, Documents, new_document};

    #[test]
    fn only_one_plain_document_is_received() {
        let mut document = new_document(DocKind::Dossier).unwrap();
        document.set_actor(automerge::ActorId::from([7_u8; 16].as_slice()));
        let mut tx = document.transaction();
        tx.put(ROOT, "long", "a".repeat(10_000)).unwrap();
        tx.commit();
        let (plain, compressed) = (document.save_nocompress(), document.save());
        assert!(compressed.len() < plain.len());
        let received = |bytes: &[u8]| AutomergeDocuments.receive(bytes).is_ok();
        assert!(received(&plain));
        assert!(!received(&compressed));
        assert!(!received(&[plain.clone(), plain.clone()].concat()));
        assert!((0..plain.len()).all(|len| !received(&plain[..len])));
    }
}
