//! Finding a name by how it begins, without marks.

use anyhow::{Result, bail};
use lienquay_node::ipc::Client;
use lienquay_shared::codec::Text;
use lienquay_shared::query::{Answer, PageAsk, Query};
use lienquay_tests::fleet::ask;
use rusqlite::Connection;
use tokio::time::Instant;

use super::floor;
use super::growing::Growing;
use crate::samples::Samples;
use crate::table::{Line, Table, Within};

const N_ROUNDS: usize = 60;
const N_ROWS: u16 = 20;
/// What an officer has typed, and the same in the words of the index.
const TYPED: [(&str, &str); 3] = [
    ("tran thi h", "\"tran\" AND \"thi\" AND \"h\" *"),
    ("nguyen v", "\"nguyen\" AND \"v\" *"),
    ("đặng thị", "\"dang\" AND \"thi\" *"),
];

pub(super) async fn measure(site: &Growing, client: &mut Client, table: &mut Table) -> Result<()> {
    let (path, key) = site.database()?;
    let conn = floor::open(&path, &key)?;
    let (mut ours, mut bare) = (Samples::default(), Samples::default());
    for _ in 0..N_ROUNDS {
        for (typed, words) in TYPED {
            let start = Instant::now();
            let n_found = find(client, typed).await?;
            ours.push(start.elapsed());
            let start = Instant::now();
            let n_bare = find_bare(&conn, words)?;
            bare.push(start.elapsed());
            if n_found == 0 || n_found != n_bare {
                bail!("{typed:?} found {n_found} dossiers, {n_bare} without our store");
            }
        }
    }
    let n = site.n_dossiers();
    let (p50, _) = ours.over(&bare);
    let aim = if n <= 100_000 { 5 } else { 25 };
    table.add(
        Line::new(
            format!("search by name prefix without marks at {n} dossiers, {N_ROWS} rows, asked over the socket"),
            ours.to_string(),
        )
        .floor(format!("{bare}: the bare FTS query"))
        .ratio(p50, Within::AtMost(1.5))
        .aim(&format!("p50 ≤ {aim} ms"), ours.p50().as_millis() < aim),
    );
    Ok(())
}

async fn find(client: &mut Client, typed: &str) -> Result<usize> {
    let query = Query::Dossiers {
        text: Text::truncated(typed),
        status: None,
        page: PageAsk {
            limit: N_ROWS,
            ..PageAsk::default()
        },
    };
    match ask(client, query).await? {
        Answer::Dossiers(page) => Ok(page.rows.len()),
        other => bail!("not a page: {other:?}"),
    }
}

fn find_bare(conn: &Connection, words: &str) -> Result<usize> {
    let mut statement = conn.prepare_cached(
        "SELECT rowid FROM dossier_text WHERE dossier_text MATCH ?1 ORDER BY rowid DESC LIMIT ?2",
    )?;
    let rows = statement.query_map((words, N_ROWS), |row| row.get::<_, i64>(0))?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?.len())
}
