//! [6] Who is not, or no longer, on the roster learns nothing and injects nothing.

use lienquay_core::store::{EntryState, Store};
use lienquay_shared::wire::Message;

use super::Verdict;
use super::edits::built_on;
use crate::sim::network::NodeIndex;
use crate::sim::world::World;

/// An entry written beyond its author's cut counts only where a valid entry builds on it.
pub(super) fn nothing_beyond_a_cut_counts_by_itself(
    world: &World,
    members: &[NodeIndex],
) -> Verdict {
    let Some(node) = members.first() else {
        return Ok(());
    };
    let Some(host) = world.nodes[*node].host() else {
        return Ok(());
    };
    let roster = host.engine().members_roster();
    let Some(disk) = world.disk(*node).filter(|_| !roster.gone.is_empty()) else {
        return Ok(());
    };
    let store = world.nodes[*node].store();
    for (doc, _) in disk.documents() {
        let applied = store.entries_of(&doc).unwrap_or_default();
        let applied = applied
            .into_iter()
            .filter(|entry| entry.state == EntryState::Applied)
            .filter_map(|entry| Some((entry.log, entry.seq, entry.change_hash?)));
        let (beyond, valid): (Vec<_>, Vec<_>) =
            applied.partition(|(log, seq, _)| roster.cut_of(log).is_some_and(|cut| *seq > cut.seq));
        if beyond.is_empty() {
            continue;
        }
        let Some(document) = disk.document(&doc) else {
            continue;
        };
        let valid = valid.into_iter().map(|(.., hash)| hash).collect();
        let counted = built_on(document.as_ref(), valid);
        if let Some((log, seq, _)) = beyond.iter().find(|(.., hash)| !counted.contains(hash)) {
            return Err(format!(
                "entry {seq} of {log}, beyond its author's cut, counts in {doc:?} and nothing valid builds on it"
            ));
        }
    }
    Ok(())
}

/// A PC on no roster hears greetings without a roster, and that it is not wanted.
pub(super) fn strangers_learn_that_a_site_exists(world: &World, _: &[NodeIndex]) -> Verdict {
    let rogues = (0..world.nodes.len()).filter(|node| !world.nodes[*node].is_simulated());
    for rogue in rogues {
        for message in world.heard_by(rogue) {
            let is_nothing = match &message {
                Message::Hello(hello) => hello.roster.is_none(),
                // Whoever asks to join is told the site's name and shown a code that a person compares.
                Message::Decline(_) | Message::Join(_) => true,
                _ => false,
            };
            if !is_nothing {
                return Err(format!("{} heard {message:?}", world.name(rogue)));
            }
        }
    }
    Ok(())
}
