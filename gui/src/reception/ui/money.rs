//! 5. What is asked for, how many sets, and money: the catalogue's words beside every figure, the unknown never free.

use egui::{DragValue, Ui, WidgetInfo, WidgetType};
use lienquay_shared::domain::dossier::Finance;
use lienquay_shared::domain::procedure::{FeeKind, FeeLine, Procedure};

use super::hints::Hints;
use super::prose::prose;
use super::{section, steady};
use crate::cx::Cx;
use crate::reception::form::Form;
use crate::reception::problem::Place;
use crate::theme;

const FINANCES: [Finance; 4] = [
    Finance::Unknown,
    Finance::NoneDue,
    Finance::Due,
    Finance::Paid,
];

/// Draws it.
pub(super) fn show(
    cx: &Cx<'_>,
    ui: &mut Ui,
    hints: &mut Hints<'_>,
    form: &mut Form,
    record: &Procedure,
) {
    section(ui, &tr!(cx, "reception.section_request"), |ui| {
        let width = ui.available_width();
        let name = tr!(cx, "reception.request");
        hints.field(
            ui,
            Place::Request,
            &name,
            &mut form.request_line,
            1_000,
            width,
        );
        steady(ui, "sets", |ui| sets(cx, ui, hints, form));
        steady(ui, "fees", |ui| fees(cx, ui, form, record));
        steady(ui, "finance", |ui| finances(cx, ui, hints, form));
    });
}

fn finances(cx: &Cx<'_>, ui: &mut Ui, hints: &mut Hints<'_>, form: &mut Form) {
    ui.horizontal_wrapped(|ui| {
        ui.label(theme::soft(tr!(cx, "reception.finance")));
        for finance in FINANCES {
            let response = ui.radio(form.finance == finance, finance_words(cx, finance));
            if response.clicked() {
                form.finance = finance;
            }
            if form.finance == finance {
                hints.meet(&response, Place::Finance);
            }
        }
    });
    hints.line(ui, Place::Finance);
}

fn sets(cx: &Cx<'_>, ui: &mut Ui, hints: &mut Hints<'_>, form: &mut Form) {
    ui.horizontal(|ui| {
        let words = tr!(cx, "reception.n_sets");
        ui.label(theme::soft(words.as_str()));
        let response = ui.add(DragValue::new(&mut form.n_sets).range(1..=99).speed(0.1));
        let value = f64::from(form.n_sets);
        response.widget_info(|| WidgetInfo {
            label: Some(words.clone()),
            value: Some(value),
            ..WidgetInfo::new(WidgetType::DragValue)
        });
        hints.meet(&response, Place::NSets);
    });
    hints.line(ui, Place::NSets);
}

fn fees(cx: &Cx<'_>, ui: &mut Ui, form: &Form, record: &Procedure) {
    let mut lines: Vec<&FeeLine> = Vec::new();
    let channels = record.channels.iter();
    for line in channels
        .filter(|channel| channel.method == form.channel)
        .flat_map(|channel| &channel.fees)
    {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    if lines.is_empty() {
        ui.label(tr!(cx, "reception.no_fee_published"));
    }
    for (index, line) in lines.into_iter().enumerate() {
        let kind = match line.kind {
            FeeKind::Fee => tr!(cx, "reception.fee"),
            FeeKind::ServiceFee => tr!(cx, "reception.service_fee"),
            FeeKind::PriceLevel => tr!(cx, "reception.price_level"),
        };
        let amount = line.fee.amount().map_or_else(
            || tr!(cx, "reception.fee_unknown"),
            |amount| amount.to_string(),
        );
        ui.label(theme::bold(format!("{kind}: {amount}")));
        if line.text.is_empty() {
            ui.label(theme::soft(tr!(cx, "reception.fee_without_text")));
        } else {
            prose(cx, ui, ("fee", index), &line.text);
        }
    }
}

fn finance_words(cx: &Cx<'_>, finance: Finance) -> String {
    match finance {
        Finance::Unknown => tr!(cx, "reception.finance_unknown"),
        Finance::NoneDue => tr!(cx, "reception.finance_none_due"),
        Finance::Due => tr!(cx, "reception.finance_due"),
        Finance::Paid => tr!(cx, "reception.finance_paid"),
    }
}
