//! What can be done from the box, and where a hit leads.

use egui::Key;
use lienquay_shared::domain::ticket::TicketState;
use serde::Serialize;

use crate::cx::Go;
use crate::find::data::{Found, Group, Hit, has_words};
use crate::words::Lang;

/// Something to do. Each is the button of the same name on the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Action {
    /// Gọi số tiếp theo.
    CallNext,
    /// Tiếp nhận mới.
    Receive,
    /// Danh sách hồ sơ.
    Dossiers,
    /// Máy và sức khoẻ.
    Health,
    /// The other language.
    Language,
}

impl Action {
    /// Every action, the most frequent first.
    pub(crate) const ALL: [Self; 5] = [
        Self::CallNext,
        Self::Receive,
        Self::Dossiers,
        Self::Health,
        Self::Language,
    ];

    /// What it is called.
    pub(crate) fn name(self, lang: Lang) -> String {
        let key = match self {
            Self::CallNext => "find.call_next",
            Self::Receive => "find.receive",
            Self::Dossiers => "find.open_dossiers",
            Self::Health => "find.health",
            Self::Language => "find.language",
        };
        rust_i18n::t!(key, locale = lang.code()).into_owned()
    }

    /// The key that does the same.
    pub(crate) const fn key(self) -> Option<Key> {
        match self {
            Self::CallNext => Some(Key::F2),
            Self::Receive => Some(Key::F4),
            Self::Dossiers => Some(Key::F6),
            Self::Health => Some(Key::F8),
            Self::Language => None,
        }
    }

    fn go(self) -> Go {
        self.key().map_or(Go::OtherLanguage, Go::Press)
    }
}

/// Puts the actions that have the words behind what the node found.
pub(crate) fn with_actions(mut found: Found, lang: Lang) -> Found {
    let fitting = Action::ALL
        .into_iter()
        .filter(|action| has_words(&action.name(lang), &found.text));
    let actions: Vec<_> = fitting
        .map(|action| (Group::Actions, Hit::Act(action)))
        .collect();
    found.hits.extend(actions);
    found
}

/// What choosing a hit does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Leads there; the box closes.
    Go(Go),
    /// There is nothing to open: where the ticket is dealt with is said in the box.
    Say(String),
}

/// What choosing this does.
pub(crate) fn choose(hit: &Hit, text: &str, lang: Lang) -> Choice {
    Choice::Go(match hit {
        Hit::Ticket {
            doc,
            state: TicketState::Serving,
            ..
        } => Go::Reception { ticket: Some(*doc) },
        Hit::Ticket { number, state, .. } => {
            let state = state_name(lang, *state);
            let said = rust_i18n::t!(
                "find.ticket_is",
                locale = lang.code(),
                number = number,
                state = state
            );
            return Choice::Say(said.into_owned());
        }
        Hit::Dossier { doc, .. } => Go::Dossier(*doc),
        Hit::MoreDossiers { .. } => Go::Dossiers {
            text: text.to_owned(),
        },
        Hit::Procedure { code, .. } => Go::Procedure { code: code.clone() },
        Hit::Pc { .. } => Go::Health,
        Hit::Act(action) => action.go(),
    })
}

/// `đang chờ`.
pub(crate) fn state_name(lang: Lang, state: TicketState) -> String {
    let key = match state {
        TicketState::Waiting => "find.ticket_waiting",
        TicketState::Parked => "find.ticket_parked",
        TicketState::Granted | TicketState::Announced => "find.ticket_called",
        TicketState::Serving => "find.ticket_serving",
        TicketState::Finished => "find.ticket_finished",
        TicketState::NoShow => "find.ticket_no_show",
    };
    rust_i18n::t!(key, locale = lang.code()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_found_by_their_words() {
        for (text, expect) in [
            ("", &Action::ALL[..]),
            ("goi so", &[Action::CallNext]),
            ("suc khoe", &[Action::Health]),
            ("english", &[Action::Language]),
            ("A012", &[]),
        ] {
            let found = Found {
                text: text.to_owned(),
                ..Found::default()
            };
            let hits = with_actions(found, Lang::Vi).hits;
            let expect: Vec<_> = expect
                .iter()
                .map(|action| (Group::Actions, Hit::Act(*action)))
                .collect();
            assert_eq!(hits, expect, "{text:?}");
        }
    }
}
