//! Steps after reception, and who may take them.

use super::*;

type MakeCommand = fn() -> Command;

/// Brings a dossier into a status, then tries every step: exactly those listed may be taken.
#[test]
fn every_status_allows_exactly_its_steps() {
    let all: [(&str, MakeCommand); 7] = [
        ("start", start),
        ("request", supplement_request),
        ("supplement", supplement),
        ("finish", finish),
        ("return", hand_over),
        ("refuse", refuse),
        ("withdraw", withdraw),
    ];
    type Path<'a> = &'a [MakeCommand];
    let rows: [(Path<'_>, Status, &[&str]); 7] = [
        (
            &[],
            Status::Received,
            &["start", "request", "finish", "refuse", "withdraw"],
        ),
        (
            &[start],
            Status::Processing,
            &["request", "finish", "withdraw"],
        ),
        (
            &[start, supplement_request],
            Status::SupplementRequired,
            &["supplement", "refuse", "withdraw"],
        ),
        (
            &[start, supplement_request, supplement],
            Status::Processing,
            &["request", "finish", "withdraw"],
        ),
        (&[finish], Status::Finished, &["return"]),
        (&[finish, hand_over], Status::Returned, &[]),
        (&[withdraw], Status::Withdrawn, &[]),
    ];
    for (path, status, allowed) in rows {
        for (name, step) in all {
            let mut copy = received().remove(0);
            for (hour, before) in (1..).zip(path) {
                decide(&mut copy, &before(), hour).unwrap();
            }
            assert_eq!(read(&copy).status, status);
            let result = decide(&mut copy, &step(), 9);
            assert_eq!(
                result.is_ok(),
                allowed.contains(&name),
                "{name} in {status:?}: {result:?}"
            );
            if result.is_err() {
                assert_eq!(result, Err(Refusal::WrongStatus { status }));
            }
        }
    }
}

/// A screen offers exactly what would be done, in every status and for every role.
#[test]
fn what_is_offered_is_what_is_done() {
    let paths: [&[MakeCommand]; 8] = [
        &[],
        &[start],
        &[supplement_request],
        &[supplement_request, supplement],
        &[finish],
        &[finish, hand_over],
        &[refuse],
        &[withdraw],
    ];
    let steps: [MakeCommand; 7] = [
        start,
        supplement_request,
        supplement,
        finish,
        hand_over,
        refuse,
        withdraw,
    ];
    for path in paths {
        let mut copy = received().remove(0);
        for (hour, before) in (1..).zip(path) {
            decide(&mut copy, &before(), hour).unwrap();
        }
        for role in [
            Role::Manager,
            Role::Reception,
            Role::CaseOfficer,
            Role::Cashier,
        ] {
            let (site, ctx) = (site_of_one(role), context(1, 9 * HOUR));
            let dossier = read(&copy);
            let offered = allowed_steps(&site, ctx.officer, &dossier);
            for step in steps {
                let kind = StepKind::of(&step()).unwrap();
                let offer = offered.iter().find(|(found, _)| *found == kind);
                let done = command(&ctx, &site, DOC, &dossier, &step()).unwrap();
                match (offer, done) {
                    (Some((_, None)), Ok(_)) => {}
                    (Some((_, Some(why))), Err(refusal)) => assert_eq!(*why, refusal),
                    (None, Err(Refusal::WrongStatus { .. } | Refusal::NotAllowed { .. })) => {}
                    (offer, done) => panic!("{kind:?} for {role:?}: {offer:?}, but {done:?}"),
                }
            }
        }
    }
}

/// A site whose officer 1 has a role.
fn site_of_one(role: Role) -> Site {
    let id = officer(1);
    let only = Officer {
        id,
        name: Text::truncated("Nguyễn Thị Hoa"),
        role,
        active: true,
    };
    let mut site = site();
    site.officers.insert(id, only);
    site
}

#[test]
fn empty_slips_are_refused() {
    let rows = [
        Command::RequestSupplement {
            dossier: which(),
            missing: List::default(),
            reason: Text::default(),
        },
        Command::RefuseDossier {
            dossier: which(),
            reason: Text::truncated("  "),
            legal_basis: Text::default(),
        },
        Command::Note {
            dossier: which(),
            text: Text::default(),
        },
        Command::EditDossier {
            dossier: which(),
            field: DossierField::Finance,
            value: Text::truncated("miễn phí"),
        },
    ];
    for command in rows {
        let mut copy = received().remove(0);
        assert_eq!(
            decide(&mut copy, &command, 1).unwrap_err().code(),
            "invalid_input",
            "{command:?}"
        );
    }
}

#[test]
fn a_supplement_restarts_the_clock_and_keeps_the_original_due_date() {
    let mut copy = received().remove(0);
    let original = read(&copy).due.unwrap();
    decide(&mut copy, &supplement_request(), 24).unwrap();
    assert_eq!(read(&copy).open_round().unwrap().missing.len(), 1);
    let outcome = decide(&mut copy, &supplement(), 48).unwrap();
    let dossier = read(&copy);
    assert_eq!(
        outcome,
        Outcome::DueChanged {
            doc: DOC,
            due: dossier.due.clone()
        }
    );
    // Answered on Wednesday 8:00: two working days from there.
    assert_eq!(
        dossier.due.unwrap().at.civil().unwrap(),
        jiff::civil::date(2025, 11, 28).at(8, 0, 0, 0)
    );
    assert_eq!(dossier.original_due, Some(original));
    assert!(dossier.rounds[0].answered_at.is_some());
}

#[test]
fn roles_bound_what_officers_do() {
    let mut site = site();
    let roles = [
        Role::Guide,
        Role::Reception,
        Role::CaseOfficer,
        Role::Leader,
        Role::Clerk,
        Role::Cashier,
        Role::BusinessAdmin,
        Role::TechnicalAdmin,
        Role::Inspector,
    ];
    for (no, role) in (1..).zip(roles) {
        let id = officer(no);
        site.officers.insert(
            id,
            Officer {
                id,
                name: Text::truncated("Cán bộ"),
                role,
                active: true,
            },
        );
    }
    let allowed = |right: Right| -> Vec<Role> {
        let may = |no: &u8| crate::decide::role::allow(&context(*no, 0), &site, right).is_ok();
        (1..=9)
            .filter(may)
            .map(|no| roles[usize::from(no) - 1])
            .collect()
    };
    assert_eq!(
        allowed(Right::IssueTickets),
        [Role::Guide, Role::Reception, Role::BusinessAdmin]
    );
    assert_eq!(allowed(Right::Receive), [Role::Reception]);
    assert_eq!(allowed(Right::Process), [Role::CaseOfficer, Role::Leader]);
    assert_eq!(allowed(Right::Collect), [Role::Reception, Role::Cashier]);
    assert_eq!(allowed(Right::Configure), [Role::BusinessAdmin]);
    assert_eq!(allowed(Right::ManageNodes), [Role::TechnicalAdmin]);
    let stranger = Context {
        officer: OfficerId([77; 8]),
        ..context(1, 0)
    };
    let refused = prepare_receive(
        &stranger,
        &site,
        PROCEDURE_DOC,
        &procedure(&[2], &[]),
        &ask(),
    );
    assert_eq!(refused, Err(Refusal::NotAllowed { role: None }));
    let inspector = context(9, 0);
    let dossier = read(&received()[0]);
    let edit = Command::Note {
        dossier: which(),
        text: Text::truncated("x"),
    };
    assert!(
        command(&inspector, &site, DOC, &dossier, &edit)
            .unwrap()
            .is_err()
    );
}
