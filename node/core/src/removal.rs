//! Taking a PC out of the site: shut out by an administrator, or leaving in good order; and who may, once they are gone.

use lienquay_shared::codec::Text;
use lienquay_shared::command::Outcome;
use lienquay_shared::decide::role::{self, Right};
use lienquay_shared::log::{ActionKind, DocKind, NodeKey, VersionVector};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::roster::kind::{Admin, Cuts, Kind, Retire, Revoke, SlotKeeper};
use lienquay_shared::roster::{Signer, cuts_of};
use lienquay_shared::wire::{Message, Priority};
use lienquay_shared::{DocId, NodeId, OfficerId, RequestId};

use crate::engine::{Cx, Engine};
use crate::event::Token;
use crate::store::StoreResult;

impl Engine {
    /// Shuts a PC out. What this PC holds of it stays valid for ever.
    pub(crate) fn revoke(
        &mut self,
        cx: &mut Cx<'_>,
        token: Token,
        request: &RequestId,
        node: NodeId,
        reason: &str,
    ) -> StoreResult<()> {
        let (ctx, site) = self.context(cx)?;
        let allowed = if node == self.me {
            Err(Refusal::invalid(
                "node",
                "Không thể tự thu hồi máy này. Anh/chị thực hiện trên máy quản trị khác.",
            ))
        } else {
            self.may_remove(&node)
                .and(role::allow(&ctx, &site, Right::ManageNodes))
        };
        if let Err(refusal) = allowed {
            return self.refuse(cx, token, refusal);
        }
        let statement = Revoke {
            node,
            cuts: self.held_cuts(&node),
            day: ctx.day().0,
            reason: Text::truncated(reason),
        };
        self.state(cx, Kind::Revoke(statement))?;
        self.succeed_slot_keeper(cx)?;
        self.done(cx, token, request, Outcome::Done)
    }

    /// Lets a PC leave for good: another one at what is held of it, this one at its own closing entry.
    pub(crate) fn retire(
        &mut self,
        cx: &mut Cx<'_>,
        token: Token,
        request: &RequestId,
        node: NodeId,
    ) -> StoreResult<()> {
        let (ctx, site) = self.context(cx)?;
        let allowed = if node == self.me {
            self.may_leave()
        } else {
            self.may_remove(&node)
        }
        .and(role::allow(&ctx, &site, Right::ManageNodes));
        if let Err(refusal) = allowed {
            return self.refuse(cx, token, refusal);
        }
        if node == self.me {
            self.name_successor(cx)?;
            self.close_own_log(cx, ctx.officer)?;
        }
        let statement = Retire {
            node,
            points: self.held_cuts(&node),
            day: ctx.day().0,
        };
        self.state(cx, Kind::Retire(statement))?;
        self.succeed_slot_keeper(cx)?;
        self.done(cx, token, request, Outcome::Done)
    }

    fn may_remove(&self, node: &NodeId) -> Result<(), Refusal> {
        if !self.roster.is_admin(&self.me) {
            return Err(Refusal::NotAdmin);
        }
        if self.roster.gone.contains_key(node) {
            return Err(Refusal::NoChange);
        }
        if !self.roster.is_member(node) {
            return Err(Refusal::UnknownNode);
        }
        Ok(())
    }

    /// A PC leaves only when somebody else holds everything it wrote, and somebody else can admit PCs.
    fn may_leave(&self) -> Result<(), Refusal> {
        if !self.roster.is_member(&self.me) {
            return Err(Refusal::NoChange);
        }
        let others = || self.roster.members.iter().filter(|(id, _)| **id != self.me);
        if others().next().is_some() && !others().any(|(_, member)| member.admin) {
            return Err(Refusal::invalid(
                "node",
                "Đây là máy quản trị duy nhất. Anh/chị giao quyền quản trị cho máy khác trước.",
            ));
        }
        let (Some(site), Some(own)) = (self.site, self.own) else {
            return Ok(());
        };
        let (tag, head) = (own.tag(&site), self.logs.head(&site, &own).0);
        let is_safe = self.member_links().iter().any(|peer| {
            self.links
                .get(peer)
                .and_then(|link| link.theirs.get(&tag))
                .is_some_and(|row| row.durable() >= head)
        });
        if others().next().is_some() && !is_safe {
            // The last entries are still on their way, or nobody is here to take them.
            return Err(Refusal::TooBusy);
        }
        Ok(())
    }

    fn held_cuts(&self, node: &NodeId) -> Cuts {
        let held: VersionVector = self
            .logs
            .iter()
            .map(|(log, held)| (*log, held.mark))
            .collect();
        cuts_of(*node, &held)
    }

    /// The closing entry goes out before the statement that closes every link to this PC.
    fn close_own_log(&mut self, cx: &mut Cx<'_>, officer: OfficerId) -> StoreResult<()> {
        self.author_bare(
            cx,
            ActionKind::LogClosed,
            DocKind::Log,
            DocId([0; 16]),
            officer,
        )?;
        let n_before = cx.fx.sends.len();
        self.seal_own(cx)?;
        for send in cx.fx.sends.iter_mut().skip(n_before) {
            if matches!(send.message, Message::Entries(_)) {
                send.priority = Priority::Beat;
            }
        }
        Ok(())
    }

    /// The slot keeper leaves: another administrator allots from now on.
    fn name_successor(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        if self.roster.slot_keeper != Some(self.me) || !self.roster.is_admin(&self.me) {
            return Ok(());
        }
        let successor = self
            .roster
            .members
            .iter()
            .find(|(node, member)| **node != self.me && member.admin)
            .map(|(node, _)| *node);
        match successor {
            Some(node) => self.state(cx, Kind::SlotKeeper(SlotKeeper { node })),
            None => Ok(()),
        }
    }

    /// The slot keeper was taken out: this administrator allots from now on.
    fn succeed_slot_keeper(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        let is_gone = self
            .roster
            .slot_keeper
            .is_some_and(|keeper| self.roster.gone.contains_key(&keeper));
        if is_gone && self.roster.is_admin(&self.me) {
            self.state(cx, Kind::SlotKeeper(SlotKeeper { node: self.me }))
        } else {
            Ok(())
        }
    }
}

impl Engine {
    /// The recovery sheet makes this PC an administrator, whoever else is left.
    pub(crate) fn recover(
        &mut self,
        cx: &mut Cx<'_>,
        site_secret: &[u8; 32],
    ) -> StoreResult<Result<(), Refusal>> {
        let key = NodeKey::from_secret(site_secret);
        if self.site != Some(key.site()) {
            let why = "Phiếu khôi phục này không phải của điểm này. Anh/chị kiểm tra lại phiếu.";
            return Ok(Err(Refusal::invalid("sheet", why)));
        }
        if !self.roster.is_member(&self.me) {
            return Ok(Err(Refusal::UnknownNode));
        }
        if self.roster.is_admin(&self.me) {
            return Ok(Err(Refusal::NoChange));
        }
        let kind = Kind::Admin(Admin {
            node: self.me,
            admin: true,
        });
        self.state_as(cx, kind, Signer::Site, &key)?;
        Ok(Ok(()))
    }
}
