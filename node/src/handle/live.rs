//! What only the running engine knows, in its own types.

use std::net::SocketAddr;

use lienquay_core::view_live::HealthView;
use lienquay_shared::query::{Answer, Query};
use lienquay_shared::view::MemberRow;
use tokio::sync::oneshot;

use crate::handle::{AskError, NodeHandle};
use crate::runtime::{Order, WaitingPeer};

impl NodeHandle {
    /// The health board. Cheap enough to be asked every other second: it counts nothing.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn health(&self) -> Result<HealthView, AskError> {
        let (reply, answer) = oneshot::channel();
        self.send(Order::Health { reply })?;
        Ok(answer.await.map_err(|_ended| AskError::Ended)??)
    }

    /// The site's PCs, those that take part first.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn members(&self) -> Result<Vec<MemberRow>, AskError> {
        match self.ask_engine(Query::Members).await? {
            Answer::Members(rows) => Ok(rows),
            _ => Ok(Vec::new()),
        }
    }

    /// Who waits to join, with the digits to compare.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn waiting(&self) -> Result<Vec<WaitingPeer>, AskError> {
        let (reply, answer) = oneshot::channel();
        self.send(Order::Waiting { reply })?;
        answer.await.map_err(|_ended| AskError::Ended)
    }

    /// Where this node listens, for a person to type in elsewhere; empty without a network.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn listening(&self) -> Result<Vec<SocketAddr>, AskError> {
        let (reply, answer) = oneshot::channel();
        self.send(Order::Listening { reply })?;
        answer.await.map_err(|_ended| AskError::Ended)
    }
}
