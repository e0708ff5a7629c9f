//! What happened, in plain words.

use lienquay_shared::domain::dossier::{CodeKind, DossierStep, HandedTo};
use lienquay_shared::log::ActionKind;

use super::data::{Actor, What};
use super::value::field_name;
use crate::when;
use crate::words::Lang;

/// For words outside a frame.
struct In {
    lang: Lang,
}

/// A line of the history.
#[must_use]
pub fn happened(lang: Lang, what: &What) -> String {
    let cx = In { lang };
    match what {
        What::Step(step) => step_words(&cx, step),
        What::NotApplied {
            is_known: false, ..
        } => tr!(cx, "dossier.line_newer"),
        What::NotApplied { action, .. } if *action == ActionKind::DocForgotten => {
            tr!(cx, "dossier.line_forgotten")
        }
        What::NotApplied { action, .. } => {
            let action = action_words(&cx, *action);
            tr!(cx, "dossier.line_not_applied", action = action)
        }
    }
}

fn step_words(cx: &In, step: &DossierStep) -> String {
    match step {
        DossierStep::Received { due, .. } => match due {
            Some(due) => tr!(
                cx,
                "dossier.line_received_due",
                due = when::exact(due.at.millis)
            ),
            None => tr!(cx, "dossier.line_received"),
        },
        DossierStep::Numbered { code, kind } => {
            let key = match kind {
                CodeKind::Official => "dossier.line_official",
                CodeKind::Alias => "dossier.line_alias",
                CodeKind::Provisional => "dossier.line_provisional",
            };
            tr!(cx, key, code = code)
        }
        DossierStep::ProcessingStarted => tr!(cx, "dossier.line_started"),
        DossierStep::SupplementRequested { missing, reason } => {
            let papers: Vec<&str> = missing.iter().map(|paper| &**paper).collect();
            let mut words = tr!(cx, "dossier.line_requested", papers = papers.join("; "));
            if !reason.is_empty() {
                words += &tr!(cx, "dossier.because", reason = reason);
            }
            words
        }
        DossierStep::Supplemented { due, .. } => match due {
            Some(due) => tr!(
                cx,
                "dossier.line_supplemented_due",
                due = when::exact(due.at.millis)
            ),
            None => tr!(cx, "dossier.line_supplemented"),
        },
        DossierStep::Finished { result } => with_more(tr!(cx, "dossier.line_finished"), result),
        DossierStep::Returned { to } => handed(cx, to),
        DossierStep::Refused {
            reason,
            legal_basis,
        } => {
            let words = with_more(tr!(cx, "dossier.line_refused"), reason);
            if legal_basis.is_empty() {
                words
            } else {
                tr!(
                    cx,
                    "dossier.line_by_rule",
                    words = words,
                    rule = legal_basis
                )
            }
        }
        DossierStep::Withdrawn { reason } => with_more(tr!(cx, "dossier.line_withdrawn"), reason),
        DossierStep::Edited { field } => {
            tr!(cx, "dossier.line_edited", field = named(cx, field))
        }
        DossierStep::FieldSettled { field } => {
            tr!(cx, "dossier.line_field_settled", field = named(cx, field))
        }
        DossierStep::StatusSettled(_) => tr!(cx, "dossier.line_status_settled"),
        DossierStep::FileAdded { file, replaces } => match replaces {
            None => tr!(cx, "dossier.line_file_added", name = file.name),
            Some(_) => tr!(cx, "dossier.line_file_replaced", name = file.name),
        },
        DossierStep::FileRemoved { reason, .. } => {
            with_more(tr!(cx, "dossier.line_file_removed"), reason)
        }
        DossierStep::Noted { text } => tr!(cx, "dossier.line_noted", text = text),
    }
}

fn with_more(words: String, more: &str) -> String {
    if more.trim().is_empty() {
        words
    } else {
        format!("{words}: {more}")
    }
}

fn named(cx: &In, key: &str) -> String {
    key.parse().map_or_else(
        |_unknown| key.to_owned(),
        |field| field_name(cx.lang, field),
    )
}

fn handed(cx: &In, to: &HandedTo) -> String {
    let mut words = tr!(cx, "dossier.line_returned", name = to.name);
    if !to.id_shown.is_empty() {
        words += &tr!(cx, "dossier.line_id_shown", id = to.id_shown);
    }
    if to.by_post {
        words += &tr!(cx, "dossier.line_by_post");
    }
    words
}

fn action_words(cx: &In, action: ActionKind) -> String {
    let key = match action {
        ActionKind::DossierReceived => "dossier.line_received",
        ActionKind::DossierProcessingStarted => "dossier.line_started",
        ActionKind::DossierSupplementRequested => "dossier.action_requested",
        ActionKind::DossierSupplemented => "dossier.line_supplemented",
        ActionKind::DossierFinished => "dossier.line_finished",
        ActionKind::DossierReturned => "dossier.action_returned",
        ActionKind::DossierRefused => "dossier.line_refused",
        ActionKind::DossierWithdrawn => "dossier.line_withdrawn",
        ActionKind::DossierEdited => "dossier.action_edited",
        ActionKind::DossierConflictSettled => "dossier.action_settled",
        ActionKind::DossierNoted => "dossier.action_noted",
        ActionKind::DossierNumbered => "dossier.action_numbered",
        ActionKind::DossierFileAdded => "dossier.action_file_added",
        ActionKind::DossierFileRemoved => "dossier.line_file_removed",
        _ => "dossier.action_other",
    };
    tr!(cx, key)
}

/// Who did it and where: `Nguyễn Thị Hoa · quầy 3 · Máy quầy 3`.
#[must_use]
pub fn actor(lang: Lang, by: &Actor) -> String {
    let cx = In { lang };
    let counter = by.counter.map(|no| tr!(cx, "dossier.counter", no = no));
    // "quầy 1 · Quầy 1" would say the same twice.
    let is_named_so = |pc: &String, words: &String| pc.to_lowercase() == *words;
    let counter = match (counter, &by.pc) {
        (Some(words), Some(pc)) if is_named_so(pc, &words) => None,
        (counter, _) => counter,
    };
    let parts: Vec<&str> = [&by.officer, &counter, &by.pc]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    if parts.is_empty() {
        tr!(cx, "dossier.unknown_actor")
    } else {
        parts.join(" · ")
    }
}
