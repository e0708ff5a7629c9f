//! The PC that wants in: it asks every member it meets, shows the code, and trusts a site only after the person here
//! has said so.

use std::mem;

use lienquay_shared::NodeId;
use lienquay_shared::codec::{self, Text};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::roster::kind::NodeName;
use lienquay_shared::roster::statement::statement_hash;
use lienquay_shared::roster::{JoinError, JoinNonce, Newcomer, NewcomerNext, RosterLog};
use lienquay_shared::wire::join::JoinStep;
use lienquay_shared::wire::link::{NodeMode, RosterChunk};
use lienquay_shared::wire::{Message, Reason};

use super::{MACHINE_MILLIS, PEOPLE_MILLIS, Side};
use crate::engine::{Cx, Engine, fact};
use crate::event::Notice;
use crate::logs::Logs;
use crate::store::StoreResult;
use crate::timer::Timer;

/// Messages of a welcome that are held until the person here confirms. A full roster has about ten.
const MAX_HELD: usize = 12;

/// What this PC says of itself.
#[derive(Debug, Clone)]
pub(crate) struct Seeking {
    name: NodeName,
    mode: NodeMode,
}

/// One exchange with a member.
#[derive(Debug)]
pub(crate) struct Asking {
    newcomer: Newcomer,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// Wakes on: the member's challenge.
    Asked,
    /// The code is shown; what the other side sent since it confirmed waits. Wakes on: the person here.
    Shown { held: Vec<RosterChunk> },
    /// The person here confirmed. Wakes on: the welcome.
    Trusted,
    /// The welcome came, but the roster is longer than one message. Wakes on: the next.
    Welcomed,
}

impl Asking {
    /// Whether the person here sees the code and has not decided.
    pub(super) fn is_shown(&self) -> bool {
        matches!(self.stage, Stage::Shown { .. })
    }

    /// Whether the person here has confirmed the code.
    fn is_trusted(&self) -> bool {
        matches!(self.stage, Stage::Trusted | Stage::Welcomed)
    }
}

impl Engine {
    /// Looks for a site to join; repeated, it also asks again those who refused.
    pub(super) fn seek(
        &mut self,
        cx: &mut Cx<'_>,
        name: &str,
        mode: NodeMode,
    ) -> Result<(), Refusal> {
        if self.site.is_some() {
            return Err(Refusal::NoChange);
        }
        let name = name.trim();
        if name.is_empty() {
            return Err(Refusal::invalid("name", "Tên máy không được để trống."));
        }
        self.joining.seeking = Some(Seeking {
            name: Text::truncated(name),
            mode,
        });
        self.joining.refused.clear();
        for peer in self.joining.met.clone() {
            self.present_for_joining(cx, peer);
        }
        Ok(())
    }

    /// A peer's greeting says that it has a site, and we have none.
    pub(crate) fn site_met(&mut self, cx: &mut Cx<'_>, peer: NodeId) {
        self.joining.met.insert(peer);
        self.present_for_joining(cx, peer);
    }

    /// Asks a member to be let in, if this PC looks for a site and does not ask there already.
    pub(crate) fn present_for_joining(&mut self, cx: &mut Cx<'_>, peer: NodeId) {
        let joining = &self.joining;
        if self.site.is_some()
            || !self.links.contains_key(&peer)
            || !joining.met.contains(&peer)
            || joining.refused.contains(&peer)
            || joining.sides.contains_key(&peer)
            || !joining.has_room(&peer)
        {
            return;
        }
        let Some(Seeking { name, mode }) = joining.seeking.clone() else {
            return;
        };
        let nonce = JoinNonce::new(cx.rng.bytes());
        let (newcomer, ask) = Newcomer::ask(self.me, peer, name, mode, nonce);
        let asking = Asking {
            newcomer,
            stage: Stage::Asked,
        };
        self.joining.sides.insert(peer, Side::Asks(asking));
        self.give_time(cx, peer, MACHINE_MILLIS);
        self.send(cx, peer, Message::Join(ask));
    }

    /// A commit failed, and with it perhaps the one that made this PC a member: whoever was trusted is asked anew, after a
    /// while, because the disk may still be full.
    pub(crate) fn ask_again_later(&mut self, cx: &Cx<'_>) {
        if self.site.is_some() {
            return;
        }
        for peer in self.joining.met.clone() {
            let is_before_trust = match self.joining.sides.get(&peer) {
                Some(Side::Asks(asking)) => !asking.is_trusted(),
                Some(Side::Admits { .. }) => true,
                None => false,
            };
            if !is_before_trust {
                self.give_time(cx, peer, MACHINE_MILLIS);
            }
        }
    }

    /// A member's step.
    pub(super) fn seek_step(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        step: JoinStep,
    ) -> StoreResult<()> {
        let Some(Side::Asks(asking)) = self.joining.sides.get_mut(&peer) else {
            self.reasons.count(Some(peer), Reason::UnexpectedMessage);
            return Ok(());
        };
        match (&mut asking.stage, step) {
            (Stage::Shown { held }, JoinStep::Welcome { roster }) => {
                // Nothing of it counts before the person here has compared; a second welcome never does.
                if held.is_empty() {
                    held.push(roster);
                }
                Ok(())
            }
            (_, step) => {
                let next = asking.newcomer.handle(step);
                self.seek_goes_on(cx, peer, next)
            }
        }
    }

    /// Statements for a node without a site: the rest of a welcome, or what a member sent because it knows us already.
    pub(crate) fn join_roster(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        chunk: RosterChunk,
    ) -> StoreResult<()> {
        let Some(Side::Asks(asking)) = self.joining.sides.get_mut(&peer) else {
            return Ok(());
        };
        match &mut asking.stage {
            Stage::Shown { held } if !held.is_empty() && held.len() < MAX_HELD => held.push(chunk),
            Stage::Welcomed => {
                let next = asking.newcomer.handle_roster(chunk);
                return self.seek_goes_on(cx, peer, next);
            }
            Stage::Asked | Stage::Shown { .. } | Stage::Trusted => {}
        }
        Ok(())
    }

    /// The person here compared the digits: what the other side sent meanwhile counts now.
    pub(super) fn trust(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
    ) -> StoreResult<Result<(), Refusal>> {
        let Some(Side::Asks(asking)) = self.joining.sides.get_mut(&peer) else {
            return Ok(Err(Refusal::UnknownNode));
        };
        let stage = mem::replace(&mut asking.stage, Stage::Trusted);
        if let Stage::Shown { held } = stage {
            let mut held = held.into_iter();
            if let Some(roster) = held.next() {
                self.seek_step(cx, peer, JoinStep::Welcome { roster })?;
            }
            for chunk in held {
                self.join_roster(cx, peer, chunk)?;
            }
        }
        Ok(Ok(()))
    }

    fn seek_goes_on(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        next: Result<NewcomerNext, JoinError>,
    ) -> StoreResult<()> {
        match next {
            Ok(NewcomerNext::Compare {
                reveal,
                code,
                site: _,
                site_name,
            }) => {
                self.now_at(peer, Stage::Shown { held: Vec::new() });
                self.give_time(cx, peer, PEOPLE_MILLIS);
                self.send(cx, peer, Message::Join(reveal));
                let name = site_name.to_string();
                cx.fx.notices.push(Notice::JoinCode { peer, name, code });
                Ok(())
            }
            Ok(NewcomerNext::MoreToCome) => {
                self.now_at(peer, Stage::Welcomed);
                self.give_time(cx, peer, MACHINE_MILLIS);
                Ok(())
            }
            Ok(NewcomerNext::Joined(roster)) => self.joined(cx, *roster),
            Ok(NewcomerNext::Aborted) => {
                self.joining.refused.insert(peer);
                self.end_join(cx, peer, Reason::JoinRejected);
                Ok(())
            }
            Err(error) => {
                tracing::warn!(peer = %peer.short(), %error, "joining failed");
                self.abort_join(cx, peer, Reason::JoinForged);
                // Asked again after a while, not at once: two broken programs must not keep each other busy.
                self.give_time(cx, peer, MACHINE_MILLIS);
                Ok(())
            }
        }
    }

    fn now_at(&mut self, peer: NodeId, stage: Stage) {
        if let Some(Side::Asks(asking)) = self.joining.sides.get_mut(&peer) {
            asking.stage = stage;
        }
    }

    /// Admitted: this PC belongs to the site from the next commit on.
    fn joined(&mut self, cx: &mut Cx<'_>, roster: RosterLog) -> StoreResult<()> {
        let site = roster.site();
        cx.store.set_meta(fact::SITE, &codec::encode(&site))?;
        for signed in roster.all_parents_first() {
            cx.store
                .add_statement(&statement_hash(&signed.bytes), signed)?;
        }
        self.end_all_sides(cx);
        self.site = Some(site);
        self.roster_log = roster;
        self.logs = Logs::load(cx.store, &site)?;
        cx.fx.notices.push(Notice::Joined);
        self.enter_site(cx)
    }

    /// What follows founding and joining alike: everybody linked is greeted as what they are now, and the beat begins.
    pub(super) fn enter_site(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        self.roster_grew(cx, None, Vec::new())?;
        for peer in self.links.keys().copied().collect::<Vec<_>>() {
            if !self.roster.is_member(&peer) {
                self.greet(cx, peer);
            }
        }
        self.timers.set(Timer::Beat, cx.now.mono_millis);
        Ok(())
    }

    /// Other members that were asked as well learn that this PC needs them no more.
    pub(super) fn end_all_sides(&mut self, cx: &mut Cx<'_>) {
        for (peer, side) in mem::take(&mut self.joining.sides) {
            self.timers.stop(Timer::Join(peer));
            let is_welcome = matches!(&side, Side::Asks(asking) if asking.is_trusted());
            if !is_welcome {
                self.send(cx, peer, Message::Join(JoinStep::Abort));
            }
        }
    }
}
