//! The roster at work: statements in and out, and what follows when somebody comes or goes.

use std::collections::BTreeSet;

use lienquay_shared::codec::List;
use lienquay_shared::log::NodeKey;
use lienquay_shared::roster::kind::{Kind, Slot};
use lienquay_shared::roster::{InsertOutcome, Refused, Signer, Statement};
use lienquay_shared::wire::link::{RosterChunk, SignedBytes};
use lienquay_shared::wire::{Message, Reason};
use lienquay_shared::{DocId, LogId, NodeId};

use crate::engine::{Cx, Engine};
use crate::event::Close;
use crate::link::Link;
use crate::store::{EntryState, StoreFault, StoreResult};

/// Entries read at once while those beyond a cut are looked for.
const PAGE: usize = 256;
/// Statements in one message to members; of the largest size they are half a MiB.
const PASSED_ON_AT_ONCE: usize = 128;
/// Documents with entries set aside that are looked at again when the roster changes.
const MAX_SET_ASIDE: usize = 100_000;

impl Engine {
    /// Sends every statement: the roster is small, and differs rarely.
    pub(crate) fn send_roster(&mut self, cx: &mut Cx<'_>, peer: NodeId) {
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        link.roster_owed = std::mem::replace(&mut link.roster_sent, true);
        if link.roster_owed {
            return;
        }
        for chunk in self.roster_log.chunks() {
            self.send(cx, peer, Message::Roster(chunk));
        }
    }

    /// Sends our roster again to whoever asked again, at most once in a beat however often it asks.
    pub(crate) fn send_owed_rosters(&mut self, cx: &mut Cx<'_>) {
        let owed = |(peer, link): (&NodeId, &mut Link)| {
            let is_owed = std::mem::take(&mut link.roster_owed);
            link.roster_sent &= !is_owed;
            is_owed.then_some(*peer)
        };
        let peers: Vec<NodeId> = self.links.iter_mut().filter_map(owed).collect();
        for peer in peers {
            self.send_roster(cx, peer);
        }
    }

    /// Statements came, from a member or from somebody who presents its own admission.
    pub(crate) fn on_roster(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        chunk: RosterChunk,
    ) -> StoreResult<()> {
        if self.site.is_none() {
            return self.join_roster(cx, peer, chunk);
        }
        let mut news = Vec::new();
        for signed in chunk.statements.into_vec() {
            match self.roster_log.insert(signed) {
                InsertOutcome::Stored(hashes) => {
                    for hash in hashes {
                        if let Some(statement) = self.roster_log.get(&hash) {
                            cx.store.add_statement(&hash, statement.signed())?;
                            news.push(statement.signed().clone());
                        }
                    }
                }
                InsertOutcome::Known | InsertOutcome::Pending { .. } => {}
                InsertOutcome::Refused(refused) => {
                    let reason = match refused {
                        Refused::WrongSite(_) => Reason::WrongSite,
                        Refused::Full | Refused::SignerFull(_) => Reason::TooMany,
                        Refused::Stranger(_) => Reason::NotOnRoster,
                        Refused::Statement(_) => Reason::BadSignature,
                    };
                    self.reasons.count(Some(peer), reason);
                }
            }
        }
        if news.is_empty() {
            return Ok(());
        }
        self.roster_grew(cx, Some(peer), news)
    }

    /// Signs a statement with this node's key and tells everybody.
    pub(crate) fn state(&mut self, cx: &mut Cx<'_>, kind: Kind) -> StoreResult<()> {
        let key = self.settings.key.clone();
        self.state_as(cx, kind, Signer::Node(self.me), &key)
    }

    /// The same with a given key: the site's, while the recovery sheet is at hand.
    pub(crate) fn state_as(
        &mut self,
        cx: &mut Cx<'_>,
        kind: Kind,
        by: Signer,
        key: &NodeKey,
    ) -> StoreResult<()> {
        let Some(site) = self.site else {
            return Err(StoreFault::Failed("no site".to_owned()));
        };
        let statement = Statement {
            site,
            kind,
            by,
            parents: self.roster_log.parents(),
            hlc: self.clock.tick(cx.now.wall_millis),
        };
        let signed = statement
            .sign(key)
            .map_err(|error| StoreFault::Failed(error.to_string()))?;
        let InsertOutcome::Stored(hashes) = self.roster_log.insert(signed.clone()) else {
            return Err(StoreFault::Failed(
                "the roster does not take the statement".to_owned(),
            ));
        };
        let mut news = Vec::new();
        for hash in hashes {
            if let Some(statement) = self.roster_log.get(&hash) {
                cx.store.add_statement(&hash, statement.signed())?;
                news.push(statement.signed().clone());
            }
        }
        self.roster_grew(cx, None, news)
    }

    /// Folds the roster anew and does what follows: links of those gone are closed, newcomers greeted, entries beyond
    /// cuts set aside, slots allotted.
    ///
    /// Members hear only what is new: whoever makes many statements one by one must not have the whole roster sent to
    /// everybody each time.
    pub(crate) fn roster_grew(
        &mut self,
        cx: &mut Cx<'_>,
        from: Option<NodeId>,
        news: Vec<SignedBytes>,
    ) -> StoreResult<()> {
        self.wrote_own();
        let before = std::mem::replace(&mut self.roster, self.roster_log.fold());
        for peer in self.links.keys().copied().collect::<Vec<_>>() {
            if self.roster.gone.contains_key(&peer) {
                if let Some(link) = self.links.get(&peer).map(|link| link.number) {
                    self.link_down(cx, peer, link);
                }
                self.reasons.count(Some(peer), Reason::Revoked);
                cx.fx.closes.push(Close {
                    peer,
                    reason: Reason::Revoked,
                    block: true,
                });
            } else if self.roster.is_member(&peer) && before.is_member(&peer) {
                if from != Some(peer) {
                    self.pass_on(cx, peer, &news);
                }
            } else if self.roster.is_member(&peer) {
                if let Some(link) = self.links.get_mut(&peer) {
                    link.roster_sent = false;
                }
                self.send_roster(cx, peer);
                self.greet(cx, peer);
            }
        }
        self.pulls
            .retain(|_, pull| self.links.contains_key(&pull.peer));
        if before.gone != self.roster.gone || before.unadmitted != self.roster.unadmitted {
            self.set_aside_beyond_cuts(cx)?;
        }
        self.files_roster_changed(cx)?;
        self.pull_elsewhere(cx);
        self.allot_slots(cx)
    }

    fn pass_on(&self, cx: &mut Cx<'_>, peer: NodeId, news: &[SignedBytes]) {
        for statements in news.chunks(PASSED_ON_AT_ONCE) {
            let statements = List::truncated(statements.to_vec());
            self.send(cx, peer, Message::Roster(RosterChunk { statements }));
        }
    }

    /// Entries beyond a cut leave their documents, unless a valid entry builds on them.
    fn set_aside_beyond_cuts(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        let mut docs: BTreeSet<DocId> = BTreeSet::new();
        let logs: Vec<LogId> = self.logs.iter().map(|(log, _)| *log).collect();
        for log in logs {
            let Some(cut) = self.roster.cut_of(&log) else {
                continue;
            };
            let mut after = cut.seq;
            loop {
                let page = cx.store.entries(&log, after, PAGE)?;
                let Some(last) = page.last() else { break };
                after = last.header.seq;
                docs.extend(
                    page.iter()
                        .filter(|entry| {
                            matches!(
                                entry.state,
                                EntryState::Applied
                                    | EntryState::Pending
                                    | EntryState::Quarantined(_)
                            )
                        })
                        .filter(|entry| entry.header.change_hash.is_some())
                        .map(|entry| entry.header.doc),
                );
            }
        }
        // A revocation can itself be voided by the site key: what it set aside comes back.
        docs.extend(cx.store.docs_with(
            &[EntryState::Withheld(Reason::AfterRevocationCut)],
            MAX_SET_ASIDE,
        )?);
        for doc in docs {
            self.rebuild(cx, doc)?;
        }
        Ok(())
    }

    /// The slot keeper gives every member without a slot one.
    pub(crate) fn allot_slots(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        if self.roster.slot_keeper != Some(self.me) || !self.roster.is_member(&self.me) {
            return Ok(());
        }
        let day = self.site_clock.read(cx.now).day().0;
        let without = self
            .roster
            .members
            .iter()
            .find(|(_, member)| member.slot.is_none())
            .map(|(node, _)| *node);
        match (without, self.roster.free_slot(day)) {
            // Stating it folds again and comes back here for the next one.
            (Some(node), Some(slot)) => self.state(
                cx,
                Kind::Slot(Slot {
                    node,
                    slot: Some(slot),
                    day,
                }),
            ),
            (Some(_), None) => {
                self.reasons.count(None, Reason::NoNumberSlot);
                Ok(())
            }
            (None, _) => Ok(()),
        }
    }
}
