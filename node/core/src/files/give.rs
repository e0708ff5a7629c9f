//! Giving parts to members that ask.

use lienquay_shared::NodeId;
use lienquay_shared::codec::Blob;
use lienquay_shared::wire::files::{FilePart, PartName};
use lienquay_shared::wire::{Message, Reason};

use crate::engine::{Cx, Engine};
use crate::event::LinkNo;
use crate::files::FileOrder;
use crate::store::StoreResult;

/// Parts read for one peer at once; whoever keeps to its window asks for fewer.
const MAX_GIVING: usize = 32;

impl Engine {
    pub(crate) fn on_part_ask(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        name: PartName,
    ) -> StoreResult<()> {
        let is_here = cx
            .store
            .file(&name.file)?
            .is_some_and(|row| self.files.stays(&row));
        if !is_here {
            self.send(cx, peer, Message::PartNone(name));
            return Ok(());
        }
        let Some(open) = self.links.get_mut(&peer) else {
            return Ok(());
        };
        if open.files.n_giving >= MAX_GIVING {
            self.reasons.count(Some(peer), Reason::TooMany);
            return Ok(());
        }
        open.files.n_giving += 1;
        let link = open.number;
        cx.fx.files.push(FileOrder::Give { name, peer, link });
        Ok(())
    }

    pub(super) fn on_part_read(
        &mut self,
        cx: &mut Cx<'_>,
        name: PartName,
        peer: NodeId,
        link: LinkNo,
        bytes: Option<Vec<u8>>,
    ) {
        let Some(open) = self.links.get_mut(&peer).filter(|open| open.number == link) else {
            return;
        };
        open.files.n_giving = open.files.n_giving.saturating_sub(1);
        if !self.is_member_link(&peer) {
            return;
        }
        let part = bytes.and_then(|bytes| Blob::new(bytes).ok());
        let message = match part {
            Some(bytes) => Message::FilePart(FilePart { name, bytes }),
            None => {
                self.reasons.count(None, Reason::FileTrouble);
                Message::PartNone(name)
            }
        };
        self.send(cx, peer, message);
    }
}
