//! Keeps the part of the list that the officer sees loaded and fresh: one question on its way at a time, none for rows
//! that only fly past, and at most one per gathered repaint because of news.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use lienquay_node::handle::AskError;
use lienquay_shared::DocId;

use crate::dossiers::cache::{Cache, PAGE_ROWS};
use crate::dossiers::data::{self, Ask, Found, Held, Question};
use crate::link::{Link, Pending, Polled};

/// News make the list be asked anew this often at most; the window gathers them as long.
const REFRESH_SECONDS: f64 = 0.5;
/// Rows that fly past are looked at again this late: by then the scrolling stopped, or it did not.
const SETTLE: Duration = Duration::from_millis(60);

/// What is known and what is on its way.
#[derive(Debug, Default)]
pub(crate) struct Loader {
    question: Question,
    cache: Cache,
    pending: Option<Pending<Result<Found, AskError>>>,
    safe: Option<Pending<Result<BTreeSet<DocId>, AskError>>>,
    /// What is shown answers an older question.
    is_other_question: bool,
    is_stale: bool,
    is_safe_stale: bool,
    asked_at_seconds: f64,
    first_seen: usize,
    error: Option<AskError>,
}

/// What an answer changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrived {
    /// A new list: it begins at its top.
    Anew,
    /// The same list; what was read moved down by so many rows.
    Moved(isize),
}

impl Loader {
    /// What is known.
    #[must_use]
    pub(crate) fn cache(&self) -> &Cache {
        &self.cache
    }

    /// What is looked for.
    #[must_use]
    pub(crate) fn question(&self) -> &Question {
        &self.question
    }

    /// Whether what is shown answers the question.
    #[must_use]
    pub(crate) fn is_answered(&self) -> bool {
        !self.is_other_question && self.cache.n_total().is_some()
    }

    /// Why the last question was not answered.
    #[must_use]
    pub(crate) fn error(&self) -> Option<&AskError> {
        self.error.as_ref()
    }

    /// Looks for something else. What is shown stays until the answer is there.
    pub(crate) fn ask_for(&mut self, question: Question) {
        if self.question != question {
            self.question = question;
            self.is_other_question = true;
            // The answer to the older question never comes in.
            self.pending = None;
            self.error = None;
        }
    }

    /// The list may be old.
    pub(crate) fn stale(&mut self) {
        self.is_stale = true;
        self.error = None;
    }

    /// More may be safe than is shown.
    pub(crate) fn safe_stale(&mut self) {
        self.is_safe_stale = true;
    }

    /// Asks again after an error.
    pub(crate) fn retry(&mut self) {
        self.stale();
        self.asked_at_seconds = f64::NEG_INFINITY;
    }

    /// Takes an answer that arrived. `visible` are the rows on the screen now.
    pub(crate) fn take_arrived(&mut self, visible: &Range<usize>) -> Option<Arrived> {
        self.take_safe();
        let answer = match self.pending.as_mut()?.poll() {
            Polled::Waiting => return None,
            Polled::Ready(answer) => answer,
            Polled::Lost => Err(AskError::Ended),
        };
        self.pending = None;
        match answer {
            Ok(found) => {
                self.error = None;
                let is_anew = std::mem::take(&mut self.is_other_question);
                if is_anew {
                    self.cache = Cache::default();
                }
                let n_shifted = found.n_shifted;
                let first = visible.start.saturating_add_signed(n_shifted);
                self.cache.take(found, &(first..first + visible.len()));
                Some(if is_anew {
                    Arrived::Anew
                } else {
                    Arrived::Moved(n_shifted)
                })
            }
            Err(error) => {
                tracing::warn!(%error, "dossiers could not be listed");
                self.error = Some(error);
                None
            }
        }
    }

    fn take_safe(&mut self) {
        let Some(pending) = &mut self.safe else {
            return;
        };
        match pending.poll() {
            Polled::Waiting => return,
            Polled::Ready(Ok(safe)) => self.cache.mark_safe(&safe),
            // A mark too few is shown until the next news: said too little, never too much.
            Polled::Ready(Err(error)) => tracing::warn!(%error, "marks could not be loaded"),
            Polled::Lost => {}
        }
        self.safe = None;
    }

    /// Once a frame: asks for what is missing. `is_held` when the rows seen are to stay where they are.
    pub(crate) fn ask(
        &mut self,
        link: &Link,
        visible: &Range<usize>,
        is_held: bool,
        now_seconds: f64,
    ) {
        let flown = self.first_seen.abs_diff(visible.start);
        self.first_seen = visible.start;
        if self.pending.is_some() || self.error.is_some() {
            return;
        }
        if flown > PAGE_ROWS && !self.is_other_question {
            link.wake().after(SETTLE);
            return;
        }
        let is_refresh = self.is_stale && !self.wait_for_refresh(link, now_seconds);
        if is_refresh {
            self.is_stale = false;
            self.cache.stale();
        }
        let mut pages = if self.is_other_question {
            vec![0]
        } else {
            self.cache.wanted(visible)
        };
        if is_refresh && pages.is_empty() {
            // An empty list has no pages that could be old, yet it may have grown.
            pages.push(0);
        }
        if !pages.is_empty() {
            self.asked_at_seconds = now_seconds;
            let ask = Ask {
                question: self.question.clone(),
                pages,
                held: is_held.then(|| self.held(visible)).flatten(),
            };
            self.pending = Some(link.start(|node| data::load(node, ask)));
        }
        self.ask_safe(link, visible);
    }

    /// News came sooner after the last question than an eye can use.
    fn wait_for_refresh(&self, link: &Link, now_seconds: f64) -> bool {
        let left = self.asked_at_seconds + REFRESH_SECONDS - now_seconds;
        let is_early = left > 0.0 && !self.is_other_question;
        if is_early {
            link.wake().after(Duration::from_secs_f64(left));
        }
        is_early
    }

    fn held(&self, visible: &Range<usize>) -> Option<Held> {
        let known = self.cache.known(visible.clone());
        let rows: Vec<(usize, DocId)> = known.map(|(at, line)| (at, line.doc)).collect();
        let n_total = self.cache.n_total()?;
        (!rows.is_empty() && !self.is_other_question).then_some(Held {
            first: visible.start,
            n_rows: visible.len(),
            rows,
            n_total,
        })
    }

    fn ask_safe(&mut self, link: &Link, visible: &Range<usize>) {
        if !self.is_safe_stale || self.safe.is_some() {
            return;
        }
        self.is_safe_stale = false;
        self.cache.stale_outside(visible);
        let unsafe_yet = self.cache.known(visible.clone());
        let docs: Vec<DocId> = unsafe_yet
            .filter(|(_, line)| !line.is_safe)
            .map(|(_, line)| line.doc)
            .collect();
        if !docs.is_empty() {
            self.safe = Some(link.start(|node| async move { data::safe(&node, docs).await }));
        }
    }
}
