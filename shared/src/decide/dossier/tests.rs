//! Two counters and one dossier; the tests are in the files below.

mod conflicts;
mod files;
mod receiving;
mod stepping;

use super::*;
use crate::codec::{List, Text};
use crate::command::{Command, DossierRef, Outcome, ReceiveDossier, SettleChoice};
use crate::decide::role::Right;
use crate::domain::deadline::{Period, PeriodUnit, Qty, Term};
use crate::domain::dossier::{CodeKind, Component, Dossier, DossierField, HandedTo, Status};
use crate::domain::person::Person;
use crate::domain::procedure::Procedure;
use crate::domain::site::{Numbering, NumberingPlan, Officer, Role, Site};
use crate::domain::site_time::{Day, SiteTime, TimeQuality};
use crate::domain::text::fold;
use crate::schema::dossier;
use crate::schema::testing::{Copy, authors, context, merge_all, officer};
use crate::view::{ReceivePreview, conflict_rows, dossier_row};
use crate::{OfficerId, Refusal};

const DOC: DocId = DocId([5; 16]);
const PROCEDURE_DOC: DocId = DocId([6; 16]);
const HOUR: u64 = 3_600_000;

fn site() -> Site {
    Site {
        unit_code: "H26.15".to_owned(),
        ..Site::default()
    }
}

/// A catalogue record with the given processing times, cases and one required paper.
fn procedure(channel_days: &[u32], cases: &[(&str, u32)]) -> Procedure {
    let channels: Vec<_> = channel_days
        .iter()
        .map(|qty| {
            let unit = if *qty == 0 { "OTHER" } else { "WORKING_DAY" };
            serde_json::json!({"method": "DIRECT", "fees": [], "processing": {"qty": qty, "unit": unit}, "note": ""})
        })
        .collect();
    let cases: Vec<_> = cases
        .iter()
        .map(
            |(code, qty)| serde_json::json!({"case_code": code, "qty": qty, "unit": "WORKING_DAY"}),
        )
        .collect();
    let record = serde_json::json!({
        "code": "1.001193", "name": "Đăng ký khai sinh", "channels": channels, "processing_cases": cases, "state": "ACTIVE",
        "checklist_raw": [{"group": "Giấy tờ phải nộp", "items": [
            {"name": "Tờ khai", "original_qty": 1, "copy_qty": 0, "code": "KQ.1"},
            {"name": "Giấy tờ khác (nếu có)", "original_qty": 0, "copy_qty": 0, "code": ""},
        ]}],
    });
    crate::domain::importer::import_record(record.to_string().as_bytes())
        .unwrap()
        .0
}

fn ask() -> ReceiveDossier {
    let json = serde_json::json!({
        "procedure": "1.001193",
        "transacting": {"name": "Nguyễn Thị Đào", "id_number": "001190000001"},
        "components": [{"code": "KQ.1", "name": "Tờ khai", "originals": 1}],
    });
    serde_json::from_value(json).unwrap()
}

fn prepare(ask: &ReceiveDossier, procedure: &Procedure) -> Result<PreparedReceive, Refusal> {
    prepare_receive(&context(1, 0), &site(), PROCEDURE_DOC, procedure, ask)
}

/// Two counters that know a received dossier.
fn received() -> Vec<Copy> {
    let mut copies = Copy::several(2, DocKind::Dossier);
    let prepared = prepare(&ask(), &procedure(&[2], &[])).unwrap();
    let (write, _) = prepared.finish(DOC, Some(7));
    copies[0].write(&write.edits);
    merge_all(&mut copies);
    copies
}

fn read(copy: &Copy) -> Dossier {
    let (dossier, defects) = dossier::read(&copy.document, &authors);
    assert!(defects.is_empty(), "{defects:?}");
    dossier
}

fn which() -> DossierRef {
    DossierRef::Id(DOC)
}

fn days(days: u32) -> Term {
    Term::Within(Period {
        qty: Qty::whole(days).unwrap(),
        unit: PeriodUnit::WorkingDay,
    })
}

fn decide(copy: &mut Copy, command: &Command, hours: u64) -> Result<Outcome, Refusal> {
    let ctx = context(copy.no, hours * HOUR);
    let (write, outcome) = super::command(&ctx, &site(), DOC, &read(copy), command).unwrap()?;
    copy.write(&write.edits);
    Ok(outcome)
}

fn start() -> Command {
    Command::StartProcessing { dossier: which() }
}
fn supplement_request() -> Command {
    let missing = List::truncated(vec![Text::truncated("Giấy chứng sinh")]);
    Command::RequestSupplement {
        dossier: which(),
        missing,
        reason: Text::truncated("Chưa có"),
    }
}
fn supplement() -> Command {
    Command::Supplement { dossier: which() }
}
fn finish() -> Command {
    Command::FinishDossier {
        dossier: which(),
        result: Text::truncated("Cấp giấy khai sinh"),
    }
}
fn hand_over() -> Command {
    let to = HandedTo {
        name: Text::truncated("Nguyễn Thị Đào"),
        ..HandedTo::default()
    };
    Command::ReturnResult {
        dossier: which(),
        to,
    }
}
fn refuse() -> Command {
    Command::RefuseDossier {
        dossier: which(),
        reason: Text::truncated("Sai thẩm quyền"),
        legal_basis: Text::default(),
    }
}
fn withdraw() -> Command {
    Command::Withdraw {
        dossier: which(),
        reason: Text::default(),
    }
}
