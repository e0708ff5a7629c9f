//! Receiving dossiers and working on them.

use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{Command, DossierRef, ReceiveDossier, SettleChoice};
use lienquay_shared::domain::dossier::{Basis, DossierField, Finance, HandedTo, Status};
use lienquay_shared::domain::person::{Person, PersonField, Who};
use lienquay_shared::domain::site::Role;

use super::Officers;
use crate::sim::procedure;
use crate::sim::read::Disk;
use crate::sim::world::World;

/// The newest dossiers an officer looks at.
const SCREEN: usize = 6;

/// A dossier of the one procedure, from a citizen of this name.
pub fn receive(name: &str) -> ReceiveDossier {
    ReceiveDossier {
        procedure: Text::truncated(procedure::CODE),
        case: None,
        processing: None,
        term: None,
        channel: Default::default(),
        subject_kind: Default::default(),
        transacting: Person {
            name: Text::truncated(name),
            ..Person::default()
        },
        subject: None,
        basis: Basis::default(),
        request: Text::default(),
        components: List::default(),
        n_sets: 1,
        finance: Finance::NoneDue,
        ticket: None,
        accept_missing: true,
    }
}

impl Officers {
    pub(super) fn reception(&mut self, world: &World) -> Command {
        let number = world.acknowledged().len();
        Command::ReceiveDossier(Box::new(receive(&format!("Trần Văn {number}"))))
    }

    pub(super) fn with_papers(&mut self, disk: &Disk<'_>, role: Option<Role>) -> Option<Command> {
        let known = disk.dossier_ids();
        let newest: Vec<_> = known.iter().rev().take(SCREEN).collect();
        let doc = **self.chance.pick(&newest)?;
        let dossier = DossierRef::Id(doc);
        if self.chance.percent(35) {
            return Some(self.correct(dossier));
        }
        let model = disk.dossier(&doc)?;
        if let Some(conflict) = model.conflicts.first().filter(|_| self.chance.percent(40)) {
            let field = conflict.field.parse::<DossierField>().ok()?;
            let value = Text::truncated(&model.get(field));
            return Some(Command::SettleConflict {
                dossier,
                choice: SettleChoice::Field { field, value },
            });
        }
        let reason = || Text::truncated("Theo quy định");
        let command = match (role, model.status, self.chance.below(10)) {
            (Some(Role::CaseOfficer), Status::Received, _) => Command::StartProcessing { dossier },
            (Some(Role::CaseOfficer), Status::Processing, 0..=3) => Command::RequestSupplement {
                dossier,
                missing: List::truncated(vec![Text::truncated("Bản sao giấy khai sinh")]),
                reason: reason(),
            },
            (Some(Role::CaseOfficer), _, 0..=7) => Command::FinishDossier {
                dossier,
                result: Text::truncated("Đã cấp giấy"),
            },
            (Some(Role::Reception), Status::Finished, _) => Command::ReturnResult {
                dossier,
                to: HandedTo {
                    name: Text::truncated("Trần Văn Nhận"),
                    ..HandedTo::default()
                },
            },
            (Some(Role::Reception), _, 0) => Command::Withdraw {
                dossier,
                reason: reason(),
            },
            (_, _, 0..=6) => Command::Supplement { dossier },
            _ => Command::Note {
                dossier,
                text: Text::truncated("Đã gọi điện cho công dân"),
            },
        };
        Some(command)
    }

    /// The same few fields, so that two sides of a cut edit the same one.
    fn correct(&mut self, dossier: DossierRef) -> Command {
        let fields = [
            DossierField::Person(Who::Transacting, PersonField::Phone),
            DossierField::Person(Who::Transacting, PersonField::Address),
            DossierField::Request,
        ];
        let field = self
            .chance
            .pick(&fields)
            .copied()
            .unwrap_or(DossierField::Request);
        let value = format!("0{:09}", self.chance.below(1_000_000_000));
        Command::EditDossier {
            dossier,
            field,
            value: Text::truncated(&value),
        }
    }
}
