//! What can happen on a simulated day, each with the word that stands for it in a script and what it means.

macro_rules! verbs {
    ($($name:ident = $word:literal: $meaning:literal,)*) => {
        /// What happens.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Verb { $(#[doc = $meaning] $name,)* }

        impl Verb {
            /// Everything that can happen.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its word in a script.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What the word means.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }
        }
    };
}

verbs! {
    // Officers and citizens.
    Issue = "issue": "a citizen takes a ticket",
    Call = "call": "the next citizen is called",
    Announce = "announce": "a granted ticket is announced",
    Recall = "recall": "an announced ticket is announced again",
    Serve = "serve": "the citizen at the counter is served",
    FinishTicket = "finish-ticket": "service ends",
    NoShow = "no-show": "nobody came",
    Decline = "decline": "a granted ticket is given back",
    Park = "park": "a ticket is put aside",
    Unpark = "unpark": "a ticket comes back into its lane",
    Transfer = "transfer": "a ticket is moved to another lane or counter",
    Prioritise = "prioritise": "a ticket gets or loses priority",
    CallOne = "call-one": "one ticket is called out of order",
    TypeNumber = "type-number": "a number is typed from a paper ticket",
    TakeOver = "take-over": "the tickets of a silent PC are taken over",
    Rate = "rate": "the citizen rates the service",
    Receive = "receive": "a dossier is received",
    Edit = "edit": "a field of a dossier is corrected",
    EditBothSides = "edit-both": "two counters correct the same field of one dossier",
    Advance = "advance": "a dossier goes one step further",
    Return = "return": "a result is handed over, or the dossier withdrawn",
    Note = "note": "something is noted on a dossier",
    Settle = "settle": "a conflict is settled",
    Forget = "forget": "a dossier is forgotten",
    Again = "again": "the last button is pressed again",
    GoMobile = "go-mobile": "a PC hands its tickets over and takes part no more",
    ComeBack = "come-back": "it takes part again",
    ConfirmDate = "confirm-date": "an officer says what day it is",
    Lane = "lane": "the manager changes a lane",
    SeriesKeeper = "series-keeper": "the manager names another keeper of a number series",
    TakeOverSeries = "take-over-series": "a PC makes itself keeper of a number series",
    Close = "close": "a PC hands over and is shut down in good order",
    // Power and disks.
    Crash = "crash": "the power goes, any part of what was not synced is kept",
    CrashAll = "crash-all": "the power goes, nothing that was not synced is kept",
    CrashAtWrite = "crash-at-write": "the power goes at one of the next writes",
    DieTelling = "die-telling": "the power goes between the next commit and what it owes",
    Start = "start": "a PC that is down is switched on",
    DiskFull = "disk-full": "the disk fills up after some more writes",
    DiskFree = "disk-free": "there is space on the disk again",
    CommitFails = "commit-fails": "the disk refuses the next commits",
    DiskSlow = "disk-slow": "every fsync takes long",
    DiskFast = "disk-fast": "fsync is fast again",
    // The network.
    Partition = "partition": "the network falls into two parts",
    Split = "split": "nothing passes between two PCs",
    OneWay = "one-way": "nothing passes from one PC to another",
    Mend = "mend": "everything passes between two PCs again",
    Heal = "heal": "everything passes between all again",
    Storm = "storm": "messages take up to a second",
    Lossy = "lossy": "links are lost at any message",
    Calm = "calm": "the network behaves again",
    Reconnect = "reconnect": "two PCs connect anew although they are connected",
    Repeat = "repeat": "an old message is delivered again",
    // Clocks.
    Skew = "skew": "a clock is set to any time, years away",
    JumpBack = "jump-back": "a clock jumps back a little",
    Clocks = "clocks": "the clocks as they are found in the morning",
    // Copies.
    Backup = "backup": "a backup is made",
    Restore = "restore": "the backup is restored by our tool",
    RollBack = "roll-back": "the disk is silently what it was at the backup",
    Clone = "clone": "a copy of the folder is started beside the original, which nobody notices",
    CloneOff = "clone-off": "one of two live copies is switched off for good",
    Move = "move": "the folder is moved to another machine, which notices",
    Burn = "burn": "a PC and its disk are gone for good",
    // Files.
    Scan = "scan": "a paper is scanned and added to a dossier",
    ScanOnly = "scan-only": "a paper is scanned that no dossier takes",
    FilesQuota = "files-quota": "a PC may keep few files, or as many as it likes",
    FilesFull = "files-full": "there is no space for files, or there is again",
    SpoilFile = "spoil-file": "a file is found damaged",
    LieInParts = "lie-in-parts": "a PC gives wrong parts of files",
    // Who takes part.
    Revoke = "revoke": "an administrator shuts a PC out",
    Retire = "retire": "a PC leaves for good",
    Join = "join": "a new PC joins",
    Seat = "seat": "a PC gets a counter and an officer",
    Rogue = "rogue": "a PC that is on no roster speaks to everybody",
    Lie = "lie": "a PC gives out documents of a first copy with wrong content",
    Newer = "newer": "a PC of the next version writes what this one does not know",
    NewerWords = "newer-words": "a PC of the next version says what this one does not know",
    // The end of it.
    Quiesce = "quiesce": "everything is repaired, settles and is checked",
}

impl Verb {
    /// The verb of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|verb| verb.word() == word)
    }
}
