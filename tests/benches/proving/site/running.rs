//! A process on the folder: how soon it answers, what it holds in memory, how fast it finds names.

use std::process::Command as Process;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use lienquay_node::data_folder::{DataFolder, KeySeal, MachineId};
use lienquay_node::ipc::Client;
use lienquay_shared::codec::Text;
use lienquay_shared::command::DossierRef;
use lienquay_shared::query::{Answer, PageAsk, Query};
use lienquay_tests::fleet::{self, Pc, ask, program};
use lienquay_tests::scale::copy_id;
use tokio::time::Instant;

use super::growing::Growing;
use super::{floor, search};
use crate::samples::Samples;
use crate::table::{Line, Table, Within};

const N_STARTS: usize = 5;
/// Pages, searches and dossiers looked at before memory is read.
const N_USES: u64 = 600;
const POLL: Duration = Duration::from_millis(1);

pub(super) async fn measure(site: &Growing, table: &mut Table) -> Result<()> {
    let n = site.n_dossiers();
    let mut pc = Pc::new(&program()?, site.parent(), "quay 1")?;
    let (mut ours, mut opening) = (Samples::default(), Samples::default());
    for _ in 0..N_STARTS {
        opening.push(open_alone(site)?);
        ours.push(start(&mut pc).await?);
        pc.stop().await?;
    }
    let (p50, _) = ours.over(&opening);
    table.add(
        Line::new(
            format!("cold start at {n} dossiers: process → listening and first page answered"),
            ours.to_string(),
        )
        .floor(format!(
            "{opening}: an idle process, opening the same database, one page"
        ))
        .ratio(p50, Within::AtMost(3.0))
        .aim("≤ 1 s", ours.p50() <= Duration::from_secs(1))
        .peer("0.9 s at 10k (PouchDB)"),
    );
    start(&mut pc).await?;
    let pid = pc.pid().context("the node does not run")?;
    let fresh = fleet::rss_mib(pid)?;
    let mut client = pc.client().await?;
    search::measure(site, &mut client, table).await?;
    use_it(&mut client, site.n_copies).await?;
    let used = fleet::rss_mib(pid)?;
    let aim = if n <= 10_000 { 65 } else { 120 };
    table.add(
        Line::new(
            format!("RSS at {n} dossiers, headless"),
            format!("{fresh} MiB fresh, {used} MiB after use"),
        )
        .aim(&format!("≤ {aim} MB"), used <= aim)
        .peer("68 MB at 10k (PouchDB)"),
    );
    drop(client);
    pc.stop().await
}

/// Starts the process and waits until it listens and has answered.
async fn start(pc: &mut Pc) -> Result<Duration> {
    let start = Instant::now();
    pc.spawn(&[])?;
    let mut client = loop {
        match Client::connect(&pc.folder).await {
            Ok(client) => break client,
            Err(_not_yet) => tokio::time::sleep(POLL).await,
        }
    };
    first_page(&mut client).await?;
    while tokio::net::TcpStream::connect(pc.addr).await.is_err() {
        tokio::time::sleep(POLL).await;
    }
    Ok(start.elapsed())
}

async fn first_page(client: &mut Client) -> Result<()> {
    let query = Query::Dossiers {
        text: Default::default(),
        status: None,
        page: PageAsk::default(),
    };
    match ask(client, query).await? {
        Answer::Dossiers(page) if !page.rows.is_empty() => Ok(()),
        other => bail!("not a page of dossiers: {other:?}"),
    }
}

/// A process that does nothing, opening the same database, and one page of the same list.
fn open_alone(site: &Growing) -> Result<Duration> {
    let start = Instant::now();
    let ended = Process::new(program()?).arg("--version").output()?;
    if !ended.status.success() {
        bail!("--version ended with {}", ended.status);
    }
    let machine = MachineId::of_this_machine();
    let opened = DataFolder::open(&site.counter.folder, &KeySeal::OwnerFile, &machine)?;
    drop(opened);
    let (path, key) = site.database()?;
    let conn = floor::open(&path, &key)?;
    let mut statement = conn.prepare("SELECT id, row FROM dossiers ORDER BY id DESC LIMIT 51")?;
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(1))?;
    for row in rows {
        row?;
    }
    Ok(start.elapsed())
}

/// What officers do all day: pages, searches, dossiers all over the site.
async fn use_it(client: &mut Client, n_copies: u64) -> Result<()> {
    let words = ["nguyen", "anh", "dang thi", "yen", "0310850"];
    for number in 0..N_USES {
        let word = words[usize::try_from(number)? % words.len()];
        let text = if number % 2 == 0 { word } else { "" };
        let list = Query::Dossiers {
            text: Text::truncated(text),
            status: None,
            page: PageAsk {
                skip: u32::try_from(number * 37 % 5_000)?,
                ..PageAsk::default()
            },
        };
        ask(client, list).await?;
        if n_copies > 0 {
            let doc = copy_id(number.wrapping_mul(2_654_435_761) % n_copies);
            let dossier = DossierRef::Id(doc);
            ask(client, Query::Dossier { dossier }).await?;
        }
    }
    Ok(())
}
