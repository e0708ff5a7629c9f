//! What a node may still number from after its log began anew: what the ended log gave out last may not be known here.

use lienquay_shared::codec;
use lienquay_shared::domain::series::{DossierCode, NumberRange, ticket_doc};
use lienquay_shared::domain::site_time::Day;
use lienquay_shared::wire::keeper::SeriesKey;

use super::series_text;
use crate::engine::{Cx, Engine, fact, fact_of};
use crate::store::StoreResult;

/// Stands for the void day while the date is not known.
pub(crate) const VOID_UNTIL_KNOWN: Day = Day(i32::MAX);

impl Engine {
    /// The next number of a range that this node uses alone.
    pub(super) fn next_in(
        &mut self,
        cx: &mut Cx<'_>,
        series: &SeriesKey,
        day: Day,
        range: NumberRange,
        released: Option<u32>,
    ) -> StoreResult<Option<u32>> {
        let void = self.void_day(cx, day)?;
        if void.is_some_and(|void| day <= void) {
            return Ok(None);
        }
        let last = cx
            .store
            .last_number(&series_text(series, day), range.first, range.last)?;
        let mut next = range.next(last.max(released));
        // The site's clock may have stood on this day before the log began anew, and numbers been given: what came back from
        // the others shows which.
        while void.is_some()
            && let Some(number) = next
            && self.is_carried(cx, series, day, number)?
        {
            next = range.next(Some(number));
        }
        Ok(next)
    }

    /// Whether this node's ranges are void: on the day its log began anew, and, if that day was not known then, on the
    /// first day that is.
    pub(super) fn ranges_are_void(&self, cx: &mut Cx<'_>, day: Day) -> StoreResult<bool> {
        Ok(self.void_day(cx, day)?.is_some_and(|void| day <= void))
    }

    /// The day up to which the ranges are void, once it is known; `None` where no log of this node ended.
    fn void_day(&self, cx: &mut Cx<'_>, day: Day) -> StoreResult<Option<Day>> {
        let void = fact_of::<Day>(cx.store, fact::VOID_DAY)?;
        if void == Some(VOID_UNTIL_KNOWN) && !self.site_clock.is_doubtful(cx.now) {
            cx.store.set_meta(fact::VOID_DAY, &codec::encode(&day))?;
        }
        Ok(void)
    }

    /// Whether a document held here carries the number.
    fn is_carried(
        &mut self,
        cx: &mut Cx<'_>,
        series: &SeriesKey,
        day: Day,
        number: u32,
    ) -> StoreResult<bool> {
        let (Some(site_id), site) = (self.site, self.site_model(cx)?) else {
            return Ok(false);
        };
        match series {
            SeriesKey::Lane(lane) => {
                let doc = ticket_doc(&site_id, day, lane, number);
                Ok(cx.store.doc_head(&doc)?.is_some())
            }
            SeriesKey::Dossier => {
                let code = DossierCode::official(&site.unit_code, day, number);
                Ok(!cx.store.dossiers_coded(&code.0)?.is_empty())
            }
        }
    }
}
