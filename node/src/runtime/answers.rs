//! Questions that only the engine's thread can answer, after what was ordered before them.

use lienquay_core::event::Now;
use lienquay_core::store::StoreResult;
use lienquay_core::view_live::HealthView;
use lienquay_shared::query::{Answer, Query};

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
            _ => Answer::NotFound,
        })
    }
}

fn json<T: serde::Serialize>(value: &T) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}
