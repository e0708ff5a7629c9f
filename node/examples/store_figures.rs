//! Measures the store: `cargo run --release -p lienquay-node --example store_figures -- [DOSSIERS] [FOLDER]`.
//!
//! Writes dossiers of one entry, one snapshot and one projection each in a single transaction, then single durable
//! commits, then searches; prints what each took and how large the database became.
#![allow(clippy::print_stdout, reason = "this is its purpose")]

use std::time::Duration;

use anyhow::Context as _;
use lienquay_core::store::{DocRow, EntryState, LogRow, ProjectionRow, Store, StoredEntry};
use lienquay_node::clock::Clock;
use lienquay_node::data_folder::DataKey;
use lienquay_node::store::{Asked, Reader, SqliteStore};
use lienquay_shared::codec::Text;
use lienquay_shared::domain::dossier::{Channel, Status};
use lienquay_shared::domain::site_time::Day;
use lienquay_shared::domain::text::fold;
use lienquay_shared::log::{ActionKind, DocKind, Header};
use lienquay_shared::query::{Answer, PageAsk, Query};
use lienquay_shared::view::DossierRow;
use lienquay_shared::{ChangeHash, DocId, EntryHash, Hlc, LogId, NodeId, OfficerId};

/// Bytes of a saved dossier with eight events.
const SNAPSHOT_BYTES: usize = 1_900;
/// Bytes of the change that receives one.
const CHANGE_BYTES: usize = 350;
const FAMILY: [&str; 8] = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Đặng", "Bùi", "Đỗ"];
const MIDDLE: [&str; 4] = ["Văn", "Thị", "Ngọc", "Đình"];
const GIVEN: [&str; 10] = [
    "Đào", "Ước", "An", "Bình", "Hồng", "Mận", "Ơn", "Ý", "Sáu", "Thảo",
];

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let n_dossiers: u32 = args.next().map_or(Ok(10_000), |arg| arg.parse())?;
    let folder = args.next().map_or_else(std::env::temp_dir, Into::into);
    let path = folder.join(format!("store-figures-{}.db", std::process::id()));
    let mut store = SqliteStore::create(&path, DataKey::generate()?)?;

    let took = timed(|| write_all(&mut store, n_dossiers))?;
    println!("{n_dossiers} dossiers in one transaction: {took:?}");
    let (database, wal) = store.size_bytes()?;
    println!(
        "database {} MiB, write-ahead log {} MiB",
        database >> 20,
        wal >> 20
    );

    for durable in [false, true] {
        let n_commits = 200_u32;
        let took = timed(|| {
            for n in 0..n_commits {
                write_one(
                    &mut store,
                    n_dossiers + n + if durable { n_commits } else { 0 },
                )?;
                store.commit(durable)?;
            }
            Ok(())
        })?;
        println!(
            "one dossier, one commit, durable {durable}: {:?}",
            took / n_commits
        );
    }
    let reader = store.reader()?;
    for text in [
        "",
        "đào",
        "nguyen thi",
        "n",
        "sáu đặ",
        "0",
        "H26.15-251121-0042",
    ] {
        let rounds = 50_u32;
        let mut n_rows = 0;
        let took = timed(|| {
            for _ in 0..rounds {
                n_rows = search(&reader, text)?;
            }
            Ok(())
        })?;
        println!("search {text:?}: {n_rows} rows, {:?}", took / rounds);
    }
    jump_and_count(&reader, n_dossiers)?;
    let took = timed(|| store.projection_digest().map(drop).map_err(Into::into))?;
    println!("projection digest: {took:?}");
    let rounds = 1_000_u32;
    let took = timed(|| {
        for _ in 0..rounds {
            store.n_docs()?;
            store.n_set_aside()?;
        }
        Ok(())
    })?;
    println!("what health counts: {:?}", took / rounds);
    drop(reader);
    drop(store);
    std::fs::remove_file(path).context("the database is left behind")
}

/// What a list of all dossiers costs when its handle is dragged, and how long it is said to be.
fn jump_and_count(reader: &Reader, n_dossiers: u32) -> anyhow::Result<()> {
    let rounds = 20_u32;
    for (text, status) in [
        ("", None),
        ("", Some(Status::Received)),
        ("khai sinh", None),
        ("h", None),
        ("nguyen thi", None),
        ("khai sinh", Some(Status::Finished)),
        ("nguyen thi", Some(Status::Finished)),
    ] {
        let text = Text::truncated(text);
        let mut n_found = 0;
        let count = timed(|| {
            for _ in 0..rounds {
                let text = text.clone();
                match answer(reader, &Query::DossierCount { text, status })? {
                    Answer::Count(n) => n_found = n,
                    other => anyhow::bail!("another answer: {other:?}"),
                }
            }
            Ok(())
        })?;
        let page = PageAsk {
            limit: 50,
            skip: n_dossiers / 2,
            ..PageAsk::default()
        };
        let query = Query::Dossiers {
            text: text.clone(),
            status,
            page,
        };
        let jump = timed(|| {
            for _ in 0..rounds {
                answer(reader, &query)?;
            }
            Ok(())
        })?;
        println!(
            "{text:?} {status:?}: {n_found} counted in {:?}, a page after {} rows in {:?}",
            count / rounds,
            n_dossiers / 2,
            jump / rounds
        );
    }
    Ok(())
}

fn timed(work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<Duration> {
    let clock = Clock::start();
    work()?;
    Ok(clock.elapsed())
}

fn write_all(store: &mut SqliteStore, n_dossiers: u32) -> anyhow::Result<()> {
    for n in 0..n_dossiers {
        write_one(store, n)?;
    }
    Ok(store.commit(true)?)
}

fn write_one(store: &mut SqliteStore, n: u32) -> anyhow::Result<()> {
    let doc = DocId(blake3_16(n));
    let log = LogId {
        node: NodeId([1; 32]),
        incarnation: 1,
    };
    let seq = u64::from(n) + 1;
    let header = Header {
        seq,
        kind: DocKind::Dossier,
        doc,
        change_hash: Some(ChangeHash(*blake3::hash(&n.to_be_bytes()).as_bytes())),
        hlc: Hlc::from_millis(1_763_700_000_000 + u64::from(n)),
        officer: OfficerId([2; 8]),
        action: ActionKind::DossierReceived,
        closes: None,
    };
    let hlc = header.hlc;
    store.put_entry(&StoredEntry {
        log,
        header_bytes: header.encode(),
        header,
        change: Some(random(n, CHANGE_BYTES)),
        state: EntryState::Applied,
    })?;
    store.put_log(&LogRow {
        log,
        received: seq,
        hash: EntryHash([3; 32]),
        closed: false,
        base: None,
    })?;
    store.touch_doc(&doc, DocKind::Dossier, hlc, None)?;
    store.put_snapshot(&DocRow {
        doc,
        kind: DocKind::Dossier,
        snapshot: random(n, SNAPSHOT_BYTES),
        n_since: 0,
        touched: hlc,
        flag: None,
        forgotten: false,
    })?;
    store.project(&ProjectionRow::Dossier(row(doc, n), Vec::new()))?;
    Ok(())
}

fn row(doc: DocId, n: u32) -> DossierRow {
    let pick = |words: &[&'static str], by: u32| {
        let at = usize::try_from(n / by).unwrap_or_default() % words.len();
        words[at]
    };
    let name = format!(
        "{} {} {}",
        pick(&FAMILY, 7),
        pick(&MIDDLE, 3),
        pick(&GIVEN, 1)
    );
    let code = format!("H26.15-251121-{n:04}");
    let procedure = "Thủ tục đăng ký khai sinh";
    DossierRow {
        doc,
        codes: vec![code.clone()],
        search_text: fold(&format!("{code} {name} 0010{n:08} {procedure}")),
        code,
        procedure_code: "1.001193".to_owned(),
        procedure_name: procedure.to_owned(),
        transacting_name: name.clone(),
        subject_name: name,
        channel: Channel::default(),
        status: if n.is_multiple_of(5) {
            Status::Received
        } else {
            Status::Finished
        },
        received_at_millis: Some(1_763_700_000_000 + u64::from(n) * 60_000),
        due_at_millis: Some(1_763_900_000_000),
        ended_at_millis: None,
        n_conflicts: 0,
    }
}

fn search(reader: &Reader, text: &str) -> anyhow::Result<usize> {
    let query = Query::Dossiers {
        text: Text::truncated(text),
        status: None,
        page: PageAsk {
            limit: 20,
            ..PageAsk::default()
        },
    };
    match answer(reader, &query)? {
        Answer::Dossiers(page) => Ok(page.rows.len()),
        other => anyhow::bail!("another answer: {other:?}"),
    }
}

fn answer(reader: &Reader, query: &Query) -> anyhow::Result<Answer> {
    let asked = Asked {
        today: Day(20_400),
        site: None,
        is_safe: &|_, _| false,
    };
    reader
        .answer(query, &asked)?
        .context("a question for the engine")
}

fn random(n: u32, n_bytes: usize) -> Vec<u8> {
    let mut out = vec![0; n_bytes];
    blake3::Hasher::new()
        .update(&n.to_be_bytes())
        .finalize_xof()
        .fill(&mut out);
    out
}

fn blake3_16(n: u32) -> [u8; DocId::LEN] {
    let mut id = [0; DocId::LEN];
    id.copy_from_slice(&random(n, DocId::LEN));
    id
}
