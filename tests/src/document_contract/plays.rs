//! Random lives of one document on several PCs, to be played by two formats and compared.

use lienquay_shared::ChangeHash;
use lienquay_shared::log::DocKind;
use lienquay_shared::schema::{Change, Document, Documents, Edit, RawDoc};

/// One thing that happens; numbers are taken modulo what there is to choose from.
#[derive(Debug, Clone)]
pub enum Act {
    /// A copy writes, as itself.
    Write(usize, Vec<Edit>),
    /// A copy writes beside what a change of long ago built on.
    WriteBeside(usize, usize, Vec<Edit>),
    /// A clone of a copy writes under its actor what the copy will never apply.
    WriteAsClone(usize, Vec<Edit>),
    /// A copy is offered any change ever made, perhaps again, perhaps too early.
    Offer(usize, usize),
    /// A copy is offered all changes in the order they were made.
    CatchUp(usize),
    /// A copy is saved and loaded.
    Reload(usize),
    /// A copy is sent to a new PC, which takes its place.
    Resend(usize),
}

/// A life.
#[derive(Debug, Clone)]
pub struct Play {
    /// Copies of the document.
    pub n_copies: usize,
    /// What happens, in order.
    pub acts: Vec<Act>,
}

/// What was to be seen of all copies after an act: how each reads, which have equal heads, the answer to an
/// offer, and the last change made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    readings: Vec<RawDoc>,
    n_heads: Vec<usize>,
    equal_heads: Vec<(usize, usize)>,
    answer: Answer,
    n_deps: usize,
    edits: Vec<Edit>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    Done,
    Orphan(usize),
    Refused,
}

struct Stage<'a> {
    documents: &'a dyn Documents,
    copies: Vec<Box<dyn Document>>,
    made: Vec<Box<dyn Change>>,
}

/// Plays a life; what was to be seen after each act.
pub fn play(documents: &dyn Documents, play: &Play) -> Vec<Seen> {
    let new = || documents.load(DocKind::Dossier, &[], Vec::new());
    let mut stage = Stage {
        documents,
        copies: (0..play.n_copies)
            .map(|_| new().unwrap().unwrap())
            .collect(),
        made: Vec::new(),
    };
    let mut seen = Vec::with_capacity(play.acts.len());
    for act in &play.acts {
        let answer = stage.perform(act);
        seen.push(stage.seen(answer));
    }
    seen
}

impl Stage<'_> {
    fn perform(&mut self, act: &Act) -> Answer {
        let n_copies = self.copies.len();
        match act {
            Act::Write(copy, edits) => self.write(copy % n_copies, &[], edits),
            Act::WriteBeside(copy, nth, edits) => {
                let copy = copy % n_copies;
                let beside = self.deps_of_one_in(copy, *nth);
                self.write(copy, &beside, edits)
            }
            Act::WriteAsClone(copy, edits) => {
                let copy = copy % n_copies;
                let saved = self.copies[copy].save();
                let clone = self.documents.load(DocKind::Dossier, &saved, Vec::new());
                let (mut clone, salt) = (clone.unwrap().unwrap(), self.salt());
                let change = clone.write(actor(copy), &[], edits, salt);
                self.made.push(change.unwrap());
                Answer::Done
            }
            Act::Offer(copy, nth) => match nth.checked_rem(self.made.len()) {
                Some(nth) => self.offer(copy % n_copies, nth),
                None => Answer::Done,
            },
            Act::CatchUp(copy) => {
                let answers = (0..self.made.len()).map(|nth| self.offer(copy % n_copies, nth));
                answers.last().unwrap_or(Answer::Done)
            }
            Act::Reload(copy) => {
                let copy = copy % n_copies;
                let saved = self.copies[copy].save();
                let loaded = self.documents.load(DocKind::Dossier, &saved, Vec::new());
                self.copies[copy] = loaded.unwrap().unwrap();
                Answer::Done
            }
            Act::Resend(copy) => {
                let copy = copy % n_copies;
                let sent = self.copies[copy].save();
                self.copies[copy] = self.documents.receive(&sent).unwrap().0;
                Answer::Done
            }
        }
    }

    /// New in every change.
    fn salt(&self) -> [u8; 16] {
        (self.made.len() as u128 + 1).to_be_bytes()
    }

    fn deps_of_one_in(&self, copy: usize, nth: usize) -> Vec<ChangeHash> {
        let copy = &self.copies[copy];
        let held: Vec<_> = self
            .made
            .iter()
            .filter(|change| copy.contains(&change.hash()))
            .collect();
        match nth.checked_rem(held.len()) {
            Some(nth) => held[nth].deps(),
            None => Vec::new(),
        }
    }

    fn write(&mut self, copy: usize, beside: &[ChangeHash], edits: &[Edit]) -> Answer {
        let salt = self.salt();
        let change = self.copies[copy].write(actor(copy), beside, edits, salt);
        self.made.push(change.unwrap());
        Answer::Done
    }

    /// As the engine does it: what is there is not applied again, an orphan not at all, and after an error the document is
    /// loaded anew.
    fn offer(&mut self, copy: usize, nth: usize) -> Answer {
        let change = &self.made[nth];
        let saved = self.copies[copy].save();
        let document = &mut self.copies[copy];
        if document.contains(&change.hash()) {
            return Answer::Done;
        }
        let missing = document.missing(&change.deps());
        if !missing.is_empty() {
            return Answer::Orphan(missing.len());
        }
        let parsed = self.documents.change(change.bytes().to_vec()).unwrap();
        if document.apply(parsed.as_ref()).is_ok() {
            return Answer::Done;
        }
        let loaded = self.documents.load(DocKind::Dossier, &saved, Vec::new());
        *document = loaded.unwrap().unwrap();
        Answer::Refused
    }

    fn seen(&self, answer: Answer) -> Seen {
        let heads: Vec<_> = self.copies.iter().map(|copy| copy.heads()).collect();
        let pairs = (0..heads.len()).flat_map(|a| (a + 1..heads.len()).map(move |b| (a, b)));
        Seen {
            readings: self.copies.iter().map(|copy| copy.read()).collect(),
            n_heads: heads.iter().map(Vec::len).collect(),
            equal_heads: pairs.filter(|(a, b)| heads[*a] == heads[*b]).collect(),
            answer,
            n_deps: self.made.last().map_or(0, |change| change.deps().len()),
            edits: self
                .made
                .last()
                .map(|change| change.edits())
                .unwrap_or_default(),
        }
    }
}

fn actor(copy: usize) -> [u8; 16] {
    [u8::try_from(copy + 1).unwrap(); 16]
}
