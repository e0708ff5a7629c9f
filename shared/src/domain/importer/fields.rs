//! The parts of a record, each read as far as it can be.

use std::collections::BTreeSet;

use serde_json::Value;

use super::notes::{NoteKind, Notes};
use super::reader::{LONG_TEXT_BYTES, Node, SHORT_TEXT_BYTES};
use crate::domain::deadline::{Period, PeriodUnit, Qty};
use crate::domain::money::Fee;
use crate::domain::procedure::{
    Case, Category, Channel, Component, ComponentGroup, FeeKind, FeeLine, FilingMethod, LegalBasis,
    ProcedureSource, ProcedureState, ProcedureStep, Processing, SubjectKind,
};

// Bounds of lists; behind each the most that a published record has.
const MAX_TEXTS: usize = 64; // 12
const MAX_CHANNELS: usize = 64; // 24
const MAX_FEES: usize = 32; // 12
const MAX_CASES: usize = 64; // 27
const MAX_GROUPS: usize = 64; // 8
const MAX_ITEMS: usize = 128; // 23
const MAX_FORMS: usize = 16; // 2
const MAX_LEGAL_BASIS: usize = 128; // 18
const MAX_STEPS: usize = 64; // 9

/// A list of texts without the empty ones.
pub(super) fn texts(node: &Node<'_>, notes: &mut Notes) -> Vec<String> {
    let items = node.items(MAX_TEXTS, notes);
    let texts = items.iter().map(|item| item.text(SHORT_TEXT_BYTES, notes));
    texts.filter(|text| !text.is_empty()).collect()
}

/// Joins the lines of a name; some records break it in the middle.
pub(super) fn one_line(text: &str) -> String {
    without_list_mark(text)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

pub(super) fn category(node: &Node<'_>, notes: &mut Notes) -> Option<Category> {
    if node.is_absent() {
        node.note(NoteKind::Missing, notes);
        return None;
    }
    let code = node.field("code").text(SHORT_TEXT_BYTES, notes);
    let name = node.field("name").text(SHORT_TEXT_BYTES, notes);
    let is_empty = code.is_empty() && name.is_empty();
    (!is_empty).then_some(Category { code, name })
}

pub(super) fn subject_kinds(subject_types: &[String], notes: &mut Notes) -> BTreeSet<SubjectKind> {
    let mut kinds = BTreeSet::new();
    for subject_type in subject_types {
        match SubjectKind::from_published(subject_type) {
            Some(kind) => drop(kinds.insert(kind)),
            None => {
                let word = subject_type.chars().take(40).collect();
                notes.add("subject_types[]", NoteKind::UnknownWord { word });
            }
        }
    }
    kinds
}

pub(super) fn channels(node: &Node<'_>, notes: &mut Notes) -> Vec<Channel> {
    let items = node.items(MAX_CHANNELS, notes);
    items
        .iter()
        .filter_map(|item| channel(item, notes))
        .collect()
}

fn channel(node: &Node<'_>, notes: &mut Notes) -> Option<Channel> {
    let method = match word(&node.field("method"), notes)? {
        "DIRECT" => FilingMethod::Direct,
        "ONLINE" => FilingMethod::Online,
        "POSTAL" => FilingMethod::Post,
        other => {
            node.field("method").note_unknown_word(other, notes);
            return None;
        }
    };
    let fees = node.field("fees").items(MAX_FEES, notes);
    Some(Channel {
        method,
        fees: fees.iter().map(|fee| fee_line(fee, notes)).collect(),
        processing: processing(&node.field("processing"), notes),
        note: optional_text(&node.field("note"), notes),
    })
}

/// A line with an unknown kind is kept as a fee: its text may hold an exemption.
fn fee_line(node: &Node<'_>, notes: &mut Notes) -> FeeLine {
    let kind = match word(&node.field("type"), notes) {
        Some("FEE") | None => FeeKind::Fee,
        Some("SERVICE_FEE") => FeeKind::ServiceFee,
        Some("PRICE_LEVEL") => FeeKind::PriceLevel,
        Some(other) => {
            node.field("type").note_unknown_word(other, notes);
            FeeKind::Fee
        }
    };
    let value = node.field("value_vnd");
    let value_vnd = value.value().and_then(Value::as_i64);
    if value_vnd.is_none() && !value.is_absent() {
        value.note(NoteKind::WrongType, notes);
    }
    FeeLine {
        kind,
        fee: Fee::from_catalogue(value_vnd),
        text: optional_text(&node.field("text"), notes),
    }
}

pub(super) fn cases(node: &Node<'_>, notes: &mut Notes) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for item in node.items(MAX_CASES, notes) {
        let code = item.field("case_code").text(SHORT_TEXT_BYTES, notes);
        let case = Case {
            code,
            processing: processing(&item, notes),
        };
        if cases.contains(&case) {
            item.note(NoteKind::Repeated, notes);
        } else if !case.code.is_empty() {
            cases.push(case);
        }
    }
    cases
}

/// `qty` is a whole number, a decimal or prose; beside the unit OTHER a number means nothing.
fn processing(node: &Node<'_>, notes: &mut Notes) -> Processing {
    let (qty, unit) = (node.field("qty"), node.field("unit"));
    let unit = match word(&unit, notes) {
        Some("WORKING_DAY") => Some(PeriodUnit::WorkingDay),
        Some("DAY") => Some(PeriodUnit::CalendarDay),
        Some("HOUR") => Some(PeriodUnit::Hour),
        Some("MONTH") => Some(PeriodUnit::Month),
        Some("OTHER") | None => None,
        Some(other) => {
            unit.note_unknown_word(other, notes);
            None
        }
    };
    let count = match qty.value() {
        Some(Value::Number(number)) => Qty::parse(&number.to_string()).ok(),
        Some(Value::String(text)) => Qty::parse(text.trim()).ok(),
        _ => None,
    };
    if let (Some(unit), Some(qty)) = (unit, count.filter(|qty| qty.thousandths() > 0)) {
        return Processing::Known(Period { qty, unit });
    }
    let is_prose = count.is_none() && qty.as_str().is_some();
    if is_prose || unit.is_some() {
        qty.note(NoteKind::NoPeriod, notes);
    }
    let text = if is_prose {
        qty.text(LONG_TEXT_BYTES, notes)
    } else {
        String::new()
    };
    Processing::Unstated { text }
}

pub(super) fn component_groups(node: &Node<'_>, notes: &mut Notes) -> Vec<ComponentGroup> {
    let mut groups = Vec::new();
    for group in node.items(MAX_GROUPS, notes) {
        let heading = without_list_mark(&optional_text(&group.field("group"), notes)).to_owned();
        let mut items = Vec::new();
        // Groups are often alternatives and share papers; within one group a code should name one paper.
        let mut codes = BTreeSet::new();
        for item in group.field("items").items(MAX_ITEMS, notes) {
            let Some(component) = component(&item, notes) else {
                continue;
            };
            if !component.code.is_empty() && !codes.insert(component.code.clone()) {
                item.field("code").note(NoteKind::Repeated, notes);
            }
            items.push(component);
        }
        if items.is_empty() {
            group.note(NoteKind::EmptyGroup, notes);
        } else {
            groups.push(ComponentGroup { heading, items });
        }
    }
    groups
}

fn component(node: &Node<'_>, notes: &mut Notes) -> Option<Component> {
    let name = node.field("name").text(LONG_TEXT_BYTES, notes);
    let name = without_list_mark(&name).to_owned();
    if name.is_empty() {
        return None;
    }
    let attachments = node.field("attachments");
    let forms = if attachments.is_absent() {
        Vec::new()
    } else {
        attachments.items(MAX_FORMS, notes)
    };
    Some(Component {
        code: optional_text(&node.field("code"), notes),
        name,
        n_originals: node.field("original_qty").count(notes),
        n_copies: node.field("copy_qty").count(notes),
        has_electronic_form: node.field("has_electronic_form").flag(notes),
        is_result: node.field("is_processing_result").flag(notes),
        forms: forms
            .iter()
            .map(|form| form.field("fileName").text(SHORT_TEXT_BYTES, notes))
            .collect(),
    })
}

pub(super) fn legal_basis(node: &Node<'_>, notes: &mut Notes) -> Vec<LegalBasis> {
    let items = node.items(MAX_LEGAL_BASIS, notes);
    let read = |item: &Node<'_>| LegalBasis {
        code: item.field("code").text(SHORT_TEXT_BYTES, notes),
        name: item.field("name").text(SHORT_TEXT_BYTES, notes),
    };
    items
        .iter()
        .map(read)
        .filter(|basis| !basis.code.is_empty() || !basis.name.is_empty())
        .collect()
}

pub(super) fn steps(node: &Node<'_>, notes: &mut Notes) -> Vec<ProcedureStep> {
    let items = node.items(MAX_STEPS, notes);
    let read = |item: &Node<'_>| ProcedureStep {
        name: without_list_mark(&optional_text(&item.field("name"), notes)).to_owned(),
        text: item.field("text").text(LONG_TEXT_BYTES, notes),
    };
    items
        .iter()
        .map(read)
        .filter(|step| !step.name.is_empty() || !step.text.is_empty())
        .collect()
}

/// An unknown state is taken as in force, with a note: hiding a real procedure would be worse.
pub(super) fn state(node: &Node<'_>, notes: &mut Notes) -> ProcedureState {
    match word(node, notes) {
        Some("ACTIVE") | None => ProcedureState::Active,
        Some("UPDATED") => ProcedureState::Updated,
        Some("SAMPLE") => ProcedureState::Sample,
        Some(other) => {
            node.note_unknown_word(other, notes);
            ProcedureState::Active
        }
    }
}

pub(super) fn source(record: &Node<'_>, notes: &mut Notes) -> ProcedureSource {
    let source = record.field("source");
    ProcedureSource {
        id: optional_text(&record.field("source_id"), notes),
        url: optional_text(&source.field("url"), notes),
        updated_at: optional_text(&source.field("updated_at"), notes),
    }
}

/// A catalogue word such as `DIRECT`; `None`, with a note, if there is no text.
fn word<'a>(node: &Node<'a>, notes: &mut Notes) -> Option<&'a str> {
    let word = node.as_str().map(str::trim);
    if word.is_none() {
        let kind = if node.is_absent() {
            NoteKind::Missing
        } else {
            NoteKind::WrongType
        };
        node.note(kind, notes);
    }
    word
}

/// A text whose absence is nothing to tell.
fn optional_text(node: &Node<'_>, notes: &mut Notes) -> String {
    if node.is_absent() {
        String::new()
    } else {
        node.text(LONG_TEXT_BYTES, notes)
    }
}

/// Drops the marks that start a list item ("- ", "+ ", "* ").
fn without_list_mark(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '+' | '*' | '•'))
}
