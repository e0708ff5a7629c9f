//! Scrolling to what has the cursor: Tab must never lead out of sight.

use egui::{Id, Ui, vec2};

use crate::theme;

/// At the end of a scroll area's content: whatever inside it got the focus since the last frame is scrolled into view.
pub fn follow_focus(ui: &mut Ui) {
    let memory = ui.id().with("follow_focus");
    let focused = ui.memory(|memory| memory.focused());
    let before: Option<Id> = ui
        .data(|data| data.get_temp::<Option<Id>>(memory))
        .flatten();
    if focused == before {
        return;
    }
    ui.data_mut(|data| data.insert_temp(memory, focused));
    let response = focused.and_then(|id| ui.ctx().read_response(id));
    // What lies outside of this area is not clipped by it.
    if let Some(response) = response
        && !response.interact_rect.contains_rect(response.rect)
    {
        // With what belongs to it above and below: a name, a hint, the next button.
        let around = vec2(0.0, theme::CONTROL_HEIGHT + 2.0 * theme::GRID);
        ui.scroll_to_rect(response.rect.expand2(around), None);
    }
}
