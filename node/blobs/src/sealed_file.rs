//! One blob's file, opened: records by number, sealed and opened on the way.

use std::io;

use lienquay_shared::FileHash;

use crate::disk::{Disk, DiskFile, Folder};
use crate::geometry::{Geometry, NODE_LEN, Node, TAG_LEN, part_at};
use crate::header::{HEADER_BYTES, Header, Opened};
use crate::keys::{BlobCipher, Record, StoreKeys, random};
use crate::limits::MAX_BLOB_BYTES;
use crate::runs::Runs;
use crate::tree::{Expected, Pair};
use crate::{BlobError, BlobResult};

/// A blob's file whose header opened.
#[derive(Debug)]
pub(crate) struct SealedFile {
    file: Box<dyn DiskFile>,
    cipher: BlobCipher,
    hash: FileHash,
    geometry: Geometry,
}

/// What a file in a folder of blobs turned out to be.
pub(crate) enum Probed {
    Blob(SealedFile),
    /// A removal that was begun: no blob any more.
    Erased,
    Damaged(&'static str),
}

impl SealedFile {
    /// Opens the blob `hash` in `folder`; `None` if it is not there.
    pub(crate) fn open(
        disk: &dyn Disk,
        keys: &StoreKeys,
        folder: Folder,
        hash: FileHash,
    ) -> BlobResult<Option<Self>> {
        let name = keys.file_name(&hash);
        let opened = match folder {
            Folder::Whole => disk.open(folder, &name),
            Folder::Partial | Folder::Temp => disk.open_to_write(folder, &name),
        };
        let file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(BlobError::io("open a blob")(error)),
        };
        match Self::probe(file, keys, &name)? {
            Probed::Blob(blob) => Ok(Some(blob)),
            Probed::Erased => Ok(None),
            Probed::Damaged(what) => Err(BlobError::Corrupt { hash, what }),
        }
    }

    /// Opens the header of a file found under `name`.
    pub(crate) fn probe(
        file: Box<dyn DiskFile>,
        keys: &StoreKeys,
        name: &str,
    ) -> BlobResult<Probed> {
        let mut header = [0; HEADER_BYTES];
        match file.read_exact_at(&mut header, 0) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Ok(Probed::Damaged("its file was cut short"));
            }
            Err(error) => return Err(BlobError::io("read a header")(error)),
        }
        let header = match Header::open(&header, keys) {
            Opened::Header(header) => header,
            Opened::Erased => return Ok(Probed::Erased),
            Opened::Damaged(what) => return Ok(Probed::Damaged(what)),
        };
        if keys.file_name(&header.hash) != name || header.size > MAX_BLOB_BYTES {
            return Ok(Probed::Damaged("its file was put in place of another"));
        }
        Ok(Probed::Blob(Self::new(file, &header)))
    }

    fn new(file: Box<dyn DiskFile>, header: &Header) -> Self {
        Self {
            file,
            cipher: BlobCipher::new(&header.key),
            hash: header.hash,
            geometry: Geometry::new(header.size),
        }
    }

    /// Writes the header of a blob that is yet to come into a new file.
    pub(crate) fn begin(
        file: Box<dyn DiskFile>,
        keys: &StoreKeys,
        hash: FileHash,
        size: u64,
    ) -> BlobResult<Self> {
        let header = Header {
            key: random()?,
            hash,
            size,
        };
        file.write_all_at(&header.seal(keys)?, 0)
            .map_err(BlobError::io("write a header"))?;
        Ok(Self::new(file, &header))
    }

    pub(crate) fn hash(&self) -> FileHash {
        self.hash
    }

    pub(crate) fn geometry(&self) -> Geometry {
        self.geometry
    }

    pub(crate) fn file(&self) -> &dyn DiskFile {
        &*self.file
    }

    /// Whether the file is as long as a whole blob's.
    pub(crate) fn has_full_length(&self) -> BlobResult<bool> {
        let len = self.file.len().map_err(BlobError::io("measure a blob"))?;
        Ok(len == self.geometry.file_len())
    }

    /// Reads a part's plain bytes into `buffer`.
    pub(crate) fn read_part(&self, part: u64, buffer: &mut Vec<u8>) -> BlobResult<()> {
        let sealed_len = self.geometry.part_len(part) + TAG_LEN;
        self.read(Record::Part(part), part_at(part), sealed_len, buffer)
    }

    /// Reads the hashes of a node's children.
    pub(crate) fn read_node(&self, node: Node) -> BlobResult<Pair> {
        let mut buffer = Vec::with_capacity(NODE_LEN + TAG_LEN);
        let at = self.geometry.node_at(node);
        self.read(Record::Node(node), at, NODE_LEN + TAG_LEN, &mut buffer)?;
        let pair = buffer.first_chunk().map(Pair::from_bytes);
        pair.ok_or_else(|| self.corrupt("a hash in it was altered"))
    }

    /// Seals and writes a part; `sealed` is scratch.
    pub(crate) fn write_part(
        &self,
        part: u64,
        bytes: &[u8],
        sealed: &mut Vec<u8>,
    ) -> BlobResult<()> {
        sealed.clear();
        sealed.extend_from_slice(bytes);
        self.cipher.seal(Record::Part(part), sealed);
        self.file
            .write_all_at(sealed, part_at(part))
            .map_err(BlobError::io("write a part"))
    }

    /// Seals and writes a node.
    pub(crate) fn write_node(&self, node: Node, pair: &Pair) -> BlobResult<()> {
        let mut sealed = Vec::with_capacity(NODE_LEN + TAG_LEN);
        sealed.extend_from_slice(&pair.to_bytes());
        self.cipher.seal(Record::Node(node), &mut sealed);
        self.file
            .write_all_at(&sealed, self.geometry.node_at(node))
            .map_err(BlobError::io("write a hash"))
    }

    /// Reads everything and checks it against the name: the parts that are here with all hashes above them.
    pub(crate) fn proven_parts(&self) -> Runs {
        let mut proven = Runs::default();
        let mut buffer = Vec::new();
        let mut todo = vec![(0, self.geometry.n_parts(), Expected::Root(self.hash))];
        while let Some((start, len, expected)) = todo.pop() {
            if len == 1 {
                let is_here = self.read_part(start, &mut buffer).is_ok();
                if is_here && expected.is_part(start, &buffer) {
                    proven.insert(start);
                }
                continue;
            }
            let node = Node { start, len };
            // What cannot be read is not here, whatever the reason: it will be fetched and written again.
            let Ok(pair) = self.read_node(node) else {
                continue;
            };
            if expected.is_node(&pair) {
                let left = node.left_len();
                let right = Expected::Inner(pair.right);
                todo.push((start + left, len - left, right));
                todo.push((start, left, Expected::Inner(pair.left)));
            }
        }
        proven
    }

    pub(crate) fn corrupt(&self, what: &'static str) -> BlobError {
        BlobError::Corrupt {
            hash: self.hash,
            what,
        }
    }

    fn read(
        &self,
        record: Record,
        at: u64,
        sealed_len: usize,
        buffer: &mut Vec<u8>,
    ) -> BlobResult<()> {
        buffer.resize(sealed_len, 0);
        self.file
            .read_exact_at(buffer, at)
            .map_err(BlobError::reading(self.hash, "read a blob"))?;
        if self.cipher.open(record, buffer) {
            Ok(())
        } else {
            buffer.clear();
            Err(self.corrupt("bytes in it were altered"))
        }
    }
}
