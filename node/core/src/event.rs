//! What goes into the engine and what comes out of it.

use lienquay_shared::command::{Outcome, Submission};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::roster::join::JoinCode;
use lienquay_shared::wire::link::NodeMode;
use lienquay_shared::wire::{Message, Priority, Reason};
use lienquay_shared::{DocId, FileHash, LogId, NodeId};

use crate::files::{FileEvent, FileOrder, FilesPolicy};

/// The time, as the host read it once for a group of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds since some fixed moment of this process; never goes back.
    pub mono_millis: u64,
    /// Unix milliseconds by this PC's clock; may be wrong by years and may jump.
    pub wall_millis: u64,
}

/// Names one submission or control order until it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u64);

/// Names one link to one peer; a peer that reconnects gets a new one.
pub type LinkNo = u64;

/// What happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A link to a peer, whose key the transport has verified, is open.
    LinkUp {
        /// Who.
        peer: NodeId,
        /// Which link.
        link: LinkNo,
    },
    /// It is gone.
    LinkDown {
        /// Who.
        peer: NodeId,
        /// Which link.
        link: LinkNo,
    },
    /// A message came over it.
    Message {
        /// From whom.
        peer: NodeId,
        /// Over which link; messages of an older link are dropped.
        link: LinkNo,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// An officer (or a program acting for one) wants something done.
    Submit {
        /// To name the answer.
        token: Token,
        /// What.
        submission: Box<Submission>,
    },
    /// The host wants something of the node itself.
    Control {
        /// To name the answer.
        token: Token,
        /// What.
        control: Box<Control>,
    },
    /// The transport ended a peer's link for a reason that belongs on the health screen.
    Noted {
        /// With whom.
        peer: NodeId,
        /// What.
        reason: Reason,
    },
    /// What became of a file's bytes.
    File(FileEvent),
    /// Time passed; due when [`crate::engine::Engine::next_timeout`] says so.
    Tick,
    /// What the host measured of its machine.
    Machine {
        /// Free space of the data folder.
        disk_free_mib: u64,
    },
}

/// What a host may ask of the node itself.
#[derive(Debug, Clone)]
pub enum Control {
    /// Found a site with this PC.
    Found(Found),
    /// Look for a site to join: wait at every member met.
    Seek {
        /// What this PC calls itself.
        name: String,
        /// What it will be used for.
        mode: NodeMode,
    },
    /// A person compared the six digits and says they are equal (on the administrator's PC: admit; on the newcomer's:
    /// trust this site).
    ConfirmCode {
        /// The other side.
        peer: NodeId,
        /// On the administrator's side: whether the newcomer may itself admit others.
        admin: bool,
    },
    /// The digits differ, or the person said no.
    RejectCode {
        /// The other side.
        peer: NodeId,
    },
    /// A trusted time is known (the province's `Date` header).
    Anchor {
        /// Unix milliseconds, true time.
        utc_millis: u64,
    },
    /// The site key from the recovery sheet makes this PC an administrator: for when those there were are gone.
    Recover {
        /// The site's secret key; it signs one statement and is not kept.
        site_secret: [u8; 32],
    },
    /// A file was taken in: dossiers may name it when this is answered.
    KeepFile {
        /// Which.
        hash: FileHash,
        /// Its bytes.
        size: u64,
    },
    /// Fetch a file before all others, because somebody wants to see it; answered when it is here.
    FetchFile {
        /// Which.
        hash: FileHash,
    },
    /// How much files of others may take on this PC.
    SetFilesPolicy(FilesPolicy),
    /// Hand everything kept to others, keep nothing new; answered when others hold it durably, or at once when nobody
    /// can take it.
    Leave,
}

/// What founding needs.
#[derive(Debug, Clone)]
pub struct Found {
    /// The site's secret key, just made by the host, which sees to it that it reaches the recovery sheet; it signs one
    /// statement and the engine does not store it.
    pub site_secret: [u8; 32],
    /// The site's name.
    pub site_name: String,
    /// The unit code in dossier codes, for example `H26.15`.
    pub unit: String,
    /// The first officer's name.
    pub officer_name: String,
    /// What this PC calls itself.
    pub node_name: String,
}

/// What the host owes after a group of events was committed.
#[derive(Debug, Default)]
pub struct Effects {
    /// Messages to send, in this order per peer and priority.
    pub sends: Vec<Send>,
    /// Answers to submissions and control orders.
    pub replies: Vec<Reply>,
    /// Links to close.
    pub closes: Vec<Close>,
    /// What people should be told.
    pub notices: Vec<Notice>,
    /// Documents whose projection changed.
    pub changed: Vec<DocId>,
    /// What to do with the bytes of files.
    pub files: Vec<FileOrder>,
}

impl Effects {
    /// Adds those of a later group.
    pub(crate) fn append(&mut self, later: Self) {
        self.sends.extend(later.sends);
        self.replies.extend(later.replies);
        self.closes.extend(later.closes);
        self.notices.extend(later.notices);
        self.changed.extend(later.changed);
        self.files.extend(later.files);
    }
}

/// One message to send.
#[derive(Debug, Clone, PartialEq)]
pub struct Send {
    /// To whom.
    pub peer: NodeId,
    /// Over which link.
    pub link: LinkNo,
    /// How urgent.
    pub priority: Priority,
    /// What.
    pub message: Message,
}

/// One answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// To what.
    pub token: Token,
    /// Done, or why not and what to do.
    pub result: Result<Outcome, Refusal>,
}

/// A link to close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Close {
    /// To whom.
    pub peer: NodeId,
    /// Why.
    pub reason: Reason,
    /// Whether to refuse further connections of this peer (it was revoked or retired).
    pub block: bool,
}

/// Something people should be told, beyond the answer to what they asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A PC waits to join; both screens show this code.
    JoinCode {
        /// The other side.
        peer: NodeId,
        /// What it calls itself (or the site's name, on the newcomer's side).
        name: String,
        /// The six digits.
        code: JoinCode,
    },
    /// This PC was admitted to a site.
    Joined,
    /// Joining ended without success.
    JoinFailed {
        /// The other side.
        peer: NodeId,
        /// Why.
        reason: Reason,
    },
    /// The officer is offered to take over the tickets of a keeper that does not answer.
    KeeperSilent {
        /// The keeper.
        keeper: NodeId,
        /// Monotonic milliseconds since when.
        since_mono_millis: u64,
    },
    /// One ticket was called by two counters; which call stands.
    DoubleCall {
        /// The ticket.
        ticket: DocId,
    },
    /// A log has two branches.
    Forked {
        /// Which log.
        log: LogId,
    },
    /// This PC's log was closed and a new incarnation opened, and why.
    NewIncarnation {
        /// The new log.
        log: LogId,
    },
    /// The date is implausible and no trusted time is known: ask the officer.
    ClockDoubtful,
    /// A document has a conflict to settle.
    Conflict {
        /// Which.
        doc: DocId,
    },
}
