//! Questions that only the engine's thread can answer, after what was ordered before them.

use lienquay_core::event::Now;
use lienquay_core::store::StoreResult;
use lienquay_core::view_live::HealthView;
use lienquay_shared::query::{Answer, Query};
use lienquay_shared::view::{FetchingRow, FilesView};

use crate::net::NetHandle;
use crate::runtime::engine_thread::EngineThread;

impl EngineThread {
    /// The health board.
    pub(super) fn health(&self, now: Now) -> StoreResult<HealthView> {
        self.host.engine().health_view(now, self.host.store())
    }

    /// What only the engine knows.
    pub(super) fn answer(&mut self, now: Now, query: &Query) -> StoreResult<Answer> {
        if let Query::ReceivePreview(ask) = query {
            return Ok(Answer::ReceivePreview(self.host.receive_preview(now, ask)?));
        }
        let engine = self.host.engine();
        let store = self.host.store();
        Ok(match query {
            Query::Members => Answer::Members(engine.member_rows(now)),
            Query::Status => {
                let mut status = json(&engine.status_view(now, store)?);
                status["listening"] = json(&self.listening);
                Answer::Status(Box::new(status))
            }
            Query::Health => {
                let mut health = json(&self.health(now)?);
                health["store_bytes"] = json(&store.size_bytes()?);
                health["network"] = json(&self.net.as_ref().map(NetHandle::counts));
                Answer::Health(Box::new(health))
            }
            Query::Files => Answer::Files(self.files_view()?),
            _ => Answer::NotFound,
        })
    }
}

impl EngineThread {
    fn files_view(&self) -> StoreResult<FilesView> {
        let state = self.host.engine().files_state();
        let counts = self.host.store().file_counts()?;
        let fetching = state.fetching.iter().map(|one| FetchingRow {
            hash: one.hash,
            size: one.size,
            n_parts_lacking: one.n_missing + one.n_under_way,
        });
        Ok(FilesView {
            n_here: state.totals.n_held,
            here_bytes: state.totals.held_bytes,
            quota_bytes: state.policy.quota_bytes,
            bytes_per_second: state.policy.bytes_per_second,
            n_only_here: counts.n_only_here,
            n_wanted: counts.n_wanted,
            wanted_bytes: counts.wanted_bytes,
            n_nowhere: counts.n_nowhere,
            lacks_room: state.lacks_room,
            fetching: fetching.collect(),
        })
    }
}

fn json<T: serde::Serialize>(value: &T) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}
