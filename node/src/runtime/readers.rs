//! Connections that answer screens, on tokio's blocking threads.

use std::sync::{Mutex, PoisonError};

use lienquay_core::store::{StoreFault, StoreResult};
use tokio::sync::Semaphore;

use crate::store::Reader;

/// Pages read at the same time. A search over 500,000 dossiers takes tens of milliseconds; four keep two cores busy.
const MAX_READERS: u32 = 4;

/// A pool of readers.
#[derive(Debug)]
pub(crate) struct Readers {
    idle: Mutex<Vec<Reader>>,
    /// Opens the others; kept apart so that one is always there.
    first: Mutex<Option<Reader>>,
    turns: Semaphore,
}

impl Readers {
    pub(crate) fn new(first: Reader) -> Self {
        Self {
            idle: Mutex::new(Vec::new()),
            first: Mutex::new(Some(first)),
            turns: Semaphore::new(MAX_READERS as usize),
        }
    }

    /// Runs `ask` on a reader of its own, as soon as one is free.
    pub(crate) async fn read<T: Send + 'static>(
        self: &std::sync::Arc<Self>,
        ask: impl FnOnce(&Reader) -> StoreResult<T> + Send + 'static,
    ) -> StoreResult<T> {
        let pool = std::sync::Arc::clone(self);
        let task = async move {
            let _turn = pool.turns.acquire().await.map_err(|_closed| closed())?;
            let pool = std::sync::Arc::clone(&pool);
            tokio::task::spawn_blocking(move || {
                let reader = pool.take()?;
                let answer = ask(&reader);
                pool.give_back(reader);
                answer
            })
            .await
            .map_err(|panic| StoreFault::Failed(format!("a reader panicked: {panic}")))?
        };
        task.await
    }

    /// Waits for those at work and closes all.
    pub(crate) async fn close(&self) {
        match self.turns.acquire_many(MAX_READERS).await {
            Ok(all) => all.forget(),
            Err(_closed_before) => {}
        }
        self.turns.close();
        lock(&self.idle).clear();
        lock(&self.first).take();
    }

    fn take(&self) -> StoreResult<Reader> {
        if let Some(reader) = lock(&self.idle).pop() {
            return Ok(reader);
        }
        lock(&self.first).as_ref().ok_or_else(closed)?.another()
    }

    fn give_back(&self, reader: Reader) {
        lock(&self.idle).push(reader);
    }
}

/// A reader that panicked left no half-done state behind in a list of idle ones.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn closed() -> StoreFault {
    StoreFault::Failed("the node is shutting down".to_owned())
}
