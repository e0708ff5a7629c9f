//! Taking the starter catalogue in, in the background: the window may go on to the desk meanwhile.

use lienquay_node::handle::NodeHandle;
use lienquay_shared::command::{Command, Outcome};
use lienquay_shared::refusal::Refusal;
use tokio::sync::watch;

use crate::link::Link;
use crate::start::catalogue::{RECORDS, Record};

/// How far the import is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Records looked at.
    pub n_done: usize,
    /// Records altogether.
    pub n_all: usize,
    /// Those that were not taken.
    pub failed: Vec<Failure>,
}

impl Progress {
    /// Nothing more happens.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.n_done >= self.n_all
    }
}

/// One record that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Its name in the catalogue.
    pub name: &'static str,
    /// Why.
    pub why: Refusal,
}

/// The running import. It goes on when this is dropped.
#[derive(Debug, Clone)]
pub struct Import(watch::Receiver<Progress>);

impl Import {
    /// Starts it.
    #[must_use]
    pub fn start(link: &Link) -> Self {
        let (sender, receiver) = watch::channel(Progress {
            n_all: RECORDS.len(),
            ..Progress::default()
        });
        let (node, wake) = (link.node().clone(), link.wake().clone());
        link.work().runtime().spawn(async move {
            for record in RECORDS {
                let failure = take(&node, record).await.err();
                sender.send_modify(|progress| {
                    progress.n_done += 1;
                    progress.failed.extend(failure.map(|why| Failure {
                        name: record.name,
                        why,
                    }));
                });
                wake.soon();
            }
        });
        Self(receiver)
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.0.borrow().clone()
    }
}

async fn take(node: &NodeHandle, record: Record) -> Result<Outcome, Refusal> {
    let record = serde_json::from_str(record.json)
        .map_err(|error| Refusal::invalid("record", error.to_string()))?;
    node.command(Command::ImportProcedure {
        record,
        effective_from: None,
    })
    .await
}
