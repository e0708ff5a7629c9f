//! The draft: what is typed survives a crash, and never becomes a second dossier.

use std::task::{Context, Poll, Waker};

use lienquay_node::handle::{AskError, NodeHandle};
use lienquay_node::notes::KeepError;
use serde::{Deserialize, Serialize};

use super::form::Form;
use crate::link::{Link, Pending, Polled};

/// Under which name this PC keeps it.
pub(super) const NOTE: &str = "draft/reception";

/// A kept form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Draft {
    /// When it was kept, Unix milliseconds by this PC's clock.
    pub kept_at_millis: u64,
    /// Save had been pressed, and no answer had come yet. The form's request id makes pressing again safe.
    pub was_saving: bool,
    /// What was typed.
    pub form: Form,
}

/// What was kept, if anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Loaded {
    /// Nothing.
    Nothing,
    /// A draft.
    Draft(Box<Draft>),
    /// Something that this version cannot read.
    Unreadable,
}

/// Reads what this PC keeps.
pub(super) async fn load(node: NodeHandle) -> Result<Loaded, AskError> {
    Ok(match node.kept(NOTE).await? {
        None => Loaded::Nothing,
        Some(kept) => serde_json::from_slice(&kept).map_or(Loaded::Unreadable, Loaded::Draft),
    })
}

/// A draft on its way to the disk.
pub(crate) type Writing = Pending<Result<(), KeepError>>;

/// Writes the draft and knows whether it is on the disk.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    writing: Option<Writing>,
    /// The last writing failed; the officer is told.
    has_failed: bool,
}

impl Keeper {
    /// Keeps a draft instead of the one before; none erases it. The order stands before anything asked afterwards.
    pub(super) fn keep(&mut self, link: &Link, draft: Option<&Draft>) {
        let value = match draft.map(serde_json::to_vec).transpose() {
            Ok(value) => value,
            Err(error) => {
                tracing::error!(%error, "a draft cannot be written");
                self.has_failed = true;
                return;
            }
        };
        let node = link.node().clone();
        let mut writing = Box::pin(async move {
            let done = node.keep(NOTE, value).await;
            if let Err(error) = &done {
                tracing::warn!(%error, "a draft could not be kept");
            }
            done
        });
        // Looked at once here and now: the order is placed before the window goes on to close, and two orders stay in
        // the order in which they were given.
        let mut here = Context::from_waker(Waker::noop());
        match writing.as_mut().poll(&mut here) {
            Poll::Ready(done) => self.done(&done),
            Poll::Pending => self.writing = Some(link.work().start(writing)),
        }
    }

    /// Once a frame.
    pub(super) fn poll(&mut self) {
        let Some(writing) = &mut self.writing else {
            return;
        };
        match writing.poll() {
            Polled::Waiting => return,
            Polled::Ready(done) => self.done(&done),
            Polled::Lost => self.has_failed = true,
        }
        self.writing = None;
    }

    fn done(&mut self, done: &Result<(), KeepError>) {
        self.has_failed = done.is_err();
    }

    /// What is on its way to the disk, to be waited for where nobody looks any more.
    pub(super) fn take_writing(&mut self) -> Option<Writing> {
        self.writing.take()
    }

    /// The last draft is not on the disk.
    pub(super) fn has_failed(&self) -> bool {
        self.has_failed
    }
}
