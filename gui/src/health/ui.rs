//! The page on the screen: a card for each PC, this one first.

use egui::{CollapsingHeader, Frame, Grid, Margin, RichText, ScrollArea, Stroke, Ui};

use super::advice::{self, Advice};
use super::command::{How, RemoveAsk, Removing};
use super::data::{HealthData, OtherPc, ReasonLine, ThisPc, Told};
use crate::cx::Cx;
use crate::start::reason_words;
use crate::strip::data::Pc;
use crate::strip::pc_state;
use crate::widget::{Tone, key_button, note};
use crate::words::count;
use crate::{theme, when};

/// What was pressed.
#[derive(Debug)]
pub(super) enum Asked {
    Remove(RemoveAsk),
    Sheet,
}

/// Draws it.
pub(super) fn show(
    cx: &Cx<'_>,
    ui: &mut Ui,
    data: &HealthData,
    removing: &Removing,
) -> Option<Asked> {
    let mut asked = None;
    let area = ScrollArea::vertical().auto_shrink(false);
    theme::scrolled(ui, area, |ui| {
        ui.label(theme::heading(tr!(cx, "health.title")));
        if let Some(done) = removing.done(cx) {
            note(ui, Tone::Good, &done);
        }
        let Some(this) = &data.this else {
            ui.label(theme::soft(tr!(cx, "health.looking")));
            return;
        };
        if data.has_sheet {
            note(ui, Tone::Warn, &tr!(cx, "health.sheet"));
            if key_button(ui, &tr!(cx, "health.sheet_open"), None, true) {
                asked = Some(Asked::Sheet);
            }
        }
        this_card(cx, ui, this, data.others.len());
        for other in &data.others {
            if let Some(remove) = other_card(cx, ui, other, this, data.is_admin) {
                asked = Some(Asked::Remove(remove));
            }
        }
        if !data.former.is_empty() {
            let names = data.former.join(", ");
            ui.label(theme::soft(tr!(cx, "health.former", names = names)));
        }
        reasons(cx, ui, &data.reasons);
    });
    asked
}

fn this_card(cx: &Cx<'_>, ui: &mut Ui, this: &ThisPc, n_others: usize) {
    let advice = advice::of_this(this, n_others);
    card(cx, ui, &this.pc, this.is_admin, &advice, |ui| {
        facts(ui, &this_facts(cx, this));
        let at = when::exact(this.site_time_millis);
        let quality = tr!(cx, quality_key(this));
        facts(
            ui,
            &[tr!(cx, "health.site_time", at = at, quality = quality)],
        );
        if !this.addresses.is_empty() {
            ui.horizontal_wrapped(|ui| {
                ui.label(theme::soft(tr!(cx, "health.addresses")));
                for address in &this.addresses {
                    ui.label(RichText::new(address.to_string()).monospace());
                }
            });
        }
    });
}

fn this_facts(cx: &Cx<'_>, this: &ThisPc) -> Vec<String> {
    let number = |n| count(cx.lang, n);
    let mut facts = vec![
        tr!(cx, "health.documents", n = number(this.n_documents)),
        tr!(cx, "health.entries", n = number(this.n_entries)),
    ];
    facts.extend(loading(cx, this.loading));
    if this.n_pending > 0 {
        facts.push(tr!(cx, "health.pending", n = number(this.n_pending)));
    }
    if this.n_set_aside > 0 {
        facts.push(tr!(cx, "health.set_aside", n = number(this.n_set_aside)));
    }
    facts.extend(disk(cx, this.disk_free_mib));
    facts.push(tr!(cx, "health.version", version = this.version));
    facts
}

fn other_card(
    cx: &Cx<'_>,
    ui: &mut Ui,
    other: &OtherPc,
    this: &ThisPc,
    may_remove: bool,
) -> Option<RemoveAsk> {
    let mut asked = None;
    let advice = advice::of_other(other, &this.version);
    card(cx, ui, &other.pc, other.is_admin, &advice, |ui| {
        if let Some(told) = &other.told {
            facts(ui, &told_facts(cx, told));
        }
        if !may_remove {
            return;
        }
        ui.horizontal(|ui| {
            for (how, words) in [
                (How::Revoke, "health.revoke"),
                (How::Retire, "health.retire"),
            ] {
                let words = tr!(cx, words, name = other.pc.name);
                if key_button(ui, &words, None, true) {
                    asked = Some(RemoveAsk {
                        node: other.pc.node,
                        name: other.pc.name.clone(),
                        how,
                    });
                }
            }
        });
    });
    asked
}

fn told_facts(cx: &Cx<'_>, told: &Told) -> Vec<String> {
    let number = |n| count(cx.lang, n);
    let mut facts = Vec::new();
    if told.n_behind == 0 && told.n_ahead == 0 {
        facts.push(tr!(cx, "health.in_step"));
    }
    if told.n_behind > 0 {
        facts.push(tr!(cx, "health.behind", n = number(told.n_behind)));
    }
    if told.n_ahead > 0 {
        facts.push(tr!(cx, "health.ahead", n = number(told.n_ahead)));
    }
    facts.extend(loading(cx, told.loading));
    if told.n_pending > 0 {
        facts.push(tr!(cx, "health.pending", n = number(told.n_pending)));
    }
    if !told.lanes.is_empty() {
        facts.push(tr!(cx, "health.lanes", lanes = told.lanes.join(", ")));
    }
    facts.extend(disk(cx, told.disk_free_mib));
    facts.push(match told.offset_secs {
        0 => tr!(cx, "health.clock_same"),
        secs => tr!(cx, "health.clock_off", n = number(secs.unsigned_abs())),
    });
    facts.push(tr!(
        cx,
        "health.round_trip",
        n = number(told.round_trip_millis)
    ));
    facts.push(tr!(cx, "health.version", version = told.version));
    facts
}

fn loading(cx: &Cx<'_>, loading: Option<(u64, u64)>) -> Option<String> {
    let (n, of) = loading?;
    let number = |n| count(cx.lang, n);
    Some(tr!(cx, "health.loading", n = number(n), of = number(of)))
}

fn disk(cx: &Cx<'_>, free_mib: Option<u64>) -> Option<String> {
    let mib = free_mib?;
    let (n, unit) = if mib >= 10 * 1024 {
        (mib / 1024, "GiB")
    } else {
        (mib, "MiB")
    };
    Some(tr!(cx, "health.disk", n = count(cx.lang, n), unit = unit))
}

fn quality_key(this: &ThisPc) -> &'static str {
    use lienquay_shared::domain::site_time::TimeQuality as Quality;
    match this.quality {
        Quality::Doubtful => "health.time_doubtful",
        Quality::Unconfirmed => "health.time_unconfirmed",
        Quality::Confirmed => "health.time_confirmed",
        Quality::Median => "health.time_median",
        Quality::Anchored => "health.time_anchored",
    }
}

fn card(
    cx: &Cx<'_>,
    ui: &mut Ui,
    pc: &Pc,
    is_admin: bool,
    advice: &[Advice],
    inside: impl FnOnce(&mut Ui),
) {
    let is_well = pc.state.is_up() && advice.iter().all(|it| it.tone() == Tone::Plain);
    let line = if is_well { theme::LINE } else { theme::WARN };
    Frame::new()
        .stroke(Stroke::new(1.0, line))
        .corner_radius(6)
        .inner_margin(Margin::symmetric(16, 10))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_wrapped(|ui| {
                ui.label(theme::bold(&pc.name).size(theme::HEADING));
                let mut parts = vec![pc_state(cx, pc)];
                parts.extend(pc.counter.map(|n| tr!(cx, "strip.pc_counter", n = n)));
                if is_admin {
                    parts.push(tr!(cx, "health.admin"));
                }
                ui.label(parts.join(" · "));
            });
            for it in advice {
                note(ui, it.tone(), &it.words(cx));
            }
            inside(ui);
        });
}

fn facts(ui: &mut Ui, facts: &[String]) {
    ui.label(theme::soft(facts.join(" · ")));
}

fn reasons(cx: &Cx<'_>, ui: &mut Ui, lines: &[ReasonLine]) {
    if lines.is_empty() {
        return;
    }
    let title = tr!(cx, "health.reasons", n = lines.len());
    CollapsingHeader::new(title)
        .id_salt("reasons")
        .show(ui, |ui| {
            Grid::new("reasons").spacing([24.0, 4.0]).show(ui, |ui| {
                for line in lines {
                    let with = line.with.clone();
                    ui.label(with.unwrap_or_else(|| tr!(cx, "health.nobody")));
                    ui.label(reason_words(cx.lang, line.reason));
                    ui.label(count(cx.lang, line.count));
                    ui.end_row();
                }
            });
        });
}
