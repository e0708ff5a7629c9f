//! The keeper's side of a series: giving numbers to other nodes, and letting go of the range when replaced.

use lienquay_shared::decide::Write;
use lienquay_shared::domain::series::SeriesState;
use lienquay_shared::domain::site_time::Day;
use lienquay_shared::log::{ActionKind, DocKind};
use lienquay_shared::schema::series::{GivenNumber, give, series_doc};
use lienquay_shared::wire::keeper::{NumberAnswer, NumberAsk, NumberRefusal, SeriesKey};
use lienquay_shared::wire::{Message, Priority};
use lienquay_shared::{NodeId, RequestId, codec};

use super::{keeper_range, series_text};
use crate::engine::{Cx, Engine, fact_of};
use crate::event::Send;
use crate::store::{NumberRow, StoreResult};

impl Engine {
    /// Another node asks this one, as keeper of a series, for its next number.
    pub(crate) fn on_number_ask(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        ask: &NumberAsk,
    ) -> StoreResult<()> {
        let verdict = self.decide_number(cx, peer, ask)?;
        let answer = Message::NumberAnswer(NumberAnswer {
            request: ask.request,
            verdict,
        });
        if let Some(link) = self.links.get(&peer) {
            // Behind the entry that records the grant.
            self.after_push.push(Send {
                peer,
                link: link.number,
                priority: Priority::Live,
                message: answer,
            });
        }
        Ok(())
    }

    fn decide_number(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        ask: &NumberAsk,
    ) -> StoreResult<Result<u32, NumberRefusal>> {
        let day = self.site_clock.read(cx.now).day();
        let text = series_text(&ask.series, day);
        let request = asked_by(&peer, ask);
        if let Some(row) = cx
            .store
            .number_of(&request)?
            .filter(|row| row.series == text)
        {
            return Ok(Ok(row.number));
        }
        if self.boot.is_loading()
            || self.leaving
            || self.doubts_own_log(cx.now)
            || !self.may_have_number(cx, peer)
        {
            return Ok(Err(NumberRefusal::NotNow));
        }
        if ask.day != day.0 {
            return Ok(Err(NumberRefusal::WrongDay));
        }
        let is_keeper = self
            .site_model(cx)?
            .series(&ask.series)
            .is_some_and(|state| state.may_use_range(&self.me));
        if !is_keeper {
            return Ok(Err(NumberRefusal::NotKeeper));
        }
        let Some(number) = self.next_as_keeper(cx, &ask.series, day)? else {
            return Ok(Err(NumberRefusal::Exhausted));
        };
        cx.store.put_number(&NumberRow {
            series: text,
            number,
            request,
            doc: ask.doc,
        })?;
        self.note_day_numbered(cx, &ask.series, day)?;
        self.log_grant(cx, peer, ask, day, number)?;
        Ok(Ok(number))
    }

    fn log_grant(
        &mut self,
        cx: &mut Cx<'_>,
        peer: NodeId,
        ask: &NumberAsk,
        day: Day,
        number: u32,
    ) -> StoreResult<()> {
        let (site, log) = self.own_log(cx)?;
        let write = Write {
            doc: series_doc(&site, &log, &ask.series, day),
            kind: DocKind::Series,
            action: ActionKind::NumberGranted,
            edits: give(GivenNumber {
                number,
                doc: ask.doc,
                to: peer,
            }),
        };
        self.author(cx, &write, ask.officer)?;
        Ok(())
    }

    /// Remembers the latest day on which the keeper's range of a series was used.
    pub(super) fn note_day_numbered(
        &mut self,
        cx: &mut Cx<'_>,
        series: &SeriesKey,
        day: Day,
    ) -> StoreResult<()> {
        let name = day_fact(series);
        if fact_of::<Day>(cx.store, &name)?.is_none_or(|known| known < day) {
            cx.store.set_meta(&name, &codec::encode(&day))?;
        }
        Ok(())
    }

    /// The old keeper of a series, once it learns that it was replaced, tells where it stopped.
    pub(crate) fn release_series(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        let (context, site) = self.context(cx)?;
        let Some(site_id) = self.site else {
            return Ok(());
        };
        let held: Vec<(SeriesKey, SeriesState)> = site
            .series
            .iter()
            .filter(|(_, state)| state.must_release(&self.me).is_some())
            .map(|(key, state)| (key.clone(), *state))
            .collect();
        for (series, state) in held {
            // Clocks differ around midnight: what counts is the last day on which this node, or whoever held the range before
            // it, gave numbers.
            let numbered = fact_of::<Day>(cx.store, &day_fact(&series))?;
            let numbered = numbered.max(state.released.map(|mark| mark.day));
            let context = match numbered.filter(|day| *day > context.day()) {
                Some(day) => context.on_day(day),
                None => context,
            };
            let range = keeper_range(&series);
            let last = if self.ranges_are_void(cx, context.day())? {
                if self.site_clock.is_doubtful(cx.now) {
                    // Of which day nothing is known is not known either.
                    continue;
                }
                // What was given out of the range today is not known here whole: none of it may be given again.
                Some(range.last)
            } else {
                cx.store.last_number(
                    &series_text(&series, context.day()),
                    range.first,
                    range.last,
                )?
            };
            match lienquay_shared::decide::site::release_series(
                &context,
                &site_id,
                &site,
                &series,
                last.unwrap_or(0),
            ) {
                Ok(write) => {
                    self.author(cx, &write, context.officer)?;
                }
                Err(refusal) => tracing::debug!(%refusal, "series not released"),
            }
        }
        Ok(())
    }
}

/// A request as the keeper remembers it: two nodes that ask under one id get two numbers, and so do two documents, the
/// first of which a node restored from a backup knows nothing of.
fn asked_by(peer: &NodeId, ask: &NumberAsk) -> RequestId {
    let mut hasher = blake3::Hasher::new_derive_key("lienquay 2026 number request of a document");
    hasher.update(peer.as_bytes());
    hasher.update(ask.request.as_bytes());
    hasher.update(ask.doc.as_bytes());
    let mut id = [0; RequestId::LEN];
    hasher.finalize_xof().fill(&mut id);
    RequestId(id)
}

/// The name of the fact that tells on which day a series was numbered last.
fn day_fact(series: &SeriesKey) -> String {
    match series {
        SeriesKey::Dossier => "numbered/dossier".to_owned(),
        SeriesKey::Lane(lane) => format!("numbered/lane/{}", &**lane),
    }
}
