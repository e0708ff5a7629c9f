//! Due dates told in Vietnamese: lines for the officer's screen and the control sheet.

use jiff::civil::{Date, DateTime, Time, Weekday};

use super::explain::{Explanation, StartReason, Step, Waited};
use super::{Due, Qty};

impl Due {
    /// The explanation, a line a step: reception and term first, the due time last.
    #[must_use]
    pub fn explain(&self) -> Vec<String> {
        let Explanation {
            received,
            term,
            steps,
            n_omitted,
        } = &self.explanation;
        let mut lines = vec![format!("Nhận lúc {}; thời hạn {term}.", show(*received))];
        lines.extend(steps.iter().map(Step::to_vietnamese));
        if *n_omitted > 0 {
            lines.push(format!("Còn {n_omitted} bước khác không ghi lại."));
        }
        lines.push(format!("Hạn trả kết quả: {}.", show(self.due_at)));
        lines
    }
}

impl Step {
    /// One sentence for the officer and the citizen.
    #[must_use]
    pub fn to_vietnamese(&self) -> String {
        match self {
            Self::StartMoved { reason, to } => {
                format!("{}: tính từ {}.", reason.to_vietnamese(), show(*to))
            }
            Self::SameDay { cutoff, is_after } => same_day(*cutoff, *is_after),
            Self::HolidaySkipped {
                name,
                first,
                last,
                provisional,
            } => {
                let note = if *provisional {
                    ", lịch tạm tính"
                } else {
                    ""
                };
                format!(
                    "Không tính ngày nghỉ lễ: {name} ({}{note}).",
                    show_days(*first, *last)
                )
            }
            Self::WeeklyOffSkipped { n_days } => {
                format!("Không tính {n_days} ngày nghỉ hằng tuần.")
            }
            Self::MakeUpDayCounted { date, name } => {
                format!("Có tính ngày làm bù {} ({name}).", show_date(*date))
            }
            Self::CalendarDaysCounted { first, last } => {
                let (first, last) = (show_date(*first), show_date(*last));
                format!("Tính mọi ngày, không tính ngày đầu {first}: hết hạn ngày {last}.")
            }
            Self::RoundedUp { from, to } => {
                format!("{from} được làm tròn lên {to} {}.", from.unit.word())
            }
            Self::RolledForward { from, to } => {
                let (from, to) = (show_date(*from), show_date(*to));
                format!(
                    "Ngày hết hạn {from} là ngày nghỉ: chuyển sang ngày làm việc tiếp theo, {to}."
                )
            }
            Self::ClockRestarted {
                answered_at,
                n_rounds,
            } => {
                let last = show(*answered_at);
                format!(
                    "Đã bổ sung hồ sơ {n_rounds} lần, lần cuối lúc {last}: tính lại toàn bộ thời hạn từ lúc này."
                )
            }
            Self::WaitingAdded {
                requested_at,
                answered_at,
                waited,
            } => {
                let (from, to) = (show(*requested_at), show(*answered_at));
                format!(
                    "Cộng thời gian chờ bổ sung từ {from} đến {to}: {}.",
                    waited.to_vietnamese()
                )
            }
            Self::HolidaysUnconfirmed { year } => format!(
                "Lịch nghỉ lễ năm {year} trong máy là tạm tính hoặc chưa có: hãy đối chiếu thông báo chính thức."
            ),
        }
    }
}

impl StartReason {
    fn to_vietnamese(&self) -> String {
        match self {
            Self::BeforeOpening => "Nhận trước giờ làm việc".to_owned(),
            Self::Break => "Nhận trong giờ nghỉ giữa hai buổi".to_owned(),
            Self::AfterClosing => "Nhận sau giờ làm việc".to_owned(),
            Self::DayOff {
                holiday: Some(name),
            } => format!("Nhận vào ngày nghỉ lễ ({name})"),
            Self::DayOff { holiday: None } => "Nhận vào ngày nghỉ hằng tuần".to_owned(),
        }
    }
}

impl Waited {
    fn to_vietnamese(self) -> String {
        match self {
            Self::WorkingDays { thousandths } => match Qty::from_thousandths(thousandths) {
                Ok(qty) => format!("{qty} ngày làm việc"),
                Err(_) => format!("{} ngày làm việc", thousandths / 1000),
            },
            Self::WorkingSeconds(seconds) => {
                format!(
                    "{} giờ {} phút làm việc",
                    seconds / 3600,
                    seconds % 3600 / 60
                )
            }
            Self::CalendarDays(days) => format!("{days} ngày"),
        }
    }
}

fn same_day(cutoff: Time, is_after: bool) -> String {
    let cutoff = show_time(cutoff);
    if is_after {
        format!(
            "Thủ tục giải quyết trong ngày nhưng nhận sau {cutoff}: trả vào ngày làm việc tiếp theo."
        )
    } else {
        format!("Thủ tục giải quyết trong ngày, nhận không sau {cutoff}: trả trong ngày.")
    }
}

fn show(at: DateTime) -> String {
    let weekday = match at.weekday() {
        Weekday::Monday => "thứ Hai",
        Weekday::Tuesday => "thứ Ba",
        Weekday::Wednesday => "thứ Tư",
        Weekday::Thursday => "thứ Năm",
        Weekday::Friday => "thứ Sáu",
        Weekday::Saturday => "thứ Bảy",
        Weekday::Sunday => "Chủ nhật",
    };
    format!(
        "{} {weekday} {}",
        show_time(at.time()),
        show_date(at.date())
    )
}

fn show_time(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

fn show_days(first: Date, last: Date) -> String {
    if first == last {
        show_date(first)
    } else {
        format!("{} – {}", show_date(first), show_date(last))
    }
}

fn show_date(date: Date) -> String {
    format!("{:02}/{:02}/{}", date.day(), date.month(), date.year())
}
