//! The one place where the engine and a store meet: a group of events in, one commit, then what they owe.
//!
//! Used by the real shell and by the simulation alike, so that the order *write, sync, only then tell* is the same code in
//! both.

use std::collections::BTreeSet;

use lienquay_shared::command::ReceiveDossier;
use lienquay_shared::refusal::Refusal;
use lienquay_shared::view::ReceivePreview;

use crate::engine::{Cx, Engine, Settings};
use crate::event::{Effects, Event, Now, Reply, Token};
use crate::rng::Rng;
use crate::store::{Store, StoreFault};

/// Documents projected under one commit when all are.
const PROJECT_PAGE: usize = 256;

/// An engine with its store.
#[derive(Debug)]
pub struct Host<S> {
    engine: Engine,
    store: S,
    rng: Rng,
    /// Submissions not yet answered; all are refused when the store fails.
    unanswered: BTreeSet<Token>,
}

impl<S: Store> Host<S> {
    /// Reads the engine's state from the store.
    pub fn open(
        mut store: S,
        settings: Settings,
        now: Now,
        mut rng: Rng,
    ) -> Result<Self, StoreFault> {
        let engine = Engine::load(&mut store, settings, now, &mut rng)?;
        store.commit(true)?;
        Ok(Self {
            engine,
            store,
            rng,
            unanswered: BTreeSet::new(),
        })
    }

    /// The engine, to read from.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The store, to read from.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// The store, for a host that needs more of it than the engine does (backup, a simulated crash).
    pub fn store_mut(&mut self) -> &mut S {
        &mut self.store
    }

    /// Gives the store back, dropping everything in memory: a crash, or the end of a process.
    pub fn into_store(self) -> S {
        self.store
    }

    /// Projects every document again, newest first, for a store whose projections were emptied (a new version of
    /// them). Committed page by page: an interruption only means starting over.
    pub fn project_anew(&mut self, now: Now) -> Result<(), StoreFault> {
        let mut cursor = None;
        loop {
            let page = self.store.docs_newest(cursor, PROJECT_PAGE)?;
            let Some((touched, doc, _)) = page.last() else {
                return self.store.commit(true);
            };
            cursor = Some((*touched, *doc));
            for (_, doc, _) in &page {
                self.engine.docs.mark_dirty(*doc);
            }
            let mut effects = Effects::default();
            self.engine
                .seal(now, &mut self.rng, &mut self.store, &mut effects)?;
            self.store.commit(false)?;
        }
    }

    /// What a reception that is being typed in still lacks.
    pub fn receive_preview(
        &mut self,
        now: Now,
        ask: &ReceiveDossier,
    ) -> Result<ReceivePreview, StoreFault> {
        let mut effects = Effects::default();
        let mut cx = Cx {
            now,
            rng: &mut self.rng,
            store: &mut self.store,
            fx: &mut effects,
        };
        self.engine.receive_preview(&mut cx, ask)
    }

    /// When to call [`Self::process`] with [`Event::Tick`] at the latest, in monotonic milliseconds.
    pub fn next_timeout(&self) -> u64 {
        self.engine.next_timeout()
    }

    /// Handles a group of events under one commit. A store fault undoes the whole group: its submissions are refused,
    /// everything saved before stays, and reconciliation brings what peers had sent.
    pub fn process(&mut self, now: Now, events: Vec<Event>) -> (Effects, Option<StoreFault>) {
        let links: Vec<Event> = events
            .iter()
            .filter(|event| is_link_event(event))
            .cloned()
            .collect();
        for event in &events {
            if let Event::Submit { token, .. } | Event::Control { token, .. } = event {
                self.unanswered.insert(*token);
            }
        }
        match self.try_process(now, events) {
            Ok(effects) => {
                for reply in &effects.replies {
                    self.unanswered.remove(&reply.token);
                }
                (effects, None)
            }
            Err(fault) => (self.recover(now, &fault, links), Some(fault)),
        }
    }

    fn try_process(&mut self, now: Now, events: Vec<Event>) -> Result<Effects, StoreFault> {
        let mut effects = Effects::default();
        for event in events {
            self.engine
                .handle(now, &mut self.rng, &mut self.store, event, &mut effects)?;
        }
        self.engine
            .seal(now, &mut self.rng, &mut self.store, &mut effects)?;
        if let Some(durable) = self.engine.commit_due() {
            self.store.commit(durable)?;
            self.engine.committed(now, durable);
        }
        Ok(effects)
    }

    /// After a store fault: memory may be ahead of the disk, so the engine reads its state anew. Links stay up and are
    /// greeted again, because what the failed group had to say to them was never sent.
    fn recover(&mut self, now: Now, fault: &StoreFault, links: Vec<Event>) -> Effects {
        self.store.rollback();
        let mut effects = Effects::default();
        let refusal = match fault {
            StoreFault::Full(_) => Refusal::DiskFull,
            StoreFault::Damaged(_) | StoreFault::Failed(_) => Refusal::StoreFault,
        };
        for token in std::mem::take(&mut self.unanswered) {
            effects.replies.push(Reply {
                token,
                result: Err(refusal.clone()),
            });
        }
        self.engine.reload(
            now,
            &mut self.rng,
            &mut self.store,
            fault,
            &links,
            &mut effects,
        );
        effects
    }
}

fn is_link_event(event: &Event) -> bool {
    matches!(event, Event::LinkUp { .. } | Event::LinkDown { .. })
}
