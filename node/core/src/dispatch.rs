//! Where events go: each timer and each message to the one handler that is for it.

use lienquay_shared::NodeId;
use lienquay_shared::wire::{Message, MessageError, Reason};

use crate::engine::{Cx, Engine};
use crate::store::StoreResult;
use crate::timer::Timer;

impl Engine {
    pub(crate) fn on_tick(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        for timer in self.timers.take_due(cx.now.mono_millis) {
            match timer {
                Timer::Beat => self.on_beat_timer(cx)?,
                Timer::Flush => self.timers.stop(Timer::Flush),
                Timer::Pull(tag) => self.on_pull_timeout(cx, tag),
                Timer::Ask(request) => {
                    self.on_number_timeout(cx, request)?;
                    self.on_ask_timeout(cx, request)?;
                }
                Timer::Boot => self.on_boot_timer(cx)?,
                Timer::Leave => self.on_leave_timer(cx)?,
                Timer::Files => self.fetch_more(cx)?,
                Timer::Join(peer) => self.on_join_timeout(cx, peer),
            }
        }
        Ok(())
    }

    pub(crate) fn on_bytes(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        link: u64,
        bytes: &[u8],
    ) -> StoreResult<()> {
        if self.links.get(&peer).is_none_or(|open| open.number != link) {
            return Ok(());
        }
        if !self.listens_to(cx, peer) {
            return Ok(());
        }
        match Message::decode(bytes) {
            Ok(message) => self.on_message(cx, peer, message),
            Err(error) => {
                let reason = match error {
                    MessageError::Version(_) => Reason::WrongWireVersion,
                    MessageError::UnknownKind(_) => Reason::UnknownMessage,
                    MessageError::Length(_) | MessageError::Body(_) => Reason::MalformedMessage,
                };
                self.reasons.count(Some(peer), reason);
                Ok(())
            }
        }
    }

    fn on_message(&mut self, cx: &mut Cx<'_>, peer: NodeId, message: Message) -> StoreResult<()> {
        match message {
            Message::Hello(hello) => return self.on_hello(cx, peer, &hello),
            Message::Roster(chunk) => return self.on_roster(cx, peer, chunk),
            Message::Join(step) => return self.on_join(cx, peer, step),
            Message::Decline(decline) => {
                self.on_decline(cx, peer, &decline);
                return Ok(());
            }
            _ if !self.is_member_link(&peer) => {
                self.reasons.count(Some(peer), Reason::NotOnRoster);
                return Ok(());
            }
            _ => {}
        }
        if self.store_rests(cx.now)
            && matches!(
                message,
                Message::Entries(_) | Message::Docs(_) | Message::Headers(_)
            )
        {
            self.reasons.count(Some(peer), Reason::TooMany);
            return Ok(());
        }
        match message {
            Message::Marks(marks) => self.on_whole_vector(cx, peer, marks),
            Message::ClosedAsk(()) => {
                self.on_closed_ask(cx, peer);
                Ok(())
            }
            Message::Beat(beat) => self.on_beat(cx, peer, beat),
            Message::Entries(batch) => self.on_entries(cx, peer, batch),
            Message::Want(want) => self.on_want(cx, peer, want),
            Message::KeeperAsk(ask) => self.on_keeper_ask(cx, peer, ask),
            Message::KeeperAnswer(answer) => self.on_keeper_answer(cx, peer, &answer),
            Message::NumberAsk(ask) => self.on_number_ask(cx, peer, &ask),
            Message::NumberAnswer(answer) => self.on_number_answer(cx, peer, &answer),
            Message::FileNewsAsk(ask) => self.on_file_news_ask(cx, peer, ask),
            Message::FileNews(news) => self.on_file_news(cx, peer, news),
            Message::PartAsk(name) => self.on_part_ask(cx, peer, name),
            Message::FilePart(part) => self.on_file_part(cx, peer, part),
            Message::PartNone(name) => self.on_part_none(cx, peer, name),
            Message::SpareAsk(ask) => self.on_spare_ask(cx, peer, ask),
            Message::SpareAnswer(answer) => self.on_spare_answer(cx, peer, answer),
            Message::PlanAsk(())
            | Message::Plan(_)
            | Message::DocsAsk(_)
            | Message::Docs(_)
            | Message::HeadersAsk(_)
            | Message::Headers(_) => self.on_boot_message(cx, peer, message),
            Message::Hello(_) | Message::Roster(_) | Message::Join(_) | Message::Decline(_) => {
                Ok(())
            }
        }
    }
}
