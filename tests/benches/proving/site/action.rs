//! What one officer's action costs at a large site, beside the same action at a small one.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use lienquay_core::event::{Event, Now, Token};
use lienquay_core::host::Host;
use lienquay_node::store::SqliteStore;
use lienquay_shared::codec::Text;
use lienquay_shared::command::{Command, DossierRef, Submission};
use lienquay_shared::domain::dossier::DossierField;
use lienquay_shared::{DocId, RequestId};
use lienquay_tests::scale::{Counter, MORNING_MILLIS, copy_id, reception};
use tokio::time::Instant;

use super::growing::Growing;
use crate::samples::Samples;
use crate::table::{Line, Table, Within};

const N_ACTIONS: u64 = 300;
const WARM_UP: u64 = 20;
/// A day after the dossiers were made.
const WALL_MILLIS: u64 = MORNING_MILLIS + 24 * 3_600_000;

pub(super) fn measure(site: &Growing, table: &mut Table) -> Result<()> {
    let small_docs = site.distinct.docs();
    let large_docs = (0..site.n_copies).map(copy_id).chain(site.distinct.docs());
    let n = site.n_dossiers();
    let mut small = Desk::open(&site.small, small_docs.collect(), n)?;
    let mut large = Desk::open(&site.counter, large_docs.collect(), n)?;
    let mut figures = [Figures::default(), Figures::default()];
    for number in 0..WARM_UP + N_ACTIONS {
        for (desk, figures) in [&mut small, &mut large].into_iter().zip(&mut figures) {
            let took = desk.act(number)?;
            if number >= WARM_UP {
                figures.wall.push(took.0);
                figures.cpu.push(took.1);
            }
        }
    }
    let [small, large] = figures;
    for (what, ours, floor) in [
        ("durable", &large.wall, &small.wall),
        ("CPU alone", &large.cpu, &small.cpu),
    ] {
        let (p50, _) = ours.over(floor);
        table.add(
            Line::new(
                format!("receive one dossier and edit another, {n} dossiers, {what}"),
                ours.to_string(),
            )
            .floor(format!("{floor}: the same at 1,000 dossiers"))
            .ratio(p50, Within::AtMost(1.2)),
        );
    }
    Ok(())
}

#[derive(Default)]
struct Figures {
    wall: Samples,
    cpu: Samples,
}

struct Desk {
    host: Host<SqliteStore>,
    docs: Vec<DocId>,
    /// The size that is measured: a folder sees several rounds, and answers a request it has seen from its record.
    round: u64,
    clock: Instant,
    _lock: lienquay_node::data_folder::DataFolder,
}

impl Desk {
    fn open(counter: &Counter, docs: Vec<DocId>, round: u64) -> Result<Self> {
        let (host, lock) = counter.host(7, WALL_MILLIS)?;
        Ok(Self {
            host,
            docs,
            round,
            clock: Instant::now(),
            _lock: lock,
        })
    }

    /// Receives a dossier and edits one that nobody has touched lately; how long it took, and how long it computed.
    fn act(&mut self, number: u64) -> Result<(Duration, Duration)> {
        // Spread over all documents; the multiplier is prime.
        let place = (number + 1).wrapping_mul(2_654_435_761) % self.docs.len() as u64;
        let doc = self.docs[usize::try_from(place)?];
        let receive = Command::ReceiveDossier(Box::new(reception(number)?));
        let edit = Command::EditDossier {
            dossier: DossierRef::Id(doc),
            field: DossierField::Request,
            value: Text::truncated(&format!(
                "Đề nghị trả kết quả tại nhà, lần {number} của {}",
                self.round
            )),
        };
        let (start, computed) = (Instant::now(), thread_cpu()?);
        for command in [receive, edit] {
            self.submit(number, command)?;
        }
        Ok((start.elapsed(), thread_cpu()?.saturating_sub(computed)))
    }

    fn submit(&mut self, number: u64, command: Command) -> Result<()> {
        let passed = u64::try_from(self.clock.elapsed().as_millis())?;
        let now = Now {
            mono_millis: passed,
            wall_millis: WALL_MILLIS + passed,
        };
        let kind = u128::from(matches!(command, Command::EditDossier { .. }));
        let id = (u128::from(self.round) << 64) | (u128::from(number) << 1) | kind;
        let submission = Box::new(Submission {
            request: RequestId(id.to_be_bytes()),
            command,
        });
        let token = Token(number);
        let events = vec![Event::Submit { token, submission }];
        let (effects, fault) = self.host.process(now, events);
        if let Some(fault) = fault {
            bail!("{fault}");
        }
        let reply = effects.replies.into_iter().next().context("no answer")?;
        match reply.result {
            Ok(_) => Ok(()),
            Err(refusal) => bail!("refused: {refusal}"),
        }
    }
}

/// How long this thread has computed.
fn thread_cpu() -> Result<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanos = text.split_whitespace().next().context("no figure")?;
    Ok(Duration::from_nanos(nanos.parse()?))
}
