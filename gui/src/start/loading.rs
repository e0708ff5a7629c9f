//! Admitted: what the site knows is copied onto this PC, newest first, until it can be worked with.

use std::time::Duration;

use egui::{ProgressBar, Ui};
use lienquay_node::handle::{AskError, NodeHandle};
use lienquay_node::view::StatusView;
use lienquay_shared::query::{Answer, Query};
use tokio::sync::watch;

use crate::cx::Cx;
use crate::link::{Background, Link};
use crate::start::page;
use crate::theme;
use crate::widget::{Tone, key_button, note};
use crate::words::count;

/// How often the node is asked.
const EVERY: Duration = Duration::from_millis(500);

/// How far the copy is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Progress {
    /// The site's name, once its document is here.
    site: Option<String>,
    loading: Option<(u64, u64)>,
    problem: Option<AskError>,
}

impl Progress {
    fn is_ready(&self) -> bool {
        self.site.is_some() && self.loading.is_none()
    }
}

/// The page.
#[derive(Debug)]
pub(crate) struct Loading {
    progress: watch::Receiver<Progress>,
    _watch: Background,
}

impl Loading {
    /// Starts watching.
    pub(crate) fn start(link: &Link) -> Self {
        let (sender, progress) = watch::channel(Progress::default());
        let (node, wake) = (link.node().clone(), link.wake().clone());
        let watch = link.work().in_background(async move {
            loop {
                let now = look(&node).await.unwrap_or_else(|error| Progress {
                    problem: Some(error),
                    ..Progress::default()
                });
                let is_over = now.is_ready();
                if sender.send_if_modified(|before| std::mem::replace(before, now) != *before) {
                    wake.now();
                }
                if is_over {
                    return;
                }
                tokio::time::sleep(EVERY).await;
            }
        });
        Self {
            progress,
            _watch: watch,
        }
    }

    /// One frame; true when the desk can open.
    pub(crate) fn show(&self, cx: &Cx<'_>, ui: &mut Ui) -> bool {
        let progress = self.progress.borrow().clone();
        let about = tr!(cx, "start.loading_about");
        page::title(ui, &tr!(cx, "start.joined"), &about);
        if let Some(site) = &progress.site {
            ui.label(theme::bold(site));
        }
        let (n, of) = progress.loading.unwrap_or_default();
        let words = if of == 0 {
            tr!(cx, "start.loading_begins")
        } else {
            tr!(
                cx,
                "start.loading",
                n = count(cx.lang, n),
                of = count(cx.lang, of)
            )
        };
        ui.label(words);
        if of > 0 {
            ui.add(ProgressBar::new(share(n, of)).desired_height(theme::GRID));
        }
        if let Some(problem) = &progress.problem {
            note(ui, Tone::Bad, &problem.to_string());
        }
        ui.add_space(theme::GRID * 2.0);
        let early = progress.site.is_some()
            && !progress.is_ready()
            && key_button(ui, &tr!(cx, "start.desk_early"), None, true);
        progress.is_ready() || early
    }
}

/// Between 0 and 1, in steps nobody sees.
fn share(n: u64, of: u64) -> f32 {
    let thousandths = n.saturating_mul(1_000) / of.max(1);
    f32::from(u16::try_from(thousandths.min(1_000)).unwrap_or(1_000)) / 1_000.0
}

async fn look(node: &NodeHandle) -> Result<Progress, AskError> {
    let site = match node.ask(Query::Site).await? {
        Answer::Site(site) if !site.name.is_empty() => Some(site.name),
        _ => None,
    };
    let loading = match node.ask(Query::Status).await? {
        Answer::Status(status) => serde_json::from_value::<StatusView>(*status)
            .ok()
            .and_then(|status| status.loading),
        _ => None,
    };
    Ok(Progress {
        site,
        loading,
        problem: None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Progress, share};

    #[test]
    fn the_desk_waits_for_the_site_and_for_the_whole_copy() {
        let progress = |site: Option<&str>, loading| Progress {
            site: site.map(str::to_owned),
            loading,
            problem: None,
        };
        assert!(!progress(None, None).is_ready());
        assert!(!progress(Some("Xã A"), Some((0, 0))).is_ready());
        assert!(progress(Some("Xã A"), None).is_ready());
        assert!((share(120, 240) - 0.5).abs() < 0.001);
    }
}
