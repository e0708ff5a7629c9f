//! What officers do all morning, on real counters: issue, call, serve, receive. Remembers what was acknowledged.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, bail};
use lienquay_node::ipc::Client;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{Command, Outcome, ReceiveDossier, TicketRef};
use lienquay_shared::refusal::Refusal;
use lienquay_shared::{DocId, RequestId};

use crate::fleet::{Pc, submit};

/// Everything one desk was told is saved.
#[derive(Debug, Default)]
pub struct Acknowledged {
    /// Tickets called to it.
    pub called: Vec<DocId>,
    /// Dossiers it received, by code.
    pub received: BTreeMap<String, DocId>,
}

/// Between two looks at an empty queue, and how many of them.
const IDLE: Duration = Duration::from_millis(100);
const MAX_IDLE: u32 = 20;

/// One desk with its connection.
#[derive(Debug)]
pub struct Desk {
    /// The connection to its node.
    pub client: Client,
    /// A number that tells its requests from those of others.
    pub desk: u8,
    requests: u64,
    /// What it was told is saved.
    pub acknowledged: Acknowledged,
}

/// A citizen with a common request; nobody real.
pub fn citizen(number: u64) -> Result<ReceiveDossier> {
    let family = ["Nguyễn", "Trần", "Lê", "Phạm", "Đặng", "Vũ"];
    let given = ["Ánh", "Đức", "Hương", "Khải", "Thuỷ", "Yến"];
    let pick = |names: &[&str; 6], at: u64| names[usize::try_from(at % 6).unwrap_or(0)].to_owned();
    let name = format!("{} Văn {}", pick(&family, number / 6), pick(&given, number));
    let ask = serde_json::json!({
        "procedure": "2.000815",
        "transacting": { "name": name, "id_number": format!("0310850{number:05}") },
        "request": format!("Chứng thực bản sao, {} bản", number % 5 + 1),
        "accept_missing": true,
    });
    Ok(serde_json::from_value(ask)?)
}

/// Officers who receive at the same time while a PC is filled; their commits are grouped.
pub const N_FILLING_DESKS: u8 = 32;

/// Has many dossiers received at one PC, for measurements; how many there are then.
pub async fn fill(pc: &Pc, n_dossiers: u64) -> Result<u64> {
    let share = n_dossiers / u64::from(N_FILLING_DESKS);
    let mut desks = Vec::new();
    for number in 0..N_FILLING_DESKS {
        let mut desk = Desk::new(pc.client().await?, number + 1);
        desks.push(tokio::spawn(async move {
            for citizen in 0..share {
                desk.receive(u64::from(number) * share + citizen).await?;
            }
            Ok::<(), anyhow::Error>(())
        }));
    }
    for desk in desks {
        desk.await??;
    }
    Ok(share * u64::from(N_FILLING_DESKS))
}

impl Desk {
    /// A desk at a connected node.
    pub fn new(client: Client, desk: u8) -> Self {
        Self {
            client,
            desk,
            requests: 0,
            acknowledged: Acknowledged::default(),
        }
    }

    /// The id of this desk's next request.
    pub fn next_request(&mut self) -> RequestId {
        self.requests += 1;
        let mut id = [self.desk; 16];
        id[8..].copy_from_slice(&self.requests.to_be_bytes());
        RequestId(id)
    }

    /// Has a command done.
    pub async fn command(&mut self, command: Command) -> Result<Result<Outcome, Refusal>> {
        let request = self.next_request();
        submit(&mut self.client, request, command).await
    }

    async fn must(&mut self, command: Command) -> Result<Outcome> {
        let name = command.name();
        match self.command(command).await? {
            Ok(outcome) => Ok(outcome),
            Err(refusal) => bail!("desk {}: {name} refused: {refusal}", self.desk),
        }
    }

    /// Gives out a ticket.
    pub async fn issue(&mut self, lane: &str) -> Result<DocId> {
        let command = Command::IssueTicket {
            lane: Text::truncated(lane),
            priority: None,
            papers: List::default(),
        };
        match self.must(command).await? {
            Outcome::TicketIssued { doc, .. } => Ok(doc),
            other => bail!("not a ticket: {other:?}"),
        }
    }

    /// Calls the next citizen: the ticket, or nobody, with the reason.
    pub async fn call(&mut self) -> Result<Result<DocId, Refusal>> {
        let command = Command::CallNext {
            lanes: List::default(),
        };
        Ok(match self.command(command).await? {
            Ok(Outcome::TicketCalled(called)) => {
                self.acknowledged.called.push(called.doc);
                Ok(called.doc)
            }
            Ok(other) => bail!("not a call: {other:?}"),
            Err(refusal) => Err(refusal),
        })
    }

    /// Serves a called citizen to the end.
    pub async fn serve(&mut self, ticket: DocId) -> Result<()> {
        let ticket = || TicketRef::Id(ticket);
        self.must(Command::Announce { ticket: ticket() }).await?;
        self.must(Command::Start { ticket: ticket() }).await?;
        let dossiers = List::default();
        self.must(Command::FinishTicket {
            ticket: ticket(),
            dossiers,
        })
        .await?;
        Ok(())
    }

    /// Receives a dossier; its code.
    pub async fn receive(&mut self, number: u64) -> Result<String> {
        let ask = Box::new(citizen(number)?);
        match self.must(Command::ReceiveDossier(ask)).await? {
            Outcome::DossierReceived(received) => {
                let code = received.code.to_string();
                let before = self
                    .acknowledged
                    .received
                    .insert(code.clone(), received.doc);
                if let Some(before) = before {
                    bail!("{code} was given to {before} and to {}", received.doc);
                }
                Ok(code)
            }
            other => bail!("not a dossier: {other:?}"),
        }
    }

    /// Calls and serves until `enough` citizens were served here, or nobody is to be had for two seconds; receives a
    /// dossier for every third.
    pub async fn work(&mut self, enough: usize) -> Result<()> {
        let mut n_idle = 0;
        while self.acknowledged.called.len() < enough && n_idle < MAX_IDLE {
            match self.call().await? {
                Ok(ticket) => {
                    n_idle = 0;
                    self.serve(ticket).await?;
                    let n_served = self.acknowledged.called.len();
                    if n_served.is_multiple_of(3) {
                        let citizen = u64::from(self.desk) * 1_000 + n_served as u64;
                        self.receive(citizen).await?;
                    }
                }
                Err(
                    Refusal::NothingWaiting | Refusal::KeeperUnreachable { .. } | Refusal::TooBusy,
                ) => {
                    n_idle += 1;
                    tokio::time::sleep(IDLE).await;
                }
                Err(other) => bail!("desk {}: {other}", self.desk),
            }
        }
        Ok(())
    }
}
