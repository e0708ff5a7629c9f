//! Reconnecting with nothing changed: bytes and round trips, at sites of several sizes.

use anyhow::{Context as _, Result, bail};
use lienquay_core::engine::Settings;
use lienquay_core::event::{Control, Event, Found, Notice, Token};
use lienquay_core::host::Host;
use lienquay_core::rng::Rng;
use lienquay_node::data_folder::{DataFolder, KeySeal, MachineId};
use lienquay_node::store::SqliteStore;
use lienquay_shared::NodeId;
use lienquay_shared::RequestId;
use lienquay_shared::command::{Command, Submission};
use lienquay_shared::schema::AutomergeDocuments;
use lienquay_shared::wire::link::NodeMode;
use lienquay_tests::morning::citizen;
use lienquay_tests::pump::Pump;

use crate::options::Options;
use crate::table::{Line, Table, Within};

/// 2026-11-21 09:00 in Vietnam.
const MORNING_MILLIS: u64 = 1_795_226_400_000;
/// Dossiers received under one commit; a real desk has one or two at a time.
const GROUP: u64 = 50;

/// Measures every size of the run.
pub(crate) fn run(options: &Options, table: &mut Table) -> Result<()> {
    options
        .sizes
        .iter()
        .try_for_each(|n_dossiers| measure(*n_dossiers, table))
}

fn measure(n_dossiers: u64, table: &mut Table) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (one, key_one, _keep_one) = host(&folder.path().join("1"), 1)?;
    let (two, key_two, _keep_two) = host(&folder.path().join("2"), 2)?;
    let mut pump = Pump::new([one, two], [key_one, key_two], MORNING_MILLIS);
    found_and_join(&mut pump, [key_one, key_two])?;
    import(&mut pump)?;
    for first in (0..n_dossiers).step_by(usize::try_from(GROUP)?) {
        for number in first..(first + GROUP).min(n_dossiers) {
            submit(
                &mut pump,
                number + 1_000,
                Command::ReceiveDossier(Box::new(citizen(number)?)),
            )?;
        }
        pump.pass(300)?;
    }
    settle(&mut pump)?;
    let same = pump.host(0).engine().vector_digest() == pump.host(1).engine().vector_digest();
    if !same {
        bail!("the two hosts do not hold the same");
    }
    let cost = pump.reconnect()?;
    let n_round_trips = cost.n_one_way_trips.div_ceil(2);
    table.add(
        Line::new(
            format!("reconnect, nothing changed, {n_dossiers} dossiers"),
            format!(
                "{} B in {} messages, {n_round_trips} round trip(s)",
                cost.n_bytes, cost.n_messages
            ),
        )
        .floor("1 round trip; before framing and Noise")
        .ratio(n_round_trips as f64, Within::AtMost(1.0))
        .peer("3.4 KB at any size (Syncthing)"),
    );
    Ok(())
}

fn settle(pump: &mut Pump<SqliteStore>) -> Result<()> {
    for _ in 0..10 {
        pump.pass(2_100)?;
    }
    Ok(())
}

fn host(path: &std::path::Path, seed: u8) -> Result<(Host<SqliteStore>, NodeId, DataFolder)> {
    let opened = DataFolder::create(path, &KeySeal::OwnerFile, &MachineId::of_this_machine())?;
    let settings = Settings {
        key: opened.identity.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        new_incarnation: false,
        documents: &AutomergeDocuments,
    };
    let now = lienquay_core::event::Now {
        mono_millis: 0,
        wall_millis: MORNING_MILLIS,
    };
    let host = Host::open(opened.store, settings, now, Rng::from_seed([seed; 32]))?;
    Ok((host, opened.identity.node(), opened.folder))
}

fn found_and_join(pump: &mut Pump<SqliteStore>, keys: [NodeId; 2]) -> Result<()> {
    let found = Found {
        site_secret: [9; 32],
        site_name: "Xã Bình Minh".to_owned(),
        unit: "H26.15".to_owned(),
        officer_name: "Nguyễn Thị Hoa".to_owned(),
        node_name: "quay 1".to_owned(),
    };
    control(pump, 0, Control::Found(found))?;
    let seek = Control::Seek {
        name: "quay 2".to_owned(),
        mode: NodeMode::Desk,
    };
    control(pump, 1, seek)?;
    pump.reconnect()?;
    let shown = pump
        .notices
        .iter()
        .filter(|(_, notice)| matches!(notice, Notice::JoinCode { .. }))
        .count();
    if shown != 2 {
        bail!("{shown} of 2 codes shown");
    }
    for (side, peer) in [(1, keys[0]), (0, keys[1])] {
        control(pump, side, Control::ConfirmCode { peer, admin: false })?;
    }
    settle(pump)
}

fn control(pump: &mut Pump<SqliteStore>, side: usize, control: Control) -> Result<()> {
    let control = Box::new(control);
    pump.order(
        side,
        Event::Control {
            token: Token(0),
            control,
        },
    )?;
    Ok(())
}

fn import(pump: &mut Pump<SqliteStore>) -> Result<()> {
    let catalogue = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../deploy/catalogue/2.000815.json"
    );
    let record = serde_json::from_slice(&std::fs::read(catalogue)?)?;
    submit(
        pump,
        1,
        Command::ImportProcedure {
            record,
            effective_from: None,
        },
    )
}

fn submit(pump: &mut Pump<SqliteStore>, number: u64, command: Command) -> Result<()> {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    let submission = Box::new(Submission {
        request: RequestId(id),
        command,
    });
    pump.order(
        0,
        Event::Submit {
            token: Token(number),
            submission,
        },
    )?;
    let reply = pump.replies.pop().context("no answer")?;
    match reply.result {
        Ok(_) => Ok(()),
        Err(refusal) => bail!("refused: {refusal}"),
    }
}
