//! The one place where the engine and a store meet: a group of events in, one commit, then what they owe.
//!
//! Used by the real shell and by the simulation alike, so that the order *write, sync, only then tell* is the same code in
//! both.

use std::collections::{BTreeMap, BTreeSet};

use lienquay_shared::FileHash;
use lienquay_shared::command::ReceiveDossier;
use lienquay_shared::refusal::Refusal;
use lienquay_shared::view::ReceivePreview;

use crate::engine::{Cx, Engine, Settings};
use crate::event::{Effects, Event, Now, Reply, Token};
use crate::files::FileEvent;
use crate::rng::Rng;
use crate::store::{Store, StoreFault};

/// After a fault, this long until what became of files is saved again.
const SAVE_AGAIN_MILLIS: u64 = 5_000;
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
    /// What became of files' bytes and could not be saved: said again, since nobody else will.
    unsaved: BTreeMap<FileHash, FileEvent>,
    /// When, monotonic milliseconds: on a full disk trying each time would only undo what others do.
    save_again_at: u64,
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
            unsaved: BTreeMap::new(),
            save_again_at: 0,
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
        match self.unsaved.is_empty() {
            true => self.engine.next_timeout(),
            false => self.engine.next_timeout().min(self.save_again_at),
        }
    }

    /// Handles a group of events under one commit, and before it, as a group of its own, what could not be saved of files. A store fault undoes the whole group: its submissions are refused,
    /// everything saved before stays, and reconciliation brings what peers had sent.
    pub fn process(&mut self, now: Now, events: Vec<Event>) -> (Effects, Option<StoreFault>) {
        for event in events.iter().filter_map(lasting_file_event) {
            // What came of a file last is what is so.
            if let Some(unsaved) = self.unsaved.get_mut(&event.file()) {
                *unsaved = event;
            }
        }
        if self.unsaved.is_empty() || now.mono_millis < self.save_again_at {
            return self.process_group(now, events);
        }
        let unsaved = std::mem::take(&mut self.unsaved);
        let unsaved = unsaved.into_values().map(Event::File).collect();
        let (mut effects, fault) = self.process_group(now, unsaved);
        let (more, later_fault) = self.process_group(now, events);
        effects.append(more);
        (effects, fault.or(later_fault))
    }

    fn process_group(&mut self, now: Now, events: Vec<Event>) -> (Effects, Option<StoreFault>) {
        let files: Vec<FileEvent> = events.iter().filter_map(lasting_file_event).collect();
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
            Err(fault) => {
                let files = files.into_iter().map(|event| (event.file(), event));
                self.unsaved.extend(files);
                self.save_again_at = now.mono_millis + SAVE_AGAIN_MILLIS;
                (self.recover(now, &fault, links), Some(fault))
            }
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
        self.engine.erasing_is_committed();
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

/// What stays true of a file whatever the engine does.
fn lasting_file_event(event: &Event) -> Option<FileEvent> {
    match event {
        Event::File(file @ (FileEvent::Kept { .. } | FileEvent::Gone { .. })) => Some(file.clone()),
        _ => None,
    }
}

fn is_link_event(event: &Event) -> bool {
    matches!(event, Event::LinkUp { .. } | Event::LinkDown { .. })
}
