//! The administrator's PC: every newcomer is challenged at once, and admitted when the person here has compared.

use lienquay_shared::NodeId;
use lienquay_shared::codec::Text;
use lienquay_shared::refusal::Refusal;
use lienquay_shared::roster::kind::{Admit, Kind};
use lienquay_shared::roster::{Host, HostNext, JoinError, JoinNonce};
use lienquay_shared::wire::join::JoinStep;
use lienquay_shared::wire::{Message, Reason};

use super::{MACHINE_MILLIS, PEOPLE_MILLIS, Side};
use crate::engine::{Cx, Engine};
use crate::event::Notice;
use crate::store::StoreResult;
use crate::timer::Timer;

impl Engine {
    /// A newcomer's step.
    pub(super) fn admit_step(&mut self, cx: &mut Cx<'_>, peer: NodeId, step: JoinStep) {
        if matches!(step, JoinStep::Ask { .. }) {
            self.newcomer_asks(cx, peer, step);
            return;
        }
        let Some(Side::Admits { host, .. }) = self.joining.sides.get_mut(&peer) else {
            self.reasons.count(Some(peer), Reason::UnexpectedMessage);
            return;
        };
        let name = host.name().to_string();
        match host.handle(&step) {
            Ok(HostNext::ReadyToCompare { code }) => {
                if let Some(Side::Admits { compares, .. }) = self.joining.sides.get_mut(&peer) {
                    *compares = true;
                }
                self.give_time(cx, peer, PEOPLE_MILLIS);
                cx.fx.notices.push(Notice::JoinCode { peer, name, code });
            }
            Ok(HostNext::Aborted) => self.end_join(cx, peer, Reason::JoinRejected),
            Err(error) => self.newcomer_broke_off(cx, peer, &error),
        }
    }

    fn newcomer_broke_off(&mut self, cx: &mut Cx<'_>, peer: NodeId, error: &JoinError) {
        tracing::warn!(peer = %peer.short(), %error, "joining failed");
        self.abort_join(cx, peer, Reason::JoinForged);
    }

    /// Challenges a newcomer. Asking again begins anew: it was restarted, or the people took too long.
    ///
    /// Who is on the roster already may ask as well: its first welcome never reached its disk.
    fn newcomer_asks(&mut self, cx: &mut Cx<'_>, peer: NodeId, step: JoinStep) {
        let Some(site) = self.site.filter(|_| self.roster.is_admin(&self.me)) else {
            // Only an administrator's PC admits; the newcomer goes on to meet one.
            self.reasons.count(Some(peer), Reason::NotOnRoster);
            return;
        };
        if !self.joining.has_room(&peer) {
            self.reasons.count(Some(peer), Reason::TooMany);
            return;
        }
        let name = match self.site_model(cx) {
            Ok(model) => Text::truncated(&model.name),
            Err(_unreadable_now) => Text::default(),
        };
        let nonce = JoinNonce::new(cx.rng.bytes());
        let challenged = Host::asked(site, self.me, peer, step)
            .and_then(|mut host| host.challenge(name, nonce).map(|step| (host, step)));
        match challenged {
            Ok((host, challenge)) => {
                let compares = false;
                self.joining
                    .sides
                    .insert(peer, Side::Admits { host, compares });
                self.give_time(cx, peer, MACHINE_MILLIS);
                self.send(cx, peer, Message::Join(challenge));
            }
            Err(error) => self.newcomer_broke_off(cx, peer, &error),
        }
    }

    /// The person here compared the digits: the newcomer is admitted, welcomed and given a seat.
    pub(super) fn admit(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        admin: bool,
    ) -> StoreResult<Result<(), Refusal>> {
        if !self.roster.is_admin(&self.me) {
            return Ok(Err(Refusal::NotAdmin));
        }
        let Some(Side::Admits { mut host, .. }) = self.joining.sides.remove(&peer) else {
            return Ok(Err(Refusal::UnknownNode));
        };
        self.timers.stop(Timer::Join(peer));
        let counter = self.free_counter(cx, &peer, host.mode())?;
        if !self.roster.is_member(&peer) {
            let admit = Admit {
                node: peer,
                name: host.name().clone(),
                mode: host.mode(),
                admin,
                counter,
            };
            self.state(cx, Kind::Admit(admit))?;
        }
        match host.confirm(&self.roster_log) {
            Ok((welcome, rest)) => {
                self.send(cx, peer, Message::Join(welcome));
                for chunk in rest {
                    self.send(cx, peer, Message::Roster(chunk));
                }
                self.seat_newcomer(cx, peer, host.mode(), counter)?;
                Ok(Ok(()))
            }
            Err(error) => {
                // Its key was removed while the people compared, or somebody removed this administrator.
                tracing::warn!(peer = %peer.short(), %error, "not admitted");
                self.abort_join(cx, peer, Reason::Revoked);
                Ok(Err(Refusal::UnknownNode))
            }
        }
    }
}
