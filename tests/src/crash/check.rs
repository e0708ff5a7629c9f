//! What a crash left: it opens, every proof holds, everything acknowledged is there, and the morning goes on.

mod fact;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail, ensure};
use lienquay_node::data_folder::{DataFolder, MachineMarker, Opened};
use lienquay_node::handle::NodeHandle;
use lienquay_node::verify;
use lienquay_shared::DocId;
use lienquay_shared::codec::List;
use lienquay_shared::command::{DossierRef, TicketRef};
use lienquay_shared::query::{Answer, MAX_PAGE_ROWS, PageAsk, Query};

use crate::crash::given::{Acknowledged, Given};
use crate::crash::life::{Life, SEAL, machine, open_or_create};
use crate::crash::place::Place;
use crate::crash::script::{Script, Step};
use fact::{Fact, fact};

/// Steps of nobody's script, done at the end of every check: numbers go on where they stood.
const EXTRA: usize = 100_000;

/// Opens what is there, compares it with what was acknowledged, and does the steps up to `until`.
pub async fn check(
    place: &Place,
    script: &Script,
    known: Acknowledged,
    until: usize,
) -> Result<()> {
    let mut life = Life::new(&place.folder());
    let opened = open(place, &known)?;
    let node = life.start(opened)?;
    if let Some(before) = known.get(0) {
        ensure!(*before == node, "the folder is another node's");
    }
    let mut check = Check {
        script,
        known,
        life,
    };
    check.sheet().await?;
    check.facts().await?;
    check.repeat().await?;
    check.go_on(until, &node).await?;
    check.known.no_number_twice()
}

fn open(place: &Place, known: &Acknowledged) -> Result<Opened> {
    let opened = if known.get(0).is_some() {
        DataFolder::open(&place.folder(), &SEAL, &machine())
    } else {
        open_or_create(&place.folder())
    };
    let opened = opened.context("the folder does not open")?;
    ensure!(opened.machine == MachineMarker::Same, "taken for a copy");
    let reader = opened.store.reader()?;
    let report = verify::verify(&reader, &mut |_| ())?;
    ensure!(report.is_clean(), "verify: {:?}", report.differences);
    Ok(opened)
}

struct Check<'a> {
    script: &'a Script,
    known: Acknowledged,
    life: Life,
}

impl Check<'_> {
    fn node(&self) -> &NodeHandle {
        self.life.node()
    }

    /// Steps that were acknowledged, and the one that may have been done without anybody hearing of it.
    fn done(&self, at: usize) -> bool {
        self.known.get(at).is_some()
    }

    fn position(&self, step: &Step) -> usize {
        let found = self.script.steps.iter().position(|other| other == step);
        found.expect("the script has it")
    }

    /// There is no site without its sheet before a person put it away, and none afterwards.
    async fn sheet(&self) -> Result<()> {
        let kept = self.node().recovery_sheet().await?;
        let put_away = self.position(&Step::SheetIsSafe);
        if self.done(put_away) {
            ensure!(kept.is_none(), "the sheet was put away and is back");
            return Ok(());
        }
        let is_under_way = self.known.next() == put_away;
        ensure!(
            kept.is_some() == self.node().has_site() || is_under_way,
            "site: {}, sheet: {}",
            self.node().has_site(),
            kept.is_some()
        );
        if let (Some(kept), Some(Given::Founded(told))) =
            (kept, self.known.get(self.position(&Step::Found)))
        {
            ensure!(kept.qr_text() == *told, "the sheet is another one");
        }
        Ok(())
    }

    /// Of every subject the last acknowledged fact holds, or the one that was under way.
    async fn facts(&self) -> Result<()> {
        let mut last = BTreeMap::new();
        for (at, _) in self.known.iter() {
            for fact in fact(self.script, at) {
                last.insert(fact.subject(&self.known), fact);
            }
        }
        let under_way = fact(self.script, self.known.next());
        for (subject, fact) in last {
            let newer = under_way
                .iter()
                .find(|fact| fact.subject(&self.known) == subject);
            let is_true = self.holds(&fact).await?
                || match newer {
                    Some(newer) => self.holds(newer).await?,
                    // Nobody knows yet which ticket a call under way got.
                    None => matches!(
                        (&fact, self.under_way()),
                        (Fact::Ticket(..), Some(Step::Call))
                    ),
                };
            ensure!(is_true, "{fact:?} was acknowledged and is not so");
        }
        Ok(())
    }

    fn under_way(&self) -> Option<&Step> {
        self.script.steps.get(self.known.next())
    }

    async fn holds(&self, fact: &Fact) -> Result<bool> {
        let doc = |at: &usize| self.known.doc(*at).context("no document");
        Ok(match fact {
            Fact::Note(name, value) => self.node().kept(name).await? == *value,
            Fact::Request(at, words) => match self.dossier(doc(at)?).await? {
                Answer::Dossier { dossier, .. } => dossier.request == *words,
                other => bail!("no dossier: {other:?}"),
            },
            Fact::Status(at, status) => match self.dossier(doc(at)?).await? {
                Answer::Dossier { dossier, .. } => dossier.status == *status,
                other => bail!("no dossier: {other:?}"),
            },
            Fact::Ticket(at, state) => {
                let ticket = TicketRef::Id(doc(at)?);
                match self.node().ask(Query::Ticket { ticket }).await? {
                    Answer::Ticket { ticket, .. } => ticket.state == *state,
                    other => bail!("no ticket: {other:?}"),
                }
            }
        })
    }

    async fn dossier(&self, doc: DocId) -> Result<Answer> {
        let dossier = DossierRef::Id(doc);
        Ok(self.node().ask(Query::Dossier { dossier }).await?)
    }

    /// Whoever did not hear the answer asks again under the same request, and hears it.
    async fn repeat(&mut self) -> Result<()> {
        for at in 0..self.known.next() {
            if let Some(Given::Did(_)) = self.known.get(at) {
                self.step(at).await?;
            }
        }
        Ok(())
    }

    async fn step(&mut self, at: usize) -> Result<()> {
        let step = &self.script.steps[at];
        let given = self.life.step(at, step, &self.known).await;
        let given = given.with_context(|| format!("afterwards, step {at} {step:?}"))?;
        self.known.put(at, given)
    }

    async fn go_on(&mut self, until: usize, node: &Given) -> Result<()> {
        for at in self.known.next()..until {
            match self.script.steps[at] {
                Step::Open => self.known.put(at, node.clone())?,
                // The extra steps come before the end.
                Step::Close | Step::Vanish => break,
                _ => self.step(at).await?,
            }
        }
        if self.done(self.position(&Step::Import)) {
            for (at, step) in [
                (EXTRA, Step::Issue),
                (EXTRA + 1, Step::Receive("Thêm".to_owned())),
            ] {
                let given = self.life.step(at, &step, &self.known).await;
                self.known.put(at, given.context("one more")?)?;
            }
            self.numbers().await?;
        }
        self.life.close().await?;
        Ok(())
    }

    /// No two documents carry one number, acknowledged or not.
    async fn numbers(&self) -> Result<()> {
        let page = PageAsk {
            limit: MAX_PAGE_ROWS,
            ..PageAsk::default()
        };
        let mut seen = BTreeSet::new();
        let states = List::default();
        let tickets = Query::Tickets {
            lane: None,
            states,
            page: page.clone(),
        };
        if let Answer::Tickets(rows) = self.node().ask(tickets).await? {
            for row in rows.rows {
                ensure!(
                    seen.insert(row.number_text.clone()),
                    "{} twice",
                    row.number_text
                );
            }
        }
        let text = Default::default();
        let dossiers = Query::Dossiers {
            text,
            status: None,
            page,
        };
        if let Answer::Dossiers(rows) = self.node().ask(dossiers).await? {
            for row in rows.rows {
                ensure!(seen.insert(row.code.clone()), "{} twice", row.code);
            }
        }
        ensure!(seen.len() >= 2, "the lists are empty");
        Ok(())
    }
}
