//! What a node knows of one file, and how much it wants its bytes.

use std::cmp::Reverse;

use lienquay_shared::FileHash;
use lienquay_shared::wire::link::NodeMode;

/// One file, as known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileRow {
    /// BLAKE3 of its bytes.
    pub hash: FileHash,
    /// Its bytes; 0 while only a peer named it.
    pub size: u64,
    /// Whether its bytes are here, whole and synced.
    pub is_held: bool,
    /// The line of this node's own list that tells of its last change here; 0 when there never was one.
    pub own_seq: u64,
    /// Which other members hold it, a bit a member (see `news`).
    pub holders: u64,
    /// How it stands among others.
    pub rank: FileRank,
}

/// How much the bytes of a file are wanted here: the first most. Also the order, from the end, in which they are let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileRank {
    /// Why they are wanted.
    pub class: Class,
    /// Unix milliseconds (site time) when the file was last added to a dossier, or came here if none names it.
    pub touched: u64,
    /// To tell files of one time apart.
    pub hash: FileHash,
}

impl FileRank {
    fn key(&self) -> (Class, Reverse<u64>, FileHash) {
        (self.class, Reverse(self.touched), self.hash)
    }
}

impl PartialOrd for FileRank {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for FileRank {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

/// Why a file's bytes are wanted or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Class {
    /// Fewer than two others hold it: one more disk that breaks, and it may be gone.
    AtRisk = 0,
    /// Of an open dossier; on a laptop, of a dossier chosen for the way.
    Open = 1,
    /// Of a closed dossier: kept as far as there is room.
    Closed = 2,
    /// Not for this PC to keep.
    Spare = 3,
    /// Not here, and nobody known to hold it.
    Nowhere = 4,
    /// No dossier held here names it.
    Unnamed = 5,
}

impl Class {
    /// The last class whose files are fetched.
    pub const LAST_WANTED: Self = Self::Closed;

    /// Every class, the most wanted first; the place of each is what stores write.
    pub const ALL: [Self; 6] = [
        Self::AtRisk,
        Self::Open,
        Self::Closed,
        Self::Spare,
        Self::Nowhere,
        Self::Unnamed,
    ];
}

/// How a document names a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileUse {
    /// Which file.
    pub hash: FileHash,
    /// Its bytes, as the document says.
    pub size: u64,
    /// Whether the dossier is open and the file still stands in it.
    pub is_open: bool,
    /// Whether the dossier was chosen for the way.
    pub is_chosen: bool,
    /// When it was added, Unix milliseconds (site time).
    pub added: u64,
}

/// How all documents held here name a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Naming {
    /// Documents that name it.
    pub n_docs: u64,
    /// Those in which it stands and that are open.
    pub n_open: u64,
    /// Those chosen for the way.
    pub n_chosen: u64,
    /// The size they tell; the largest, should they differ.
    pub size: u64,
    /// When it was last added, Unix milliseconds (site time).
    pub newest: u64,
}

/// What is here in all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileTotals {
    /// Files whose bytes are here.
    pub n_held: u64,
    /// Their bytes.
    pub held_bytes: u64,
    /// The last line of the node's own list.
    pub own_seq: u64,
    /// Files that only members named so far, no dossier held here.
    pub n_rumoured: u64,
}

impl FileRow {
    /// A file nothing is known of yet.
    pub fn new(hash: FileHash) -> Self {
        Self {
            hash,
            size: 0,
            is_held: false,
            own_seq: 0,
            holders: 0,
            rank: FileRank {
                class: Class::Unnamed,
                touched: 0,
                hash,
            },
        }
    }

    /// How many members hold it, as far as is known here.
    pub fn n_copies(&self) -> u32 {
        self.holders.count_ones() + u32::from(self.is_held)
    }

    /// How much it is wanted by a node of this use.
    pub(crate) fn class(&self, naming: &Naming, mode: NodeMode) -> Class {
        if naming.n_docs == 0 {
            return Class::Unnamed;
        }
        let n_others = self.holders.count_ones();
        if !self.is_held && n_others == 0 {
            return Class::Nowhere;
        }
        let may_keep = self.is_held || mode != NodeMode::Kiosk;
        match mode {
            _ if n_others < 2 && may_keep => Class::AtRisk,
            NodeMode::Desk if naming.n_open > 0 => Class::Open,
            NodeMode::Desk => Class::Closed,
            NodeMode::Laptop if naming.n_chosen > 0 => Class::Open,
            NodeMode::Laptop | NodeMode::Kiosk => Class::Spare,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(is_held: bool, holders: u64) -> FileRow {
        FileRow {
            is_held,
            holders,
            ..FileRow::new(FileHash([1; 32]))
        }
    }

    fn named(n_open: u64, n_chosen: u64) -> Naming {
        Naming {
            n_docs: 1,
            n_open,
            n_chosen,
            ..Naming::default()
        }
    }

    #[test]
    fn what_only_one_pc_has_comes_first_everywhere_but_on_a_kiosk() {
        for mode in [NodeMode::Desk, NodeMode::Laptop] {
            assert_eq!(row(false, 0b1).class(&named(0, 0), mode), Class::AtRisk);
        }
        let kiosk = NodeMode::Kiosk;
        assert_eq!(row(false, 0b1).class(&named(1, 1), kiosk), Class::Spare);
        assert_eq!(row(true, 0b1).class(&named(1, 1), kiosk), Class::AtRisk);
    }

    #[test]
    fn a_desk_wants_all_and_a_laptop_what_was_chosen() {
        let safe = row(false, 0b11);
        assert_eq!(safe.class(&named(1, 0), NodeMode::Desk), Class::Open);
        assert_eq!(safe.class(&named(0, 0), NodeMode::Desk), Class::Closed);
        assert_eq!(safe.class(&named(1, 0), NodeMode::Laptop), Class::Spare);
        assert_eq!(safe.class(&named(1, 1), NodeMode::Laptop), Class::Open);
    }

    #[test]
    fn what_nobody_holds_or_names_is_not_wanted() {
        for mode in [NodeMode::Desk, NodeMode::Laptop, NodeMode::Kiosk] {
            assert_eq!(row(false, 0).class(&named(1, 1), mode), Class::Nowhere);
            let unnamed = row(true, 0b11).class(&Naming::default(), mode);
            assert_eq!(unnamed, Class::Unnamed);
        }
    }

    #[test]
    fn newer_files_rank_before_older_ones_of_their_class() {
        let rank = |class, touched| FileRank {
            class,
            touched,
            hash: FileHash([0; 32]),
        };
        assert!(rank(Class::Open, 1) < rank(Class::Closed, 9));
        assert!(rank(Class::Open, 9) < rank(Class::Open, 1));
    }
}
