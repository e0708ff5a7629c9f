//! Which processing time holds, and the due date it leads to.

use crate::codec::{List, Text};
use crate::command::ReceiveDossier;
use crate::domain::calendar::{WorkCalendar, unix_millis_from_civil};
use crate::domain::deadline::{
    DeadlineError, Due, Period, PeriodUnit, SupplementPolicy, SupplementRound, Term, due,
    due_after_supplement,
};
use crate::domain::dossier::{Channel, Dossier, DueDate};
use crate::domain::procedure::{Procedure, ProcessingChoice};
use crate::domain::site_time::{SiteTime, TimeQuality};
use crate::refusal::Refusal;

/// The different periods a procedure publishes for a channel and case, in published order, and the prose where it has none.
/// `None` when it is not offered through the channel, or has no such case.
pub fn processing_options(
    procedure: &Procedure,
    channel: Channel,
    case: Option<&str>,
) -> Option<(Vec<Period>, String)> {
    let indexes = procedure
        .channels
        .iter()
        .enumerate()
        .filter(|(_, found)| found.method == channel)
        .map(|(index, _)| index);
    let choices: Vec<ProcessingChoice> = indexes
        .filter_map(|index| procedure.processing_for(index, case))
        .collect();
    if choices.is_empty() {
        return None;
    }
    let mut periods: Vec<Period> = Vec::new();
    let mut prose = String::new();
    for choice in choices {
        match choice {
            ProcessingChoice::Decided(period) => periods.push(period),
            ProcessingChoice::Choose(options) => {
                periods.extend(options.iter().map(|option| option.period));
            }
            ProcessingChoice::Ask { text } => prose = text,
        }
    }
    let mut distinct: Vec<Period> = Vec::with_capacity(periods.len());
    for period in periods {
        if !distinct.contains(&period) {
            distinct.push(period);
        }
    }
    Some((distinct, prose))
}

/// The time that holds for a dossier about to be received.
pub(super) fn choose_term(procedure: &Procedure, ask: &ReceiveDossier) -> Result<Term, Refusal> {
    let case = ask.case.as_deref();
    if case.is_some_and(|case| !procedure.cases.iter().any(|found| found.code == case)) {
        return Err(Refusal::invalid(
            "case",
            "Thủ tục không có trường hợp này. Anh/chị chọn lại.",
        ));
    }
    let (periods, text) =
        processing_options(procedure, ask.channel, case).ok_or(Refusal::ChannelNotOffered)?;
    if let Some(term) = ask.term {
        return check_entered(term, &periods);
    }
    match (periods.as_slice(), ask.processing) {
        ([], _) => Err(Refusal::MustEnterTerm { text }),
        ([only], None | Some(0)) => Ok(Term::Within(*only)),
        (_, Some(index)) => {
            let chosen = periods.get(usize::from(index));
            chosen
                .map(|period| Term::Within(*period))
                .ok_or_else(|| must_choose_processing(&periods))
        }
        (_, None) if case.is_none() && procedure.cases.len() > 1 => Err(Refusal::MustChooseCase {
            options: procedure
                .cases
                .iter()
                .map(|case| case.code.clone())
                .collect(),
        }),
        (_, None) => Err(must_choose_processing(&periods)),
    }
}

fn must_choose_processing(periods: &[Period]) -> Refusal {
    Refusal::MustChooseProcessing {
        options: periods.iter().map(ToString::to_string).collect(),
    }
}

/// An entered time may fill a gap in the catalogue, repeat what it says, or promise the same day where it allows a working day at
/// least. It never replaces a published time by a longer one.
fn check_entered(term: Term, periods: &[Period]) -> Result<Term, Refusal> {
    let is_published = match term {
        Term::Within(period) => periods.contains(&period),
        Term::SameDay => periods.iter().any(|period| period.unit != PeriodUnit::Hour),
    };
    if periods.is_empty() || is_published {
        return Ok(term);
    }
    Err(must_choose_processing(periods))
}

/// The due date of a dossier received now.
pub(super) fn first_due(
    received: SiteTime,
    term: Term,
    calendar: &WorkCalendar,
) -> Result<DueDate, Refusal> {
    let at = received.civil().ok_or(Refusal::ClockUnconfirmed)?;
    let found = due(at, term, calendar).map_err(|error| refuse(&error))?;
    to_due_date(&found, received.quality)
}

/// The due date after the open round is answered `now`. `None` when it cannot be counted: the former one stays, and the officer
/// is never kept from taking the papers.
pub(super) fn due_after(
    dossier: &Dossier,
    now: SiteTime,
    policy: SupplementPolicy,
    calendar: &WorkCalendar,
) -> Option<DueDate> {
    let received = dossier.received_at?;
    let open = dossier.open_round()?.id;
    let answered_at = |round: &crate::domain::dossier::Round| {
        if round.id == open {
            Some(now)
        } else {
            round.answered_at
        }
    };
    let mut rounds: Vec<SupplementRound> = Vec::with_capacity(dossier.rounds.len());
    for round in &dossier.rounds {
        let Some(answered) = answered_at(round) else {
            continue;
        };
        rounds.push(SupplementRound {
            requested_at: round.requested_at.civil()?,
            answered_at: answered.civil()?,
        });
    }
    rounds.sort_by_key(|round| (round.requested_at, round.answered_at));
    let found =
        due_after_supplement(received.civil()?, dossier.term?, policy, &rounds, calendar).ok()?;
    to_due_date(&found, received.quality.min(now.quality)).ok()
}

fn refuse(error: &DeadlineError) -> Refusal {
    Refusal::NoDueDate {
        why: error.to_string(),
    }
}

fn to_due_date(due: &Due, quality: TimeQuality) -> Result<DueDate, Refusal> {
    let millis = unix_millis_from_civil(due.due_at).and_then(|millis| u64::try_from(millis).ok());
    let millis = millis.ok_or_else(|| Refusal::NoDueDate {
        why: "ngày hẹn nằm ngoài lịch.".to_owned(),
    })?;
    let explanation = due
        .explain()
        .iter()
        .map(|line| Text::truncated(line))
        .collect();
    Ok(DueDate {
        at: SiteTime::new(millis, quality),
        explanation: List::truncated(explanation),
    })
}
