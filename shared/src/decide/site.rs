//! Decisions about the site: settings, counters, lanes, officers, seats, and who keeps which series.

use super::role::{Right, allow};
use super::{Context, Write};
use crate::command::Command;
use crate::domain::calendar::WorkCalendar;
use crate::domain::series::is_lane;
use crate::domain::site::{
    Counter, Lane, MAX_COUNTERS, MAX_LANES, MAX_OFFICERS, MAX_SEATS, Numbering, NumberingPlan,
    Officer, Seat, Site,
};
use crate::domain::site_time::Day;
use crate::ids::{NodeId, SiteId};
use crate::log::{ActionKind, DocKind};
use crate::refusal::Refusal;
use crate::schema::Edit;
use crate::schema::site::{
    CALENDAR, FOUNDER, KeeperRecord, NAME, NUMBERING, ReleaseRecord, UNIT_CODE, counter_key,
    keeper_key, lane_key, officer_key, release_key, seat_key, site_doc,
};
use crate::wire::keeper::SeriesKey;

/// The first entry of a site's document: its founder keeps every series until others are named.
pub fn found(
    ctx: &Context,
    site_id: &SiteId,
    name: &str,
    unit_code: &str,
) -> Result<Write, Refusal> {
    check_unit_code(unit_code)?;
    let edits = vec![
        Edit::bytes(FOUNDER, ctx.node.as_bytes()),
        Edit::text(NAME, checked_name(name)?),
        Edit::text(UNIT_CODE, unit_code),
    ];
    Ok(site_write(site_id, ActionKind::SiteFounded, edits))
}

/// Decides a command about the site; `None` for any other command.
pub fn command(
    ctx: &Context,
    site_id: &SiteId,
    site: &Site,
    command: &Command,
) -> Option<Result<Write, Refusal>> {
    let decided = match command {
        Command::SetSite {
            name,
            unit_code,
            numbering,
        } => settings(ctx, site, name.as_deref(), unit_code.as_deref(), *numbering),
        Command::SetCounter(counter) => set_counter(site, counter),
        Command::SetLane(lane) => set_lane(site, lane),
        Command::SetOfficer(officer) => set_officer(site, officer),
        Command::Seat {
            node,
            counter,
            officer,
        } => seat(
            site,
            *node,
            Seat {
                counter: *counter,
                officer: *officer,
            },
        ),
        Command::SetCalendar { calendar } => set_calendar(calendar),
        Command::SetSeriesKeeper { series, node } => set_keeper(site, series, *node),
        Command::TakeOverSeries { series } => set_keeper(site, series, ctx.node),
        _ => return None,
    };
    let right = match command {
        Command::TakeOverSeries { .. } => Right::ServeTickets,
        _ => Right::Configure,
    };
    Some(
        allow_any(ctx, site, right)
            .and(decided)
            .map(|(action, edits)| site_write(site_id, action, edits)),
    )
}

/// Hands the keeper's range of a series to its present keeper: the last word of the node that held it.
pub fn release_series(
    ctx: &Context,
    site_id: &SiteId,
    site: &Site,
    series: &SeriesKey,
    last: u32,
) -> Result<Write, Refusal> {
    let state = site.series(series).ok_or(Refusal::Loading)?;
    let to = state.must_release(&ctx.node).ok_or(Refusal::NoChange)?;
    // Who held the range before may have given more of this day's numbers than this node itself.
    let before = state.released_last(ctx.day()).unwrap_or(0);
    let release = ReleaseRecord {
        to,
        day: ctx.day(),
        last: last.max(before),
    };
    let edit = Edit::record(release_key(series, state.releases), &release);
    Ok(site_write(site_id, ActionKind::SeriesReleased, vec![edit]))
}

type Decided = Result<(ActionKind, Vec<Edit>), Refusal>;

/// An administrator may do what an officer at the counter may do about series.
fn allow_any(ctx: &Context, site: &Site, right: Right) -> Result<(), Refusal> {
    allow(ctx, site, right).or_else(|_| allow(ctx, site, Right::Configure))
}

fn site_write(site_id: &SiteId, action: ActionKind, edits: Vec<Edit>) -> Write {
    Write {
        doc: site_doc(site_id),
        kind: DocKind::Site,
        action,
        edits,
    }
}

fn settings(
    ctx: &Context,
    site: &Site,
    name: Option<&str>,
    unit_code: Option<&str>,
    numbering: Option<Numbering>,
) -> Decided {
    let mut edits = Vec::new();
    if let Some(name) = name.filter(|name| *name != site.name) {
        edits.push(Edit::text(NAME, checked_name(name)?));
    }
    if let Some(unit_code) = unit_code.filter(|code| *code != site.unit_code) {
        check_unit_code(unit_code)?;
        edits.push(Edit::text(UNIT_CODE, unit_code));
    }
    let before = site.numbering.on(ctx.day());
    if let Some(after) = numbering.filter(|after| *after != site.numbering.after) {
        let plan = NumberingPlan {
            before,
            after,
            from: Day(ctx.day().0.saturating_add(1)),
        };
        edits.push(Edit::record(NUMBERING, &plan));
    }
    changed(ActionKind::SiteSettingsChanged, edits)
}

fn changed(action: ActionKind, edits: Vec<Edit>) -> Decided {
    if edits.is_empty() {
        Err(Refusal::NoChange)
    } else {
        Ok((action, edits))
    }
}

fn checked_name(name: &str) -> Result<&str, Refusal> {
    if name.trim().is_empty() {
        return Err(Refusal::invalid("name", "Tên không được để trống."));
    }
    Ok(name)
}

/// Letters, digits and dots: what stands before the first hyphen of a dossier code.
pub fn is_unit_code(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.';
    (1..=20).contains(&text.len()) && text.bytes().all(is_allowed)
}

fn check_unit_code(unit_code: &str) -> Result<(), Refusal> {
    if is_unit_code(unit_code) {
        return Ok(());
    }
    Err(Refusal::invalid(
        "unit_code",
        "Mã đơn vị gồm 1–20 chữ, số và dấu chấm, ví dụ H26.15.",
    ))
}

fn room(is_known: bool, n_known: usize, max: usize, field: &str) -> Result<(), Refusal> {
    if is_known || n_known < max {
        return Ok(());
    }
    Err(Refusal::invalid(
        field,
        format!("Đã đủ {max} mục, không thêm được nữa."),
    ))
}

fn set_counter(site: &Site, counter: &Counter) -> Decided {
    checked_name(&counter.name)?;
    if counter.no == 0 {
        return Err(Refusal::invalid("no", "Số quầy bắt đầu từ 1."));
    }
    if let Some(lane) = counter
        .lanes
        .iter()
        .find(|lane| !site.lanes.contains_key(lane))
    {
        return Err(Refusal::UnknownLane { lane: lane.clone() });
    }
    room(
        site.counters.contains_key(&counter.no),
        site.counters.len(),
        MAX_COUNTERS,
        "no",
    )?;
    unless_same(
        site.counters.get(&counter.no) == Some(counter),
        ActionKind::CounterSet,
        counter_key(counter.no),
        counter,
    )
}

fn set_lane(site: &Site, lane: &Lane) -> Decided {
    checked_name(&lane.name)?;
    if !is_lane(&lane.id) {
        return Err(Refusal::invalid(
            "id",
            "Làn là 1–4 chữ cái in hoa không dấu, ví dụ A.",
        ));
    }
    room(
        site.lanes.contains_key(&lane.id),
        site.lanes.len(),
        MAX_LANES,
        "id",
    )?;
    unless_same(
        site.lanes.get(&lane.id) == Some(lane),
        ActionKind::LaneSet,
        lane_key(&lane.id),
        lane,
    )
}

fn set_officer(site: &Site, officer: &Officer) -> Decided {
    checked_name(&officer.name)?;
    if officer.id == super::role::THE_PC {
        return Err(Refusal::invalid(
            "id",
            "Mã cán bộ này dành cho máy tự phục vụ. Anh/chị chọn mã khác.",
        ));
    }
    room(
        site.officers.contains_key(&officer.id),
        site.officers.len(),
        MAX_OFFICERS,
        "id",
    )?;
    unless_same(
        site.officers.get(&officer.id) == Some(officer),
        ActionKind::OfficerSet,
        officer_key(&officer.id),
        officer,
    )
}

fn seat(site: &Site, node: NodeId, seat: Seat) -> Decided {
    if let Some(counter) = seat
        .counter
        .filter(|counter| !site.counters.contains_key(counter))
    {
        return Err(Refusal::UnknownCounter { counter });
    }
    if seat
        .officer
        .is_some_and(|officer| site.role_of(&officer).is_none())
    {
        return Err(Refusal::UnknownOfficer);
    }
    room(
        site.seats.contains_key(&node),
        site.seats.len(),
        MAX_SEATS,
        "node",
    )?;
    unless_same(
        site.seats.get(&node) == Some(&seat),
        ActionKind::CounterSet,
        seat_key(&node),
        &seat,
    )
}

fn unless_same<T: serde::Serialize>(
    is_same: bool,
    action: ActionKind,
    key: String,
    value: &T,
) -> Decided {
    if is_same {
        Err(Refusal::NoChange)
    } else {
        Ok((action, vec![Edit::record(key, value)]))
    }
}

fn set_calendar(calendar: &serde_json::Value) -> Decided {
    let why = |error: serde_json::Error| {
        Refusal::invalid(
            "calendar",
            format!("Lịch làm việc không dùng được: {error}"),
        )
    };
    let calendar: WorkCalendar = serde_json::from_value(calendar.clone()).map_err(why)?;
    let json = serde_json::to_string(&calendar).map_err(why)?;
    if json.len() > crate::schema::bounds::MAX_TEXT_BYTES {
        return Err(Refusal::invalid(
            "calendar",
            "Lịch làm việc quá lớn. Anh/chị bỏ bớt các năm đã qua.",
        ));
    }
    Ok((ActionKind::CalendarSet, vec![Edit::text(CALENDAR, json)]))
}

fn set_keeper(site: &Site, series: &SeriesKey, node: NodeId) -> Decided {
    if let SeriesKey::Lane(lane) = series
        && !site.lanes.contains_key(lane)
    {
        return Err(Refusal::UnknownLane { lane: lane.clone() });
    }
    let state = site.series(series).ok_or(Refusal::Loading)?;
    let record = KeeperRecord {
        node,
        epoch: state.epoch.saturating_add(1),
    };
    unless_same(
        state.keeper == node,
        ActionKind::SeriesKeeperSet,
        keeper_key(series),
        &record,
    )
}
