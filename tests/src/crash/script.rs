//! The morning: a list of steps from a seed, in several lives of the process.

use std::ops::Range;

use crate::sim::chance::Chance;

/// Bytes of the large notes that make the write-ahead log long enough for a checkpoint of its own.
const LARGE_NOTE_BYTES: usize = 200 << 10;
/// Large notes of the long life: with what officers write, more than the thousand pages between two checkpoints.
const N_LARGE_NOTES: usize = 17;
/// Deeds drawn at random in the long life, before and after the large notes.
const N_DRAWN: usize = 14;

/// One step; names other steps by their position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The process starts: creates the folder the first time, opens it later.
    Open,
    /// Founds the site.
    Found,
    /// Keeps a note of this length.
    Keep(&'static str, usize),
    /// Erases a note.
    Erase(&'static str),
    /// The recovery sheet is locked away.
    SheetIsSafe,
    /// Imports the one procedure.
    Import,
    /// Gives out a ticket.
    Issue,
    /// Calls the next citizen.
    Call,
    /// Announces the ticket of that call.
    Announce(usize),
    /// Service begins for that call.
    Start(usize),
    /// Service ends for that call.
    Served(usize),
    /// Nobody came to that call.
    NoShow(usize),
    /// Puts that issued ticket aside.
    Park(usize),
    /// Receives a dossier, asked for in these words.
    Receive(String),
    /// Changes what is asked for in that dossier.
    Edit(usize, String),
    /// Notes something on that dossier.
    Note(usize),
    /// Processing of that dossier begins.
    Process(usize),
    /// The result of that dossier is ready.
    Finish(usize),
    /// The result of that dossier is handed over.
    Return(usize),
    /// The process ends in order.
    Close,
    /// The process ends without closing anything.
    Vanish,
}

/// The whole morning.
#[derive(Debug)]
pub struct Script {
    /// What is done, in this order.
    pub steps: Vec<Step>,
    chance: Chance,
    /// Positions of receptions, to work on further.
    received: Vec<usize>,
}

impl Script {
    /// The morning of a seed.
    pub fn new(seed: u64) -> Self {
        let mut script = Self {
            steps: Vec::new(),
            chance: Chance::new(seed, "crash morning"),
            received: Vec::new(),
        };
        // Creating is a life of its own: strace counts calls by thread, and the creating thread writes the most.
        script.all([Step::Open, Step::Close]);
        script.founding();
        script.reception();
        script.papers();
        script.long_life();
        script.all([Step::Open, Step::Keep("window", 90), Step::Issue]);
        script.receive();
        script.all([Step::Close]);
        script
    }

    /// The lives of the process, each from its opening to its end.
    pub fn lives(&self) -> Vec<Range<usize>> {
        let opened: Vec<usize> = (0..self.steps.len())
            .filter(|at| self.steps[*at] == Step::Open)
            .collect();
        let ends = opened.iter().skip(1).copied().chain([self.steps.len()]);
        opened
            .iter()
            .copied()
            .zip(ends)
            .map(|(a, b)| a..b)
            .collect()
    }

    fn all(&mut self, steps: impl IntoIterator<Item = Step>) {
        self.steps.extend(steps);
    }

    fn push(&mut self, step: Step) -> usize {
        self.steps.push(step);
        self.steps.len() - 1
    }

    /// Each life begins with kept notes, so that the first calls of the engine's thread, which those of the opening
    /// thread hide, are of a kind that comes again.
    fn founding(&mut self) {
        let note = Step::Keep("draft", 300);
        self.all([Step::Open, Step::Keep("window", 80), note, Step::Found]);
        self.all([Step::Keep("window", 120), Step::Close]);
    }

    fn reception(&mut self) {
        self.all([
            Step::Open,
            Step::Keep("draft", 700),
            Step::Keep("window", 100),
        ]);
        self.all([Step::Import, Step::Issue, Step::Issue, Step::Issue]);
        let call = self.push(Step::Call);
        self.all([Step::Announce(call), Step::Start(call)]);
        self.receive();
        self.all([Step::Served(call), Step::Erase("draft")]);
        let call = self.push(Step::Call);
        self.all([Step::Announce(call), Step::NoShow(call), Step::Vanish]);
    }

    fn papers(&mut self) {
        self.all([
            Step::Open,
            Step::Keep("window", 101),
            Step::Keep("draft", 40),
        ]);
        self.all([Step::SheetIsSafe]);
        self.receive();
        self.receive();
        let first = self.received[0];
        self.edit();
        self.all([
            Step::Process(first),
            Step::Finish(first),
            Step::Return(first),
        ]);
        let ticket = self.push(Step::Issue);
        self.all([
            Step::Park(ticket),
            Step::Note(self.received[1]),
            Step::Close,
        ]);
    }

    /// Long enough for a checkpoint while it runs, and for the write-ahead log to start anew.
    fn long_life(&mut self) {
        self.all([
            Step::Open,
            Step::Keep("window", 102),
            Step::Keep("draft", 41),
        ]);
        for _ in 0..N_DRAWN {
            self.draw();
        }
        for number in 0..N_LARGE_NOTES {
            let name = ["big", "bigger"][number % 2];
            self.push(Step::Keep(name, LARGE_NOTE_BYTES + number * 777));
        }
        self.all([Step::Erase("big"), Step::Erase("bigger")]);
        for _ in 0..N_DRAWN {
            self.draw();
        }
        self.push(Step::Vanish);
    }

    fn draw(&mut self) {
        match self.chance.below(6) {
            0 | 1 => self.receive(),
            2 | 3 => self.edit(),
            4 => self.all([Step::Issue]),
            _ => {
                let dossier = self.chance.pick(&self.received).copied();
                self.all(dossier.map(Step::Note));
            }
        }
    }

    fn receive(&mut self) {
        let words = format!("Chứng thực {} bản", self.chance.within(1..=90));
        let at = self.push(Step::Receive(words));
        self.received.push(at);
    }

    /// Values differ, so that every edit is one.
    fn edit(&mut self) {
        let words = format!(
            "Xin {} bản sao, lần {}",
            self.chance.below(9),
            self.steps.len()
        );
        let dossier = self.chance.pick(&self.received).copied();
        self.all(dossier.map(|dossier| Step::Edit(dossier, words)));
    }
}
