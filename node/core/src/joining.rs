//! Founding and joining: the host's orders, the steps of peers, and which of them belong together.
//!
//! A node without a site asks every member it meets; an administrator challenges at once; both show six digits, and both
//! people confirm. The exchange itself is [`lienquay_shared::roster::join`]; here it is bounded in number and in time.

mod admit;
mod found;
mod seat;
mod seek;

use std::collections::{BTreeMap, BTreeSet};

use lienquay_shared::NodeId;
use lienquay_shared::codec;
use lienquay_shared::command::Outcome;
use lienquay_shared::domain::site_time::TimeQuality;
use lienquay_shared::refusal::Refusal;
use lienquay_shared::roster::Host;
use lienquay_shared::wire::join::JoinStep;
use lienquay_shared::wire::{Message, Reason};

use crate::engine::{Cx, Engine, fact};
use crate::event::{Control, Notice, Reply, Token};
use crate::site_clock::{EARLIEST_PLAUSIBLE_MILLIS, LATEST_PLAUSIBLE_MILLIS};
use crate::store::StoreResult;
use crate::timer::Timer;

pub(crate) use seek::{Asking, Seeking};

/// Exchanges under way at the same time, on either side. A site installs a handful of PCs a day.
const MAX_SIDES: usize = 16;
/// How long a step may take that a machine does by itself.
const MACHINE_MILLIS: u64 = 30_000;
/// How long people may take to compare the digits.
const PEOPLE_MILLIS: u64 = 5 * 60_000;

/// Joins under way. Nothing of it is stored: after a restart the host orders [`Control::Seek`] again.
#[derive(Debug, Default)]
pub(crate) struct Joining {
    /// What this PC says when it asks, once it was told to look for a site.
    seeking: Option<Seeking>,
    sides: BTreeMap<NodeId, Side>,
    /// Peers on open links that have a site.
    met: BTreeSet<NodeId>,
    /// Peers that said no, or to whom the person here did: not asked again over the same link.
    refused: BTreeSet<NodeId>,
}

/// One exchange. A node is on the same side of all of them: it has a site or it has none.
#[derive(Debug)]
enum Side {
    /// This PC is the administrator's. `compares`: the code is shown, the person may confirm.
    Admits { host: Host, compares: bool },
    /// This PC wants in.
    Asks(Asking),
}

impl Joining {
    fn has_room(&self, peer: &NodeId) -> bool {
        self.sides.len() < MAX_SIDES || self.sides.contains_key(peer)
    }
}

impl Engine {
    /// A step of joining came.
    pub(crate) fn on_join(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        step: JoinStep,
    ) -> StoreResult<()> {
        if self.site.is_some() {
            self.admit_step(cx, peer, step);
            Ok(())
        } else {
            self.seek_step(cx, peer, step)
        }
    }

    /// A side took too long. The newcomer asks again by itself, with new nonces.
    pub(crate) fn on_join_timeout(&mut self, cx: &mut Cx<'_>, peer: NodeId) {
        if let Some(side) = self.joining.sides.remove(&peer) {
            let was_shown = match &side {
                Side::Admits { compares, .. } => *compares,
                Side::Asks(asking) => asking.is_shown(),
            };
            if was_shown {
                self.join_failed(cx, peer, Reason::JoinUnanswered);
            }
        }
        self.present_for_joining(cx, peer);
    }

    pub(crate) fn join_link_down(&mut self, cx: &mut Cx<'_>, peer: NodeId) {
        self.joining.met.remove(&peer);
        self.joining.refused.remove(&peer);
        self.timers.stop(Timer::Join(peer));
        if self.joining.sides.remove(&peer).is_some() {
            self.join_failed(cx, peer, Reason::JoinUnanswered);
        }
    }

    /// The host orders something of the node itself.
    pub(crate) fn on_control(
        &mut self,
        cx: &mut Cx<'_>,
        token: Token,
        control: Control,
    ) -> StoreResult<()> {
        let result = match control {
            Control::Found(found) => self.found(cx, &found)?,
            Control::Seek { name, mode } => self.seek(cx, &name, mode),
            Control::ConfirmCode { peer, admin } => self.confirm_code(cx, peer, admin)?,
            Control::RejectCode { peer } => self.reject_code(cx, peer),
            Control::Anchor { utc_millis } => self.anchor(cx, utc_millis)?,
            Control::Recover { site_secret } => self.recover(cx, &site_secret)?,
            Control::KeepFile { hash, size } => self.keep_file(cx, hash, size)?,
            Control::FetchFile { hash } => return self.wish_for(cx, token, hash),
            Control::SetFilesPolicy(policy) => self.set_files_policy(cx, policy)?,
            // Answered when others hold what was handed over.
            Control::Leave => return self.leave(cx, token),
        };
        cx.fx.replies.push(Reply {
            token,
            result: result.map(|()| Outcome::Done),
        });
        Ok(())
    }

    fn confirm_code(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        admin: bool,
    ) -> StoreResult<Result<(), Refusal>> {
        match self.joining.sides.get(&peer) {
            Some(Side::Admits { compares: true, .. }) => self.admit(cx, peer, admin),
            Some(Side::Asks(asking)) if asking.is_shown() => self.trust(cx, peer),
            Some(_) | None => Ok(Err(Refusal::UnknownNode)),
        }
    }

    fn reject_code(&mut self, cx: &mut Cx<'_>, peer: NodeId) -> Result<(), Refusal> {
        if !self.joining.sides.contains_key(&peer) {
            return Err(Refusal::UnknownNode);
        }
        self.joining.refused.insert(peer);
        self.abort_join(cx, peer, Reason::JoinRejected);
        Ok(())
    }

    /// Ends an exchange and tells the other side.
    fn abort_join(&mut self, cx: &mut Cx<'_>, peer: NodeId, reason: Reason) {
        self.send(cx, peer, Message::Join(JoinStep::Abort));
        self.end_join(cx, peer, reason);
    }

    /// Ends an exchange without a word to the other side.
    fn end_join(&mut self, cx: &mut Cx<'_>, peer: NodeId, reason: Reason) {
        self.joining.sides.remove(&peer);
        self.timers.stop(Timer::Join(peer));
        self.join_failed(cx, peer, reason);
    }

    fn join_failed(&mut self, cx: &mut Cx<'_>, peer: NodeId, reason: Reason) {
        self.reasons.count(Some(peer), reason);
        cx.fx.notices.push(Notice::JoinFailed { peer, reason });
    }

    fn give_time(&mut self, cx: &Cx<'_>, peer: NodeId, millis: u64) {
        self.timers
            .set(Timer::Join(peer), cx.now.mono_millis + millis);
    }

    /// A trusted time became known. One that cannot be true is refused: the floor it would raise never falls again.
    fn anchor(&mut self, cx: &mut Cx<'_>, utc_millis: u64) -> StoreResult<Result<(), Refusal>> {
        if !(EARLIEST_PLAUSIBLE_MILLIS..LATEST_PLAUSIBLE_MILLIS).contains(&utc_millis) {
            return Ok(Err(Refusal::invalid(
                "utc_millis",
                "Ngày giờ nhận được không hợp lý, máy không dùng.",
            )));
        }
        self.site_clock
            .anchor(cx.now, utc_millis, TimeQuality::Anchored);
        cx.store.set_meta(
            fact::TIME_FLOOR,
            &codec::encode(&self.site_clock.floor_millis()),
        )?;
        self.wrote_own();
        Ok(Ok(()))
    }
}
