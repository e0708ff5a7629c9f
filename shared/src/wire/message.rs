//! The closed set of messages and their outermost encoding.

use serde::de::DeserializeOwned;

use crate::codec::{self, DecodeError};
use crate::log::EntryBatch;
use crate::wire::bootstrap::{Docs, DocsAsk, Headers, HeadersAsk, Plan};
use crate::wire::files::{FileNews, FileNewsAsk, FilePart, PartName, SpareAnswer, SpareAsk};
use crate::wire::join::JoinStep;
use crate::wire::keeper::{KeeperAnswer, KeeperAsk, NumberAnswer, NumberAsk};
use crate::wire::link::{Beat, Decline, Hello, Marks, RosterChunk, Want};
use crate::wire::{MAX_MESSAGE_BYTES, WIRE_VERSION};

/// The order in which a link sends what waits: lower first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Greetings, beats and questions to a keeper.
    Beat = 0,
    /// Live entries and the answers that follow them.
    Live = 1,
    /// Ranges that close a gap.
    Range = 2,
    /// First copies.
    Snapshot = 3,
    /// Files.
    File = 4,
}

macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident($body:ty) = $kind:literal at $priority:ident,)*) => {
        /// One message.
        #[derive(Debug, Clone, PartialEq)]
        #[allow(clippy::large_enum_variant, reason = "messages are moved once, from the decoder into the engine")]
        pub enum Message { $($(#[$doc])* $name($body),)* }

        impl Message {
            /// Kind byte and name of every message this version knows.
            pub const KINDS: &[(u8, &str)] = &[$(($kind, stringify!($name))),*];

            /// Its kind byte.
            pub fn kind(&self) -> u8 {
                match self { $(Self::$name(_) => $kind,)* }
            }

            /// Its name.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($name),)* }
            }

            /// How urgent it is, unless the sender knows better.
            pub fn priority(&self) -> Priority {
                match self { $(Self::$name(_) => Priority::$priority,)* }
            }

            fn encode_body(&self) -> Vec<u8> {
                match self { $(Self::$name(body) => codec::encode(body),)* }
            }

            fn decode_body(kind: u8, body: &[u8]) -> Result<Self, MessageError> {
                match kind {
                    $($kind => body_of::<$body>(body).map(Self::$name),)*
                    unknown => Err(MessageError::UnknownKind(unknown)),
                }
            }
        }
    };
}

messages! {
    /// Greeting.
    Hello(Hello) = 1 at Beat,
    /// Roster statements.
    Roster(RosterChunk) = 2 at Beat,
    /// The whole vector, when a link opens.
    Marks(Marks) = 3 at Beat,
    /// Sign of life with changed marks, clocks and health.
    Beat(Beat) = 4 at Beat,
    /// Entries, pushed or pulled.
    Entries(EntryBatch) = 5 at Live,
    /// Asks for entries.
    Want(Want) = 6 at Beat,
    /// Something was not taken or cannot be had.
    Decline(Decline) = 7 at Beat,
    /// Asks for the rows of ended logs, whose digest differs.
    ClosedAsk(()) = 8 at Beat,
    /// Asks a ticket's keeper.
    KeeperAsk(KeeperAsk) = 10 at Beat,
    /// The keeper's answer; behind the entry that records it.
    KeeperAnswer(KeeperAnswer) = 11 at Live,
    /// Asks a series' keeper.
    NumberAsk(NumberAsk) = 12 at Beat,
    /// Its answer.
    NumberAnswer(NumberAnswer) = 13 at Live,
    /// Asks for the plan of a first copy.
    PlanAsk(()) = 20 at Range,
    /// The plan.
    Plan(Plan) = 21 at Range,
    /// Asks for documents.
    DocsAsk(DocsAsk) = 22 at Range,
    /// Documents.
    Docs(Docs) = 23 at Snapshot,
    /// Asks for headers.
    HeadersAsk(HeadersAsk) = 24 at Range,
    /// Headers.
    Headers(Headers) = 25 at Snapshot,
    /// A step of joining.
    Join(JoinStep) = 30 at Beat,
    /// Asks what files the peer holds.
    FileNewsAsk(FileNewsAsk) = 40 at Range,
    /// What changed of them.
    FileNews(FileNews) = 41 at Snapshot,
    /// Asks for a part of a file.
    PartAsk(PartName) = 42 at Range,
    /// The part.
    FilePart(FilePart) = 43 at File,
    /// The part cannot be had there.
    PartNone(PartName) = 44 at Range,
    /// Asks whether a file may be let go.
    SpareAsk(SpareAsk) = 45 at Range,
    /// What the peer keeps of it.
    SpareAnswer(SpareAnswer) = 46 at Range,
}

/// Bytes that are not a message this version can read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// Longer than any message may be, or too short to have a head.
    #[error("a message of {0} bytes")]
    Length(usize),
    /// Of another wire version.
    #[error("wire version {0}")]
    Version(u8),
    /// Of a kind this version does not know: skip it and say so.
    #[error("unknown message kind {0}")]
    UnknownKind(u8),
    /// Not readable.
    #[error(transparent)]
    Body(#[from] DecodeError),
}

fn body_of<T: DeserializeOwned>(body: &[u8]) -> Result<T, MessageError> {
    Ok(codec::decode(body)?)
}

impl Message {
    /// Version byte, kind byte, CBOR body.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![WIRE_VERSION, self.kind()];
        out.extend(self.encode_body());
        out
    }

    /// Reads one message.
    pub fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        match bytes {
            _ if bytes.len() > MAX_MESSAGE_BYTES => Err(MessageError::Length(bytes.len())),
            [WIRE_VERSION, kind, body @ ..] => Self::decode_body(*kind, body),
            [version, _, ..] => Err(MessageError::Version(*version)),
            _ => Err(MessageError::Length(bytes.len())),
        }
    }
}
