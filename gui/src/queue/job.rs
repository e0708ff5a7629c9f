//! An action on its way: one at a time, over only when the panel shows what came of it.

use lienquay_shared::RequestId;
use lienquay_shared::refusal::Refusal;

use super::command::{Action, Done, new_request, run};
use super::data::QueueData;
use crate::link::{Link, Pending, Polled};
use crate::remote::Remote;

/// What came of an action.
pub(super) type Told = Result<Done, Refusal>;

/// A place for one action at a time.
#[derive(Debug, Default)]
pub(super) struct Job {
    running: Option<Running>,
    /// Done, but the panel may still show the time before: nothing can be pressed until it was loaded this often.
    /// Otherwise a second quick press would find the button as it was and call another citizen.
    settling: Option<(Action, u8)>,
    /// What to tell, and of which action, until the next one or until it was read.
    told: Option<(Action, Told)>,
    /// Had no answer in time: asked again, it is the same request.
    unanswered: Option<(Action, RequestId)>,
}

#[derive(Debug)]
struct Running {
    action: Action,
    request: RequestId,
    // Wakes on: the node's answer.
    pending: Pending<Told>,
}

impl Job {
    /// Starts an action; not while another is on its way.
    pub(super) fn start(&mut self, link: &Link, action: Action) {
        if self.action().is_some() {
            return;
        }
        let again = self.unanswered.take().filter(|(same, _)| *same == action);
        let request = match again.map_or_else(new_request, |(_, request)| Ok(request)) {
            Ok(request) => request,
            Err(refusal) => {
                self.told = Some((action, Err(refusal)));
                return;
            }
        };
        self.told = None;
        let asked = action.clone();
        self.running = Some(Running {
            action,
            request,
            pending: link.start(|node| run(node, request, asked)),
        });
    }

    /// Once a frame, before the view is refreshed. The action that was answered just now.
    pub(super) fn poll(&mut self, view: &mut Remote<QueueData>) -> Option<Action> {
        let running = self.running.as_mut()?;
        let told = match running.pending.poll() {
            Polled::Waiting => return None,
            Polled::Ready(told) => told,
            Polled::Lost => Err(Refusal::Timeout),
        };
        let Running {
            action, request, ..
        } = self.running.take()?;
        if told == Err(Refusal::Timeout) {
            self.unanswered = Some((action.clone(), request));
        }
        // What is loading now may have been asked before the action was done.
        let n_loads = if view.is_asking() { 2 } else { 1 };
        view.stale();
        self.settling = Some((action.clone(), n_loads));
        self.told = (told != Ok(Done::Shown)).then_some((action.clone(), told));
        Some(action)
    }

    /// The view was loaded, or could not be.
    pub(super) fn loaded(&mut self) {
        self.settling = self
            .settling
            .take()
            .filter(|(_, n_loads)| *n_loads > 1)
            .map(|(action, n_loads)| (action, n_loads - 1));
    }

    /// The action that is on its way.
    pub(super) fn action(&self) -> Option<&Action> {
        let running = self.running.as_ref().map(|running| &running.action);
        running.or(self.settling.as_ref().map(|(action, _)| action))
    }

    /// What to tell.
    pub(super) fn told(&self) -> Option<&(Action, Told)> {
        self.told.as_ref()
    }

    /// It was read.
    pub(super) fn forget(&mut self) {
        self.told = None;
    }
}
