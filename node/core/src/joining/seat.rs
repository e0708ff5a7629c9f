//! What a newcomer is for, so that it can be used at once: an administrator changes it later like any other setting.

use lienquay_shared::NodeId;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::Command;
use lienquay_shared::domain::site::{Counter, MAX_COUNTERS};
use lienquay_shared::wire::keeper::CounterNo;
use lienquay_shared::wire::link::NodeMode;

use crate::engine::{Cx, Engine};
use crate::store::StoreResult;

impl Engine {
    /// The lowest counter number nobody has, for a PC that stays at a desk; the one it has, for one that joins again.
    pub(super) fn free_counter(
        &mut self,
        cx: &mut Cx<'_>,
        newcomer: &NodeId,
        mode: NodeMode,
    ) -> StoreResult<Option<CounterNo>> {
        if mode != NodeMode::Desk || self.boot.is_loading() {
            return Ok(None);
        }
        let site = self.site_model(cx)?;
        if let Some(seat) = site.seats.get(newcomer) {
            return Ok(seat.counter);
        }
        let taken = |no: &CounterNo| {
            site.seats.values().any(|seat| seat.counter == Some(*no))
                || site.counters.get(no).is_some_and(|counter| !counter.active)
        };
        let max = CounterNo::try_from(MAX_COUNTERS).unwrap_or(CounterNo::MAX);
        Ok((1..=max).find(|no| !taken(no)))
    }

    /// Seats a newcomer: a desk at its counter, which serves every lane unless it exists already; a laptop at none.
    /// Until people sign in, its officer is the one who admitted it. A kiosk needs neither.
    ///
    /// The officer here may lack the right to configure; then the newcomer stays without a seat until one who has it
    /// gives it one, which its screen says.
    pub(super) fn seat_newcomer(
        &mut self,
        cx: &mut Cx<'_>,
        newcomer: NodeId,
        mode: NodeMode,
        counter: Option<CounterNo>,
    ) -> StoreResult<()> {
        let Some(site) = self.site.filter(|_| !self.boot.is_loading()) else {
            return Ok(());
        };
        let (ctx, model) = self.context(cx)?;
        if mode == NodeMode::Kiosk || model.seats.contains_key(&newcomer) {
            return Ok(());
        }
        let officer = model.seats.get(&self.me).and_then(|seat| seat.officer);
        let mut commands = Vec::new();
        if let Some(no) = counter.filter(|no| !model.counters.contains_key(no)) {
            let lanes = model.lanes.values().filter(|lane| lane.active);
            commands.push(Command::SetCounter(Counter {
                no,
                name: Text::truncated(&format!("Quầy {no}")),
                lanes: List::truncated(lanes.map(|lane| lane.id.clone()).collect()),
                active: true,
            }));
        }
        commands.push(Command::Seat {
            node: newcomer,
            counter,
            officer,
        });
        for command in commands {
            match self.decide_site(cx, &ctx, &site, &command)? {
                Ok(write) => self.author_site(cx, &write, ctx.officer)?,
                Err(refusal) => {
                    tracing::info!(%refusal, "the newcomer gets no seat by itself");
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}
