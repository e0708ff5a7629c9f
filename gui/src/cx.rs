//! What every screen is handed for one frame.

use lienquay_shared::DocId;

use crate::link::Link;
use crate::words::Lang;

/// One frame: the node, the language, the time, and where to go next.
#[derive(Debug)]
pub struct Cx<'a> {
    /// The line to the node.
    pub link: &'a Link,
    /// The language of the words.
    pub lang: Lang,
    /// The PC's clock, Unix milliseconds: for "12 phút trước", never for a legal time.
    pub now_millis: u64,
    /// Where screens ask to go; the desk goes there after the frame.
    pub go: Vec<Go>,
}

/// A place to go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Go {
    /// The reception page, for a ticket if one is being served.
    Reception {
        /// Its ticket.
        ticket: Option<DocId>,
    },
    /// The list of dossiers, with these words to look for.
    Dossiers {
        /// Words; empty for all.
        text: String,
    },
    /// One dossier's page.
    Dossier(DocId),
    /// The list of PCs.
    Health,
    /// The find-everything box.
    Find,
    /// The reception page with this procedure chosen.
    Procedure {
        /// Its code.
        code: String,
    },
    /// What this key does on the desk, as if it were pressed.
    Press(egui::Key),
    /// The other language.
    OtherLanguage,
    /// From a dossier to where the officer came from.
    Back,
}

impl Cx<'_> {
    /// Goes somewhere after this frame.
    pub fn go(&mut self, place: Go) {
        self.go.push(place);
    }
}
