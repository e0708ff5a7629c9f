//! Draws the rows on the screen, and only those. Painted straight into the list: a row costs five short texts a frame.

use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Color32, CursorIcon, FontId, Id, Pos2, Rect, Response, Sense, TextStyle, Ui, WidgetInfo,
    WidgetType, pos2, vec2,
};

use crate::cx::Cx;
use crate::dossiers::data::Line;
use crate::dossiers::due::due_words;
use crate::dossiers::place::ROW;
use crate::dossiers::status::status_name;
use crate::fonts;
use crate::theme;

/// Room for the marks, points.
const MARKS_WIDTH: f32 = theme::GRID * 5.0;
/// Room for code and day.
const CODE_WIDTH: f32 = theme::GRID * 23.0;
/// Room for status and due date.
const STATUS_WIDTH: f32 = theme::GRID * 24.0;

/// Where the columns begin and how wide they are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns {
    marks: (f32, f32),
    code: (f32, f32),
    person: (f32, f32),
    status: (f32, f32),
}

impl Columns {
    /// Columns for this width; what is left goes to person and procedure.
    #[must_use]
    pub(crate) fn of(left: f32, width: f32) -> Self {
        let gap = theme::GRID;
        let marks = (left + gap, MARKS_WIDTH - gap);
        let code = (left + MARKS_WIDTH, CODE_WIDTH - gap);
        let person = (
            code.0 + CODE_WIDTH,
            (width - MARKS_WIDTH - CODE_WIDTH - STATUS_WIDTH - gap).max(gap),
        );
        let status = (person.0 + person.1 + gap, STATUS_WIDTH - gap);
        Self {
            marks,
            code,
            person,
            status,
        }
    }
}

/// The names of the columns.
pub(crate) fn header(ui: &mut Ui, cx: &Cx<'_>) {
    let (rect, _) = ui.allocate_exact_size(
        vec2(ui.available_width(), theme::GRID * 3.0),
        Sense::hover(),
    );
    // The rows leave room for the scroll bar.
    let columns = Columns::of(
        rect.left(),
        rect.width() - ui.spacing().scroll.allocated_width(),
    );
    let pen = Pen::new(ui);
    let names = [
        (columns.code, tr!(cx, "dossiers.column_code")),
        (columns.person, tr!(cx, "dossiers.column_person")),
        (columns.status, tr!(cx, "dossiers.column_status")),
    ];
    for (column, name) in names {
        pen.write(column, rect.top() + 2.0, &name, &pen.small, theme::INK_SOFT);
    }
    ui.painter()
        .hline(rect.x_range(), rect.bottom(), (1.0, theme::LINE));
}

/// How a row is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// Chosen.
    pub(crate) is_selected: bool,
    /// The keys go to the list.
    pub(crate) has_keys: bool,
}

/// A row that is not there yet.
pub(crate) fn placeholder(ui: &Ui, cx: &Cx<'_>, id: Id, rect: Rect, look: Look) {
    background(ui, rect, look, false);
    let columns = Columns::of(rect.left(), rect.width());
    for (left, width) in [columns.code, columns.person, columns.status] {
        let bar = Rect::from_min_size(
            pos2(left, rect.center().y - theme::GRID / 2.0),
            vec2(width * 0.6, theme::GRID),
        );
        ui.painter()
            .rect_filled(bar, 2.0, theme::LINE.gamma_multiply(0.5));
    }
    let response = ui.interact(rect, id, Sense::hover());
    let words = tr!(cx, "dossiers.row_loading");
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Label, true, words.clone()));
}

/// A row. Its name for a screen reader is everything it says.
pub(crate) fn row(ui: &Ui, cx: &Cx<'_>, id: Id, rect: Rect, line: &Line, look: Look) -> Response {
    let response = ui
        .interact(rect, id, Sense::CLICK)
        .on_hover_cursor(CursorIcon::PointingHand);
    background(ui, rect, look, response.hovered());
    let columns = Columns::of(rect.left(), rect.width());
    let (upper, lower) = (rect.top() + 4.0, rect.top() + 25.0);
    let pen = Pen::new(ui);
    let status = status_name(cx.lang, line.status);
    let due = line
        .due_at_millis
        .map(|due| due_words(cx.lang, line.status, due, cx.now_millis));
    let person = person(cx, line);

    let (mark, mark_ink, mark_key) = mark(line);
    pen.write(columns.marks, upper + 1.0, mark, &pen.body, mark_ink);
    pen.write(columns.code, upper, &line.code, &pen.bold, theme::INK);
    let received = tr!(cx, "dossiers.received_on", date = line.received);
    pen.write(columns.code, lower, &received, &pen.small, theme::INK_SOFT);
    let mut is_cut = pen.write(columns.person, upper, &person, &pen.body, theme::INK);
    is_cut |= pen.write(
        columns.person,
        lower,
        &line.procedure,
        &pen.small,
        theme::INK_SOFT,
    );
    let is_status_cut = pen.write(columns.status, upper, &status, &pen.body, theme::INK);
    if let Some((nearness, words)) = &due {
        pen.write(columns.status, lower, words, &pen.small, nearness.ink());
    }

    response.widget_info(|| {
        let due = due.as_ref().map_or("", |(_, words)| words.as_str());
        let name = [line.code.as_str(), &person, &line.procedure, &status, due].join(" · ");
        WidgetInfo::selected(WidgetType::SelectableLabel, true, look.is_selected, name)
    });
    let whole = [
        (columns.marks, Some(tr!(cx, mark_key))),
        (
            columns.person,
            is_cut.then(|| format!("{person}\n{}", line.procedure)),
        ),
        (columns.status, is_status_cut.then(|| status.clone())),
    ];
    explain(&response, whole);
    response
}

/// What a cell does not show whole, and what its mark means, on hover.
fn explain<const N: usize>(response: &Response, whole: [((f32, f32), Option<String>); N]) {
    let Some(pointer) = response.hover_pos() else {
        return;
    };
    let cell = whole
        .into_iter()
        .find(|((left, width), _)| (*left..left + width).contains(&pointer.x));
    if let Some((_, Some(words))) = cell {
        response.clone().on_hover_text(words);
    }
}

fn person(cx: &Cx<'_>, line: &Line) -> String {
    match &line.subject {
        Some(subject) => tr!(
            cx,
            "dossiers.for_subject",
            person = line.person,
            subject = subject
        ),
        None => line.person.clone(),
    }
}

fn mark(line: &Line) -> (&'static str, Color32, &'static str) {
    match (line.is_in_conflict, line.is_safe) {
        (true, _) => ("⚠", theme::WARN, "mark.conflict"),
        (false, true) => ("✔✔", theme::GOOD, "mark.safe"),
        (false, false) => ("✔", theme::INK_SOFT, "mark.here"),
    }
}

fn background(ui: &Ui, rect: Rect, look: Look, is_hovered: bool) {
    let fill = match (look.is_selected, is_hovered) {
        (true, _) => Some(theme::ACCENT_SOFT),
        (false, true) => Some(theme::PANEL),
        (false, false) => None,
    };
    if let Some(fill) = fill {
        ui.painter().rect_filled(rect, 0.0, fill);
    }
    if look.is_selected && look.has_keys {
        let bar = Rect::from_min_size(rect.min, vec2(4.0, ROW));
        ui.painter().rect_filled(bar, 0.0, theme::ACCENT);
    }
    ui.painter()
        .hline(rect.x_range(), rect.bottom(), (1.0, theme::LINE));
}

/// Writes one line of text at a time, cut with "…" where the column ends. The layout of a text is kept by egui from frame
/// to frame.
struct Pen<'a> {
    ui: &'a Ui,
    body: FontId,
    bold: FontId,
    small: FontId,
}

impl<'a> Pen<'a> {
    fn new(ui: &'a Ui) -> Self {
        Self {
            ui,
            body: TextStyle::Body.resolve(ui.style()),
            bold: FontId::new(theme::BODY, fonts::bold()),
            small: TextStyle::Small.resolve(ui.style()),
        }
    }

    /// True when it had to be cut.
    fn write(&self, column: (f32, f32), top: f32, text: &str, font: &FontId, ink: Color32) -> bool {
        let mut job = LayoutJob::simple_singleline(text.to_owned(), font.clone(), ink);
        job.wrap = TextWrapping::truncate_at_width(column.1);
        let galley = self.ui.painter().layout_job(job);
        let is_cut = galley.elided;
        self.ui
            .painter()
            .galley(Pos2::new(column.0, top), galley, ink);
        is_cut
    }
}
