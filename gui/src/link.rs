//! The window's line to its node: everything that takes time runs elsewhere and is looked at once a frame.

use std::future::Future;

use lienquay_node::handle::NodeHandle;
use lienquay_shared::command::{Command, Outcome};
use lienquay_shared::refusal::Refusal;
use tokio::sync::oneshot;

use crate::wake::Wake;

/// An answer that is on its way.
#[derive(Debug)]
pub struct Pending<T>(oneshot::Receiver<T>);

/// What became of something that was on its way.
#[derive(Debug)]
pub enum Polled<T> {
    /// Not yet. Wakes on: the answer, which wakes the window.
    Waiting,
    /// Here it is.
    Ready(T),
    /// It never comes: the node ended, or the work panicked.
    Lost,
}

impl<T> Pending<T> {
    /// Looks, without waiting.
    pub fn poll(&mut self) -> Polled<T> {
        match self.0.try_recv() {
            Ok(value) => Polled::Ready(value),
            Err(oneshot::error::TryRecvError::Empty) => Polled::Waiting,
            Err(oneshot::error::TryRecvError::Closed) => Polled::Lost,
        }
    }

    /// Waits, for work that goes on after the window; none when the answer never comes.
    pub async fn answer(self) -> Option<T> {
        self.0.await.ok()
    }
}

/// Where work runs that must not keep the window waiting.
#[derive(Debug, Clone)]
pub struct Work {
    runtime: tokio::runtime::Handle,
    wake: Wake,
}

impl Work {
    /// Runs on `runtime`, wakes through `wake`.
    #[must_use]
    pub fn new(runtime: tokio::runtime::Handle, wake: Wake) -> Self {
        Self { runtime, wake }
    }

    /// Starts something and wakes the window at once when it is done.
    pub fn start<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Pending<T> {
        self.start_waking(work, Wake::now)
    }

    fn start_waking<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
        wake: fn(&Wake),
    ) -> Pending<T> {
        let (sender, receiver) = oneshot::channel();
        let mut answer = Answer {
            sender: Some(sender),
            wake: self.wake.clone(),
        };
        self.runtime.spawn(async move {
            let done = work.await;
            // Nobody looks any more when the screen was left meanwhile; then nothing needs painting either.
            if answer.sender.take().is_some_and(|it| it.send(done).is_ok()) {
                wake(&answer.wake);
            }
        });
        Pending(receiver)
    }

    /// Has something watched for as long as a screen is there.
    pub fn in_background(&self, work: impl Future<Output = ()> + Send + 'static) -> Background {
        Background(self.runtime.spawn(work))
    }

    /// The window's alarm.
    #[must_use]
    pub fn wake(&self) -> &Wake {
        &self.wake
    }

    /// The runtime, for what must be started inside one.
    #[must_use]
    pub fn runtime(&self) -> &tokio::runtime::Handle {
        &self.runtime
    }
}

/// The other end of a [`Pending`].
struct Answer<T> {
    sender: Option<oneshot::Sender<T>>,
    wake: Wake,
}

impl<T> Drop for Answer<T> {
    /// The work panicked: whoever waits is woken to see that nothing comes.
    fn drop(&mut self) {
        if self.sender.take().is_some() {
            self.wake.now();
        }
    }
}

/// Work without an answer; it ends when this is dropped.
#[derive(Debug)]
pub struct Background(tokio::task::JoinHandle<()>);

impl Drop for Background {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The line to one node; cheap to clone.
#[derive(Debug, Clone)]
pub struct Link {
    node: NodeHandle,
    work: Work,
}

impl Link {
    /// A line to this node.
    #[must_use]
    pub fn new(node: NodeHandle, work: Work) -> Self {
        Self { node, work }
    }

    /// The node.
    #[must_use]
    pub fn node(&self) -> &NodeHandle {
        &self.node
    }

    /// Where work runs.
    #[must_use]
    pub fn work(&self) -> &Work {
        &self.work
    }

    /// The window's alarm.
    #[must_use]
    pub fn wake(&self) -> &Wake {
        self.work.wake()
    }

    /// Starts something with the node: loading a view, several commands in a row.
    pub fn start<T, F>(&self, work: impl FnOnce(NodeHandle) -> F) -> Pending<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        self.work.start(work(self.node.clone()))
    }

    /// As [`Self::start`], for what nobody waits for: the answer is shown with the next gathered repaint.
    pub fn start_gathered<T, F>(&self, work: impl FnOnce(NodeHandle) -> F) -> Pending<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        self.work.start_waking(work(self.node.clone()), Wake::soon)
    }

    /// Has one command done. It is saved before the answer comes.
    pub fn submit(&self, command: Command) -> Pending<Result<Outcome, Refusal>> {
        self.start(|node| async move { node.command(command).await })
    }
}
