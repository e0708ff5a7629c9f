//! Logs: each chain from its root to its head, each signed point, each change that is stored apart.

use automerge::Change;
use lienquay_core::store::{LogRow, SignedPoint, StoreResult, StoredEntry};
use lienquay_shared::log::{entry_hash, log_root, verify_entry_signature};
use lienquay_shared::{EntryHash, SiteId};

use crate::store::Audit;
use crate::verify::report::{Findings, Stage};

const PAGE: usize = 256;

pub(super) fn verify(
    audit: &Audit<'_>,
    site: SiteId,
    n_entries: u64,
    findings: &mut Findings<'_>,
) -> StoreResult<()> {
    for row in audit.logs()? {
        findings.report.n_logs += 1;
        Walk::start(audit, site, &row)?.run(n_entries, findings)?;
    }
    if findings.report.n_entries != n_entries {
        let what = format!(
            "{} entries are stored, {} are in logs",
            n_entries, findings.report.n_entries
        );
        findings.differs(Stage::Logs, "store", what);
    }
    Ok(())
}

/// One log being walked.
struct Walk<'a> {
    audit: &'a Audit<'a>,
    row: LogRow,
    /// The actor of every change in it.
    actor: [u8; 16],
    at: u64,
    hash: EntryHash,
    next_signature: Option<SignedPoint>,
}

impl<'a> Walk<'a> {
    fn start(audit: &'a Audit<'a>, site: SiteId, row: &LogRow) -> StoreResult<Self> {
        // A losing branch starts where it left its log, and its changes carry that log's actor.
        let (at, hash, written_as) = match row.base {
            None => (0, log_root(&site, &row.log), row.log),
            Some(base) => (base.at, base.hash, base.left(row.log.node)),
        };
        Ok(Self {
            audit,
            row: *row,
            actor: written_as.actor_bytes(&site),
            at,
            hash,
            next_signature: audit.signature_after(&row.log, at + 1)?,
        })
    }

    fn run(mut self, n_of: u64, findings: &mut Findings<'_>) -> StoreResult<()> {
        let mut signed_upto = self.at;
        loop {
            let page = self.audit.entries(&self.row.log, self.at, PAGE)?;
            if page.is_empty() {
                break;
            }
            for entry in page {
                if !self.step(&entry, findings) {
                    return Ok(());
                }
                findings.report.n_entries += 1;
                findings.progress(Stage::Logs, findings.report.n_entries, n_of);
                if self.check_signature(findings)? {
                    signed_upto = self.at;
                }
            }
        }
        self.check_head(signed_upto, findings);
        Ok(())
    }

    fn place(&self, seq: u64) -> String {
        format!("log {} entry {seq}", self.row.log)
    }

    /// One entry; `false` when the log cannot be walked further.
    fn step(&mut self, entry: &StoredEntry, findings: &mut Findings<'_>) -> bool {
        let seq = entry.header.seq;
        if seq != self.at + 1 {
            let what = format!("follows entry {}: some are missing", self.at);
            findings.differs(Stage::Logs, self.place(seq), what);
            return false;
        }
        self.hash = entry_hash(&self.hash, &entry.header_bytes);
        self.at = seq;
        if let Some(bytes) = &entry.change {
            findings.report.n_changes += 1;
            if let Err(what) = self.check_change(entry, bytes) {
                findings.differs(Stage::Logs, self.place(seq), what);
            }
        }
        true
    }

    fn check_change(&self, entry: &StoredEntry, bytes: &[u8]) -> Result<(), String> {
        let change = Change::from_bytes(bytes.to_vec())
            .map_err(|error| format!("its change cannot be read ({error})"))?;
        let expected = entry
            .header
            .change_hash
            .ok_or("it has a change that its header does not name")?;
        if change.hash().0 != expected.0 {
            return Err("its change is not the one its header names".to_owned());
        }
        if change.actor_id().to_bytes() != self.actor {
            return Err("its change was written by another log".to_owned());
        }
        Ok(())
    }

    /// Whether the walk stands at a signed point, which then is checked.
    fn check_signature(&mut self, findings: &mut Findings<'_>) -> StoreResult<bool> {
        let Some(point) = self.next_signature.filter(|point| point.seq == self.at) else {
            return Ok(false);
        };
        findings.report.n_signatures += 1;
        if point.hash != self.hash {
            let what = "the chain does not lead to the signed hash";
            findings.differs(Stage::Logs, self.place(self.at), what);
        } else if !verify_entry_signature(&self.row.log.node, &point.hash, &point.signature) {
            let what = "the signature is not the log's node's";
            findings.differs(Stage::Logs, self.place(self.at), what);
        }
        self.next_signature = self.audit.signature_after(&self.row.log, self.at + 1)?;
        Ok(true)
    }

    fn check_head(&self, signed_upto: u64, findings: &mut Findings<'_>) {
        let place = format!("log {}", self.row.log);
        if self.at != self.row.received {
            let what = format!("ends at {}, not at {}", self.at, self.row.received);
            findings.differs(Stage::Logs, place, what);
        } else if self.hash != self.row.hash {
            findings.differs(Stage::Logs, place, "its head has another hash");
        } else if signed_upto != self.at {
            let what = format!("signed up to {signed_upto} only, of {}", self.at);
            findings.differs(Stage::Logs, place, what);
        }
    }
}
