//! A PC that runs the next version of the program: it writes kinds, actions, fields and events that this one has never
//! heard of, and says things that this one cannot read. All of it must be stored, counted and passed on.
//!
//! What the next version writes stands in a log of its own under the PC's key, made here entry by entry; the whole log is
//! sent each time, so that a lost message leaves no gap that nobody could close.

use lienquay_core::store::Store;
use lienquay_shared::codec::{Blob, List};
use lienquay_shared::log::{
    ActionKind, DocKind, EntryBatch, Header, WireEntry, entry_hash, log_root,
};
use lienquay_shared::schema::Edit;
use lienquay_shared::wire::{Message, WIRE_VERSION};
use lienquay_shared::{ChangeHash, DocId, Hlc, LogId, OfficerId, SiteId};

use crate::sim::chance::Chance;
use crate::sim::network::NodeIndex;
use crate::sim::read::Disk;
use crate::sim::schema::Schema;

use super::Day;

/// Entries of one such log: well below where its author would have to sign in between.
const MAX_ENTRIES: usize = 40;
/// A kind of document that this version does not know.
const UNKNOWN_KIND: DocKind = DocKind(77);
/// Actions that it does not know.
const UNKNOWN_ACTION: u16 = 900;

/// A change: its hash and its bytes.
type Change = (ChangeHash, Vec<u8>);

/// A log of the next version.
#[derive(Debug, Clone)]
pub(super) struct NewerLog {
    log: LogId,
    entries: Vec<WireEntry>,
    /// Documents it wrote to: each once, so that no sequence of its actor has to be continued.
    docs: Vec<DocId>,
}

impl Day {
    /// The next version writes one entry and sends its log to somebody.
    pub(super) fn newer_entries(&mut self, pc: NodeIndex, die: &mut Chance) {
        let Some(site) = self.site_of(pc) else { return };
        let node = self.world.nodes[pc].id;
        let newer = self.newer.entry(pc).or_insert_with(|| NewerLog {
            log: LogId {
                node,
                incarnation: 0x4e45_5745_5200 + pc as u64,
            },
            entries: Vec::new(),
            docs: Vec::new(),
        });
        if newer.entries.len() < MAX_ENTRIES
            && let Some(disk) = self.world.disk(pc)
        {
            let at = self.world.nodes[pc].store().docs_newest(None, 1);
            let touched = at.unwrap_or_default().first().map_or(0, |row| row.0.0);
            newer.write(&disk, self.world.schema(), &site, Hlc(touched + 1), die);
        }
        let message = self.newer[&pc].message(&site, self.world.nodes[pc].key());
        let peers = self.peers_served_by(pc);
        if let Some(peer) = die.pick(&peers).copied() {
            self.world.note("what the next version wrote is sent");
            self.world.inject(pc, peer, message.encode());
        }
    }

    /// The next version says known things with fields more, and things of a kind more.
    pub(super) fn newer_words(&mut self, pc: NodeIndex, die: &mut Chance) {
        let served = self.peers_served_by(pc);
        let said = self.world.recorded().iter().rev();
        let mine = said.filter(|message| message.from == pc).take(20);
        let known = ["Beat", "Want", "Marks", "Decline"];
        let mut words: Vec<(NodeIndex, Vec<u8>)> = mine
            .filter(|message| known.contains(&message.name) && served.contains(&message.to))
            .map(|message| (message.to, with_more_fields(&message.bytes, 2)))
            .collect();
        for peer in served {
            let mut unknown = vec![WIRE_VERSION, 200];
            unknown.extend(die.blob(30));
            words.push((peer, unknown));
        }
        for (peer, bytes) in words {
            self.world.inject(pc, peer, bytes);
        }
    }

    /// Those a program of any version would speak to.
    fn peers_served_by(&self, pc: NodeIndex) -> Vec<NodeIndex> {
        let Some(host) = self.world.nodes[pc].host() else {
            return Vec::new();
        };
        let roster = host.engine().members_roster();
        let peers = self.world.network.peers_of(pc).into_iter();
        peers
            .filter(|peer| roster.is_member(&self.world.nodes[*peer].id))
            .collect()
    }

    fn site_of(&self, pc: NodeIndex) -> Option<SiteId> {
        self.world.nodes[pc].host()?.engine().site()
    }
}

impl NewerLog {
    fn write(
        &mut self,
        disk: &Disk<'_>,
        schema: Schema,
        site: &SiteId,
        hlc: Hlc,
        die: &mut Chance,
    ) {
        let actor = self.log.actor_bytes(site);
        let known: Vec<DocId> = disk.dossier_ids();
        let known: Vec<DocId> = known
            .into_iter()
            .filter(|doc| !self.docs.contains(doc))
            .collect();
        let (doc, kind, change) = match (die.below(4), die.pick(&known).copied()) {
            (0 | 1, Some(doc)) => {
                let Some(change) = on_a_dossier(disk, &doc, actor, die) else {
                    return;
                };
                self.docs.push(doc);
                (doc, DocKind::Dossier, Some(change))
            }
            (3, _) => (DocId([0; 16]), DocKind::Log, None),
            _ => (
                DocId(die.bytes()),
                UNKNOWN_KIND,
                of_an_unknown_kind(schema, actor, die),
            ),
        };
        let header = Header {
            seq: self.entries.len() as u64 + 1,
            kind,
            doc,
            change_hash: change.as_ref().map(|(hash, _)| *hash),
            hlc,
            officer: OfficerId([7; 8]),
            action: ActionKind(UNKNOWN_ACTION + u16::try_from(die.below(3)).unwrap_or(0)),
            closes: None,
        };
        let header = Blob::new(with_more_fields(&header.encode(), 0));
        let change = Blob::new(change.map(|(_, bytes)| bytes).unwrap_or_default());
        if let (Ok(header), Ok(change)) = (header, change) {
            self.entries.push(WireEntry { header, change });
        }
    }

    fn message(&self, site: &SiteId, key: &lienquay_shared::log::NodeKey) -> Message {
        let root = log_root(site, &self.log);
        let chained = |hash, entry: &WireEntry| entry_hash(&hash, &entry.header);
        let head = self.entries.iter().fold(root, chained);
        Message::Entries(EntryBatch {
            log: self.log,
            after: 0,
            entries: List::truncated(self.entries.clone()),
            signature: key.sign_entry(&head),
            previous: None,
            branch_of: None,
        })
    }
}

/// A change with a field and an event that nobody here knows, of a dossier that is there.
fn on_a_dossier(disk: &Disk<'_>, doc: &DocId, actor: [u8; 16], die: &mut Chance) -> Option<Change> {
    let mut document = disk.document(doc)?;
    let edits = [
        Edit::text("next/version", format!("{}", die.below(1_000))),
        Edit::Append {
            event: die.blob(12),
        },
    ];
    let change = document.write(actor, &[], &edits, die.bytes()).ok()?;
    Some((change.hash(), change.bytes().to_vec()))
}

/// The first change of a document of a kind that nobody here knows: as good as any other that cannot be understood.
fn of_an_unknown_kind(schema: Schema, actor: [u8; 16], die: &mut Chance) -> Option<Change> {
    let new = schema.documents().load(DocKind::Dossier, &[], Vec::new());
    let edits = [Edit::text("next", format!("{}", die.below(1_000)))];
    let change = new.ok()??.write(actor, &[], &edits, die.bytes()).ok()?;
    Some((change.hash(), change.bytes().to_vec()))
}

/// The same CBOR map, behind `head` bytes, with one field more.
fn with_more_fields(bytes: &[u8], head: usize) -> Vec<u8> {
    /// `"zz": 1`.
    const FIELD: [u8; 4] = [0x62, b'z', b'z', 0x01];
    let mut out = bytes.to_vec();
    match out.get(head).copied() {
        // A map of fewer than 23 fields says so in its first byte.
        Some(map @ 0xa0..=0xb6) => {
            out[head] = map + 1;
            out.extend(FIELD);
        }
        // One of open length ends with a break.
        Some(0xbf) => {
            out.pop();
            out.extend(FIELD);
            out.push(0xff);
        }
        _ => {}
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_with_more_fields_reads_as_before() {
        let header = Header {
            seq: 1,
            kind: UNKNOWN_KIND,
            doc: DocId([1; 16]),
            change_hash: None,
            hlc: Hlc(5),
            officer: OfficerId([7; 8]),
            action: ActionKind(UNKNOWN_ACTION),
            closes: None,
        };
        let more = with_more_fields(&header.encode(), 0);
        assert_ne!(more, header.encode());
        assert_eq!(Header::decode(&more), Ok(header));
    }
}
