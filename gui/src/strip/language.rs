//! The language of the window, kept between runs on this PC.

use egui::{Button, Ui, WidgetInfo, WidgetType};
use lienquay_node::handle::NodeHandle;

use crate::link::Link;
use crate::words::Lang;

const NOTE: &str = "language";

/// The language last chosen here; Vietnamese unless one was.
pub async fn kept(node: &NodeHandle) -> Lang {
    match node.kept(NOTE).await {
        Ok(Some(code)) if code == Lang::En.code().as_bytes() => Lang::En,
        Ok(_) => Lang::Vi,
        Err(error) => {
            tracing::warn!(%error, "the language that was kept cannot be read");
            Lang::Vi
        }
    }
}

/// A button that changes to the other language, written in that language.
pub(crate) fn switch(link: &Link, ui: &mut Ui, lang: &mut Lang) {
    let other = lang.other();
    let (short, name) = match other {
        Lang::Vi => ("VI", "Tiếng Việt"),
        Lang::En => ("EN", "English"),
    };
    let response = ui.add(Button::new(short).frame_when_inactive(false));
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, name));
    if response.on_hover_text(name).clicked() {
        *lang = other;
        keep(link, other);
        link.wake().now();
    }
}

/// The next start speaks it too.
pub(crate) fn keep(link: &Link, lang: Lang) {
    let node = link.node().clone();
    link.work().runtime().spawn(async move {
        let code = lang.code().as_bytes().to_vec();
        if let Err(error) = node.keep(NOTE, Some(code)).await {
            // The window speaks it all the same; only the next start does not know.
            tracing::warn!(%error, "the language was not kept");
        }
    });
}
