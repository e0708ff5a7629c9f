//! What is said over the local socket.

use std::net::SocketAddr;
use std::path::PathBuf;

use lienquay_shared::codec::Text;
use lienquay_shared::command::{DossierRef, Outcome, Submission};
use lienquay_shared::domain::file::{Origin, Place};
use lienquay_shared::query::{Answer, Query};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::{FileHash, NodeId};
use serde::{Deserialize, Serialize};

use crate::runtime::{NodeNews, WaitingPeer};
use crate::verify::{Progress, Report};

/// What a client asks. In JSON: `{"ask":"status"}`, `"waiting"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// Have a command done.
    Do(Box<Submission>),
    /// Answer a question.
    Ask(Query),
    /// Who waits to join?
    Waiting,
    /// The digits of this peer are equal.
    Confirm {
        /// Which.
        peer: NodeId,
        /// It may itself admit others.
        #[serde(default)]
        admin: bool,
    },
    /// They are not, or the person said no.
    Reject {
        /// Which.
        peer: NodeId,
    },
    /// Make this PC an administrator with the recovery sheet: its groups or its QR text.
    Recover {
        /// The sheet.
        sheet: Text<512>,
    },
    /// Connect to an address.
    Dial {
        /// Where.
        addr: SocketAddr,
    },
    /// Take a file of this PC in and add it to a dossier.
    AddFile {
        /// Where it lies.
        path: PathBuf,
        /// To which dossier.
        dossier: DossierRef,
        /// What it is to it.
        place: Place,
        /// How it came to be.
        #[serde(default)]
        origin: Origin,
    },
    /// Have a file fetched that is not here; answered when it is.
    FetchFile {
        /// Which.
        file: FileHash,
    },
    /// Write a file's bytes to a place on this PC where nothing stands.
    SaveFile {
        /// Which.
        file: FileHash,
        /// Where to.
        path: PathBuf,
    },
    /// How much the files of others may take.
    FilesPolicy {
        /// Bytes on the disk; none for as many as it has.
        #[serde(default)]
        quota_bytes: Option<u64>,
        /// Bytes a second; none for as fast as they come.
        #[serde(default)]
        bytes_per_second: Option<u64>,
    },
    /// Walk every chain and signature: answered by [`Response::Progress`] lines and a [`Response::Verified`].
    Verify,
    /// Tell news: answered by [`Response::News`] lines until the client hangs up.
    Subscribe,
    /// End the node.
    Shutdown,
}

/// What the node answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time, made to be written out"
)]
pub enum Response {
    /// The command was done.
    Done(Outcome),
    /// It was not, and what to do.
    Refused(Refusal),
    /// The answer.
    Answer(Answer),
    /// Who waits.
    Waiting(Vec<WaitingPeer>),
    /// The request was taken.
    Ok,
    /// A piece of news.
    News(NodeNews),
    /// How far a verification is.
    Progress(Progress),
    /// What a verification found.
    Verified(Box<Report>),
    /// The request could not be carried out.
    Error {
        /// Why.
        what: String,
    },
}
