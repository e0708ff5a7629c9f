//! The handle of a running node: what the desktop program, the command line and tests share.

mod founding;
mod keeping;
mod live;

use std::net::SocketAddr;
use std::sync::Arc;

use lienquay_blobs::Blobs;
use lienquay_core::event::Control;
use lienquay_core::store::{StoreFault, StoreResult};
use lienquay_shared::command::{Command, Outcome, Submission};
use lienquay_shared::query::{Answer, Query};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::{NodeId, RequestId};
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use crate::runtime::{NodeNews, Order, Readers, Subscription, random_bytes};
use crate::store::{Asked, Reader};

/// Why a question was not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// Too many orders wait for the engine.
    #[error("the node has too much to do; ask again")]
    Busy,
    /// The node has ended.
    #[error("the node has ended")]
    Ended,
}

/// A handle; cheap to clone. The node ends when the last one is dropped, though [`crate::runtime::Runtime::shutdown`]
/// is the orderly way.
#[derive(Debug, Clone)]
pub struct NodeHandle {
    node: NodeId,
    orders: mpsc::Sender<Order>,
    news: broadcast::Sender<NodeNews>,
    moment: watch::Receiver<Arc<crate::runtime::Moment>>,
    readers: Arc<Readers>,
    blobs: Arc<Blobs>,
}

impl NodeHandle {
    pub(crate) fn new(
        node: NodeId,
        orders: mpsc::Sender<Order>,
        news: broadcast::Sender<NodeNews>,
        moment: watch::Receiver<Arc<crate::runtime::Moment>>,
        readers: Arc<Readers>,
        blobs: Arc<Blobs>,
    ) -> Self {
        Self {
            node,
            orders,
            news,
            moment,
            readers,
            blobs,
        }
    }

    /// The bytes of files on this PC.
    pub(crate) fn blobs(&self) -> &Arc<Blobs> {
        &self.blobs
    }

    /// This node.
    #[must_use]
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// Whether this node belongs to a site.
    #[must_use]
    pub fn has_site(&self) -> bool {
        self.moment.borrow().site.is_some()
    }

    /// Has something done. The outcome is saved before it is told. Repeating the same request id repeats the answer and
    /// not the work.
    ///
    /// # Errors
    /// The [`Refusal`], with what to do about it; [`Refusal::TooBusy`] and [`Refusal::Leaving`] when the engine could
    /// not be asked.
    pub async fn submit(&self, submission: Submission) -> Result<Outcome, Refusal> {
        let submission = Box::new(submission);
        self.order(|reply| Order::Submit { submission, reply })
            .await
    }

    /// Has a command done under a new request id.
    ///
    /// # Errors
    /// As [`Self::submit`].
    pub async fn command(&self, command: Command) -> Result<Outcome, Refusal> {
        let request = RequestId(random_bytes().map_err(|_no_randomness| Refusal::StoreFault)?);
        self.submit(Submission { request, command }).await
    }

    /// Asks something of the node itself.
    ///
    /// # Errors
    /// As [`Self::submit`].
    pub async fn control(&self, control: Control) -> Result<Outcome, Refusal> {
        let control = Box::new(control);
        self.order(|reply| Order::Control { control, reply }).await
    }

    async fn order(
        &self,
        make: impl FnOnce(oneshot::Sender<Result<Outcome, Refusal>>) -> Order,
    ) -> Result<Outcome, Refusal> {
        let (reply, answer) = oneshot::channel();
        self.orders
            .try_send(make(reply))
            .map_err(|refused| match refused {
                mpsc::error::TrySendError::Full(_) => Refusal::TooBusy,
                mpsc::error::TrySendError::Closed(_) => Refusal::Leaving,
            })?;
        answer.await.unwrap_or(Err(Refusal::Leaving))
    }

    /// Answers a question: from the store, without waiting for the engine, or from the engine what only it knows.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn ask(&self, query: Query) -> Result<Answer, AskError> {
        let moment = Arc::clone(&self.moment.borrow());
        let stored = query.clone();
        let answer = self
            .read(move |reader| {
                let asked = Asked {
                    today: moment.today,
                    site: moment.site,
                    is_safe: &|log, seq| moment.is_safe(log, seq),
                };
                reader.answer(&stored, &asked)
            })
            .await?;
        match answer {
            Some(answer) => Ok(answer),
            None => self.ask_engine(query).await,
        }
    }

    /// Runs something on a reader of the store.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Reader) -> StoreResult<T> + Send + 'static,
    ) -> Result<T, AskError> {
        Ok(self.readers.read(ask).await?)
    }

    async fn ask_engine(&self, query: Query) -> Result<Answer, AskError> {
        let (reply, answer) = oneshot::channel();
        self.send(Order::Ask { query, reply })?;
        Ok(answer.await.map_err(|_ended| AskError::Ended)??)
    }

    /// Connects to a typed-in address, again and again until it answers.
    ///
    /// # Errors
    /// [`AskError`].
    pub fn dial(&self, addr: SocketAddr) -> Result<(), AskError> {
        self.send(Order::Dial { addr })
    }

    /// News from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscription {
        Subscription::new(self.news.subscribe())
    }

    /// Ends the engine after everything ordered before; part of the ordered shutdown.
    pub(crate) async fn stop(&self) {
        self.orders.send(Order::Stop).await.ok();
    }

    fn send(&self, order: Order) -> Result<(), AskError> {
        self.orders
            .try_send(order)
            .map_err(|refused| match refused {
                mpsc::error::TrySendError::Full(_) => AskError::Busy,
                mpsc::error::TrySendError::Closed(_) => AskError::Ended,
            })
    }
}
