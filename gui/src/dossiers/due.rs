//! How a due date is told: in days, as people count them, with a colour only beside the word. Pure.

use egui::Color32;
use lienquay_shared::domain::dossier::Status;
use lienquay_shared::domain::site_time::{SiteTime, TimeQuality};

use crate::theme;
use crate::when;
use crate::words::Lang;

/// How near it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nearness {
    /// Past.
    Late,
    /// Today or tomorrow.
    Soon,
    /// Later, or it no longer matters.
    Calm,
}

impl Nearness {
    /// The colour that goes with the word.
    #[must_use]
    pub const fn ink(self) -> Color32 {
        match self {
            Self::Late => theme::BAD,
            Self::Soon => theme::WARN,
            Self::Calm => theme::INK_SOFT,
        }
    }
}

fn day(millis: u64) -> i32 {
    SiteTime::new(millis, TimeQuality::Unconfirmed).day().0
}

/// What to say of a due time: `quá hạn 2 ngày`, `đến hạn hôm nay`, `còn 3 ngày`; only the date once the clock stands.
#[must_use]
pub fn due_words(
    lang: Lang,
    status: Status,
    due_millis: u64,
    now_millis: u64,
) -> (Nearness, String) {
    let date = when::date(due_millis);
    let words = |key: &str, n: i32| {
        rust_i18n::t!(key, locale = lang.code(), n = n, date = date).into_owned()
    };
    if !(status.is_open() || status == Status::Registered) {
        return (Nearness::Calm, words("dossiers.due_on", 0));
    }
    let n_days = day(due_millis) - day(now_millis);
    match n_days {
        ..0 => (Nearness::Late, words("dossiers.late_days", -n_days)),
        0 if due_millis < now_millis => {
            let clock = when::clock(due_millis);
            let said = rust_i18n::t!("dossiers.late_today", locale = lang.code(), at = clock);
            (Nearness::Late, said.into_owned())
        }
        0 => {
            let clock = when::clock(due_millis);
            let said = rust_i18n::t!("dossiers.due_today", locale = lang.code(), at = clock);
            (Nearness::Soon, said.into_owned())
        }
        1 => (Nearness::Soon, words("dossiers.due_tomorrow", 1)),
        _ => (Nearness::Calm, words("dossiers.due_in_days", n_days)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-17 09:12 in Vietnam.
    const NOW: u64 = 1_794_881_520_000;
    const HOUR: u64 = 3_600_000;
    const DAY: u64 = 24 * HOUR;

    #[test]
    fn days_are_counted_as_people_count_them() {
        for (due, nearness, vi, en) in [
            (NOW - 2 * DAY, Nearness::Late, "quá hạn 2 ngày", "2 d late"),
            // Ten hours ago, but yesterday.
            (
                NOW - 10 * HOUR,
                Nearness::Late,
                "quá hạn 1 ngày",
                "1 d late",
            ),
            (
                NOW - HOUR,
                Nearness::Late,
                "quá hạn từ 08:12",
                "late since 08:12",
            ),
            (
                NOW + HOUR,
                Nearness::Soon,
                "đến hạn hôm nay 10:12",
                "due today 10:12",
            ),
            (
                NOW + 20 * HOUR,
                Nearness::Soon,
                "đến hạn ngày mai",
                "due tomorrow",
            ),
            (
                NOW + 3 * DAY,
                Nearness::Calm,
                "còn 3 ngày · 20/11/2026",
                "3 d left · 20/11/2026",
            ),
        ] {
            for (lang, expect) in [(Lang::Vi, vi), (Lang::En, en)] {
                let said = due_words(lang, Status::Processing, due, NOW);
                assert_eq!(said, (nearness, expect.to_owned()));
            }
        }
    }

    #[test]
    fn nothing_is_late_once_the_result_is_there() {
        let (nearness, words) = due_words(Lang::Vi, Status::Finished, NOW - DAY, NOW);
        assert_eq!(nearness, Nearness::Calm);
        assert_eq!(words, "hẹn 16/11/2026");
    }
}
