//! Lets out what a group of events owes, after its commit.

use std::sync::Arc;

use lienquay_core::event::{Close, Effects, Notice, Now};
use lienquay_core::store::StoreFault;

use crate::net::{LinkId, NetCommand};
use crate::runtime::engine_thread::EngineThread;
use crate::runtime::moment::Moment;
use crate::runtime::{NodeNews, WaitingPeer, short};

impl EngineThread {
    /// Messages, answers, closings, then what people are told. The present is published first, so that an officer who
    /// was answered and asks a reader sees it.
    pub(super) fn release(&mut self, now: Now, effects: Effects, fault: Option<StoreFault>) {
        self.publish_moment(now);
        self.tell_members();
        for send in effects.sends {
            self.command(NetCommand::Send {
                peer: send.peer,
                link: LinkId(send.link),
                priority: send.priority,
                bytes: send.message.encode(),
            });
        }
        for reply in effects.replies {
            if let Some(waiting) = self.replies.remove(&reply.token) {
                // Who asked may have gone.
                waiting.send(reply.result).ok();
            }
        }
        for order in effects.files {
            self.keeper.order(order);
        }
        for close in effects.closes {
            self.close(close, now.mono_millis);
        }
        for notice in effects.notices {
            self.notice(notice, now.mono_millis);
        }
        if !effects.changed.is_empty() {
            self.tell(NodeNews::Changed {
                docs: effects.changed,
            });
        }
        if let Some(fault) = fault {
            tracing::error!(%fault, "the store failed; the group of events was undone");
            self.tell(NodeNews::StoreTrouble {
                what: fault.to_string(),
            });
        }
    }

    fn publish_moment(&mut self, now: Now) {
        let moment = Moment::of(self.host.engine(), now);
        let safer = &mut self.safer;
        self.moments.send_if_modified(|current| {
            let is_new = **current != moment;
            if is_new {
                if moment.is_safer_than(current) {
                    safer.advanced();
                }
                *current = Arc::new(moment);
            }
            is_new
        });
    }

    fn close(&mut self, close: Close, mono_millis: u64) {
        let Close {
            peer,
            reason,
            block,
        } = close;
        tracing::info!(peer = short(&peer), why = reason.text(), block, "closing");
        self.dialer.shun(peer, mono_millis);
        self.command(if block {
            NetCommand::Block { peer }
        } else {
            NetCommand::Disconnect { peer }
        });
    }

    fn notice(&mut self, notice: Notice, mono_millis: u64) {
        match &notice {
            Notice::JoinCode { peer, name, code } => self.waiting.put(WaitingPeer {
                peer: *peer,
                name: name.clone(),
                code: code.to_string(),
            }),
            Notice::JoinFailed { peer, .. } => self.waiting.remove(peer),
            Notice::Joined => {
                self.waiting.retain(|_| false);
                // Members that turned the stranger away will greet the member.
                self.dialer.forgive_all();
            }
            Notice::NewIncarnation { log } => {
                tracing::warn!(%log, "a new incarnation of this node's log");
                self.adopt_folder();
            }
            Notice::Forked { log } => tracing::error!(%log, "a log has two branches"),
            Notice::ClockDoubtful => tracing::warn!("nobody vouches for this PC's date"),
            Notice::KeeperSilent { .. } | Notice::DoubleCall { .. } | Notice::Conflict { .. } => {}
        }
        let roster = self.host.engine().members_roster();
        self.waiting.retain(|peer| !roster.is_member(peer));
        self.tell(NodeNews::from_notice(notice, mono_millis));
    }

    /// The folder belongs to this machine once its first entry in the new incarnation is saved. A crash in between only
    /// costs one more incarnation.
    fn adopt_folder(&mut self) {
        if !self.adopt {
            return;
        }
        let adopted = self
            .folder
            .adopt(self.host.store_mut())
            .map_err(|error| error.to_string())
            .and_then(|()| {
                lienquay_core::store::Store::commit(self.host.store_mut(), true)
                    .map_err(|fault| fault.to_string())
            });
        match adopted {
            Ok(()) => self.adopt = false,
            Err(why) => tracing::error!(why, "the folder could not be marked as this machine's"),
        }
    }
}
