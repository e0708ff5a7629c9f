//! A view of the node that a screen keeps up to date: asked again when something makes it stale, one question at a time. What
//! only news asked for is shown with the next gathered repaint: ten news a second cost two frames, not four.

use std::future::Future;

use lienquay_node::handle::{AskError, NodeHandle};

use crate::link::{Link, Pending, Polled};

/// A view that is loaded in the background; the last one stays on the screen until the next is there.
#[derive(Debug)]
pub struct Remote<T> {
    value: Option<T>,
    pending: Option<Pending<Result<T, AskError>>>,
    is_stale: bool,
    /// Stale because of news alone: the officer waits for nothing.
    is_news: bool,
    /// The question on its way was asked because of news alone.
    is_gathered: bool,
    error: Option<AskError>,
}

impl<T> Default for Remote<T> {
    fn default() -> Self {
        Self {
            value: None,
            pending: None,
            is_stale: true,
            is_news: false,
            is_gathered: false,
            error: None,
        }
    }
}

impl<T: Send + 'static> Remote<T> {
    /// What is shown may be old, by what the officer did: the next frame asks again, and the answer is shown at once.
    pub fn stale(&mut self) {
        self.is_stale = true;
        self.is_news = false;
    }

    /// What is shown may be old, by what happened elsewhere.
    pub fn news(&mut self) {
        if !self.is_stale {
            self.is_news = self.value.is_some();
        }
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
        if self.is_stale && !self.is_news && self.is_gathered {
            // The officer does not wait for an answer that was asked for before.
            self.pending = None;
            self.is_gathered = false;
        }
        let arrived = self.take_arrived();
        if self.is_stale && self.pending.is_none() {
            self.is_stale = false;
            self.is_gathered = self.is_news;
            self.pending = Some(if self.is_news {
                link.start_gathered(load)
            } else {
                link.start(load)
            });
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
        self.is_gathered = false;
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

    /// A question is on its way, asked before now, that will be answered before another is asked.
    pub fn is_asking(&self) -> bool {
        self.pending.is_some() && !self.is_gathered
    }

    /// A question is on its way or about to be asked.
    pub fn is_loading(&self) -> bool {
        self.pending.is_some() || self.is_stale
    }
}
