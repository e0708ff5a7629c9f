//! A view of the node that a screen keeps up to date: asked again when news make it stale, never while a question is
//! still on its way.

use std::future::Future;

use lienquay_node::handle::{AskError, NodeHandle};

use crate::link::{Link, Pending, Polled};

/// A view that is loaded in the background; the last one stays on the screen until the next is there.
#[derive(Debug)]
pub struct Remote<T> {
    value: Option<T>,
    pending: Option<Pending<Result<T, AskError>>>,
    is_stale: bool,
    error: Option<AskError>,
}

impl<T> Default for Remote<T> {
    fn default() -> Self {
        Self {
            value: None,
            pending: None,
            is_stale: true,
            error: None,
        }
    }
}

impl<T: Send + 'static> Remote<T> {
    /// What is shown may be old: the next frame asks again.
    pub fn stale(&mut self) {
        self.is_stale = true;
    }

    /// Forgets what is shown: the question itself changed.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Once a frame: takes an answer that arrived; asks if stale. True when a new view arrived.
    pub fn refresh<F>(&mut self, link: &Link, load: impl FnOnce(NodeHandle) -> F) -> bool
    where
        F: Future<Output = Result<T, AskError>> + Send + 'static,
    {
        let arrived = self.take_arrived();
        if self.is_stale && self.pending.is_none() {
            self.is_stale = false;
            self.pending = Some(link.start(load));
        }
        arrived
    }

    fn take_arrived(&mut self) -> bool {
        let Some(pending) = &mut self.pending else {
            return false;
        };
        match pending.poll() {
            Polled::Waiting => return false,
            Polled::Ready(Ok(value)) => {
                self.value = Some(value);
                self.error = None;
            }
            Polled::Ready(Err(error)) => {
                tracing::warn!(%error, "a view could not be loaded");
                self.error = Some(error);
            }
            Polled::Lost => self.error = Some(AskError::Ended),
        }
        self.pending = None;
        true
    }

    /// The last view.
    pub fn get(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// The last view, to be changed on the screen before the node confirms it.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.value.as_mut()
    }

    /// Why the last question was not answered.
    pub fn error(&self) -> Option<&AskError> {
        self.error.as_ref()
    }

    /// A question is on its way, asked before now.
    pub fn is_asking(&self) -> bool {
        self.pending.is_some()
    }

    /// A question is on its way or about to be asked.
    pub fn is_loading(&self) -> bool {
        self.pending.is_some() || self.is_stale
    }
}
