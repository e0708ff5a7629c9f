//! Waking the window. The only file that asks for a repaint: a full-window repaint in software costs tens of
//! milliseconds, so background news are gathered and an idle window paints nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use egui::Context;

/// Background news are shown this late at most: an eye does not mind, a processor does.
const GATHER: Duration = Duration::from_millis(500);

/// Wakes one window; cheap to clone, usable from any thread.
#[derive(Clone)]
pub struct Wake {
    ctx: Context,
    /// A repaint for background news is on its way.
    gathering: Arc<AtomicBool>,
}

impl std::fmt::Debug for Wake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wake")
            .field("gathering", &self.gathering)
            .finish_non_exhaustive()
    }
}

impl Wake {
    /// Wakes the window of this context.
    #[must_use]
    pub fn new(ctx: Context) -> Self {
        Self {
            ctx,
            gathering: Arc::default(),
        }
    }

    /// At once: for the answer to what the officer just did.
    pub fn now(&self) {
        self.ctx.request_repaint();
    }

    /// Soon: for what happens in the background. Many calls make one repaint.
    pub fn soon(&self) {
        if !self.gathering.swap(true, Ordering::AcqRel) {
            self.ctx.request_repaint_after(GATHER);
        }
    }

    /// After a while: for words that change with time, such as "12 phút trước". Minutes, never seconds.
    pub fn after(&self, wait: Duration) {
        self.ctx.request_repaint_after(wait);
    }

    /// Every frame begins with this: news that arrive from now on need a repaint of their own.
    pub fn frame_begins(&self) {
        self.gathering.store(false, Ordering::Release);
    }
}
