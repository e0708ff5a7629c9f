//! 2. Case, channel and time: each only where there is a choice.

use egui::Ui;
use lienquay_shared::decide::dossier::processing_options;
use lienquay_shared::domain::deadline::{Period, PeriodUnit};
use lienquay_shared::domain::dossier::Channel;
use lienquay_shared::domain::procedure::Procedure;

use super::hints::Hints;
use super::prose::prose;
use super::{section, steady};
use crate::cx::Cx;
use crate::reception::form::Form;
use crate::reception::problem::Place;
use crate::theme;

const CHANNELS: [Channel; 3] = [Channel::Direct, Channel::Online, Channel::Post];
const UNITS: [PeriodUnit; 4] = [
    PeriodUnit::WorkingDay,
    PeriodUnit::CalendarDay,
    PeriodUnit::Hour,
    PeriodUnit::Month,
];

/// The case decides about the time, and none is chosen.
pub(in crate::reception) fn needs_case(record: &Procedure, form: &Form) -> bool {
    form.case.is_none() && offers_cases(record, form.channel)
}

fn offers_cases(record: &Procedure, channel: Channel) -> bool {
    let options = processing_options(record, channel, None);
    record.cases.len() > 1 && options.is_some_and(|(periods, _)| periods.len() > 1)
}

/// Draws it.
pub(super) fn show(
    cx: &Cx<'_>,
    ui: &mut Ui,
    hints: &mut Hints<'_>,
    form: &mut Form,
    record: &Procedure,
) {
    section(ui, &tr!(cx, "reception.section_term"), |ui| {
        steady(ui, "channels", |ui| channels(cx, ui, hints, form, record));
        if offers_cases(record, form.channel) || form.case.is_some() {
            steady(ui, "cases", |ui| cases(cx, ui, hints, form, record));
        }
        steady(ui, "times", |ui| times(cx, ui, hints, form, record));
        notes(cx, ui, form, record);
    });
}

fn channels(cx: &Cx<'_>, ui: &mut Ui, hints: &mut Hints<'_>, form: &mut Form, record: &Procedure) {
    let offered: Vec<Channel> = CHANNELS
        .into_iter()
        .filter(|channel| record.channels.iter().any(|found| found.method == *channel))
        .collect();
    ui.horizontal_wrapped(|ui| {
        ui.label(theme::soft(tr!(cx, "reception.channel")));
        if let [only] = offered.as_slice() {
            ui.label(channel_words(cx, *only));
            return;
        }
        for channel in offered {
            let response = ui.radio(form.channel == channel, channel_words(cx, channel));
            if form.channel == channel {
                hints.meet(&response, Place::Channel);
            }
            if response.clicked() {
                form.channel = channel;
                form.processing = None;
            }
        }
    });
    hints.line(ui, Place::Channel);
}

fn cases(cx: &Cx<'_>, ui: &mut Ui, hints: &mut Hints<'_>, form: &mut Form, record: &Procedure) {
    ui.label(theme::soft(tr!(cx, "reception.case")));
    for (index, case) in record.cases.iter().enumerate() {
        let is_chosen = form.case.as_deref() == Some(&*case.code);
        let time = case.processing.period().map_or_else(
            || tr!(cx, "reception.no_time"),
            |period| period_words(cx, period),
        );
        let words = tr!(cx, "reception.case_of", code = case.code, time = time);
        let response = ui.radio(is_chosen, words);
        if is_chosen || (index == 0 && form.case.is_none()) {
            hints.meet(&response, Place::Case);
        }
        if response.clicked() {
            form.case = Some(case.code.clone());
            form.processing = None;
        }
    }
    hints.line(ui, Place::Case);
}

fn times(cx: &Cx<'_>, ui: &mut Ui, hints: &mut Hints<'_>, form: &mut Form, record: &Procedure) {
    let options = processing_options(record, form.channel, form.case.as_deref());
    let Some((periods, text)) = options else {
        return;
    };
    match periods.as_slice() {
        [] => entered(cx, ui, hints, form, &text),
        [only] => {
            ui.horizontal_wrapped(|ui| {
                ui.label(theme::soft(tr!(cx, "reception.time")));
                ui.label(period_words(cx, *only));
            });
        }
        several if !needs_case(record, form) => choose(cx, ui, hints, form, several),
        _ => {}
    }
    let may_be_same_day = periods.iter().any(|period| period.unit != PeriodUnit::Hour);
    if may_be_same_day {
        steady(ui, "same day", |ui| {
            ui.checkbox(&mut form.is_same_day, tr!(cx, "reception.same_day"));
        });
    } else {
        form.is_same_day = false;
    }
}

fn choose(cx: &Cx<'_>, ui: &mut Ui, hints: &mut Hints<'_>, form: &mut Form, periods: &[Period]) {
    ui.horizontal_wrapped(|ui| {
        ui.label(theme::soft(tr!(cx, "reception.time")));
        for (index, period) in periods.iter().enumerate() {
            let Ok(index) = u8::try_from(index) else {
                continue;
            };
            let is_chosen = form.processing == Some(index);
            let response = ui.radio(is_chosen, period_words(cx, *period));
            if is_chosen || (index == 0 && form.processing.is_none()) {
                hints.meet(&response, Place::Processing);
            }
            if response.clicked() {
                form.processing = Some(index);
                form.is_same_day = false;
            }
        }
    });
    hints.line(ui, Place::Processing);
}

/// The catalogue states no time: its prose is shown, the officer enters one.
fn entered(cx: &Cx<'_>, ui: &mut Ui, hints: &mut Hints<'_>, form: &mut Form, text: &str) {
    if text.is_empty() {
        ui.label(tr!(cx, "reception.no_time_published"));
    } else {
        ui.label(theme::soft(tr!(cx, "reception.time_prose")));
        prose(cx, ui, "time", text);
    }
    ui.horizontal_wrapped(|ui| {
        let name = tr!(cx, "reception.term_qty");
        hints.field(ui, Place::Term, &name, &mut form.term_qty, 12, 160.0);
        for unit in UNITS {
            ui.radio_value(&mut form.term_unit, unit, unit_words(cx, unit));
        }
    });
}

/// Remarks of the channel may hold the real rule on time.
fn notes(cx: &Cx<'_>, ui: &mut Ui, form: &Form, record: &Procedure) {
    let mut seen: Vec<&str> = Vec::new();
    for channel in record
        .channels
        .iter()
        .filter(|found| found.method == form.channel)
    {
        let note = channel.note.trim();
        if !note.is_empty() && !seen.contains(&note) {
            seen.push(note);
            prose(cx, ui, ("note", seen.len()), note);
        }
    }
}

fn channel_words(cx: &Cx<'_>, channel: Channel) -> String {
    match channel {
        Channel::Direct => tr!(cx, "reception.channel_direct"),
        Channel::Online => tr!(cx, "reception.channel_online"),
        Channel::Post => tr!(cx, "reception.channel_post"),
    }
}

fn unit_words(cx: &Cx<'_>, unit: PeriodUnit) -> String {
    match unit {
        PeriodUnit::WorkingDay => tr!(cx, "reception.unit_working_day"),
        PeriodUnit::CalendarDay => tr!(cx, "reception.unit_day"),
        PeriodUnit::Hour => tr!(cx, "reception.unit_hour"),
        PeriodUnit::Month => tr!(cx, "reception.unit_month"),
    }
}

fn period_words(cx: &Cx<'_>, period: Period) -> String {
    format!("{} {}", period.qty, unit_words(cx, period.unit))
}
