//! Proves what a data folder holds: every hash chain from its root, every signature, every change against its header,
//! every document against the entries that made it, every projection against its document, and the roster.
//!
//! Reads one state of the store, so that a running node can be verified; changes nothing.

mod chains;
mod documents;
mod report;

use lienquay_core::store::StoreResult;
use lienquay_shared::roster::{InsertOutcome, RosterLog};

use crate::store::{Audit, Reader};

pub use report::{Difference, Progress, Report, Stage};

use report::Findings;

/// Verifies everything. `tell` is called now and then.
///
/// # Errors
/// When the store cannot be read at all; whatever can be read and is wrong is in the report.
pub fn verify(reader: &Reader, tell: &mut dyn FnMut(Progress)) -> StoreResult<Report> {
    reader.audit(|audit| {
        let mut findings = Findings::new(tell);
        let Some(site) = audit.site()? else {
            return Ok(findings.report);
        };
        findings.report.site = Some(site);
        roster(audit, site, &mut findings)?;
        let (_, n_entries) = audit.counts()?;
        chains::verify(audit, site, n_entries, &mut findings)?;
        documents::verify(audit, site, &mut findings)?;
        Ok(findings.report)
    })
}

fn roster(
    audit: &Audit<'_>,
    site: lienquay_shared::SiteId,
    findings: &mut Findings<'_>,
) -> StoreResult<()> {
    let mut log = RosterLog::new(site);
    for (number, signed) in (1..).zip(audit.statements()?) {
        findings.report.n_statements += 1;
        let place = || format!("roster statement {number}");
        match log.insert(signed) {
            InsertOutcome::Stored(_) | InsertOutcome::Known => {}
            InsertOutcome::Pending { missing, .. } => findings.differs(
                Stage::Roster,
                place(),
                format!("{} statements it builds on are missing", missing.len()),
            ),
            InsertOutcome::Refused(refused) => {
                findings.differs(Stage::Roster, place(), refused.to_string());
            }
        }
    }
    Ok(())
}
