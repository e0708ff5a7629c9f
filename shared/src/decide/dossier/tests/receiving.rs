//! Receiving: what is decided before a number is taken.

use super::*;

#[test]
fn a_received_dossier_explains_its_due_date() {
    let prepared = prepare(&ask(), &procedure(&[2], &[])).unwrap();
    let explained = prepared.due().explanation.to_vec();
    // Monday 24/11/2025 08:00 and two working days.
    assert_eq!(
        prepared.due().at.civil().unwrap(),
        jiff::civil::date(2025, 11, 26).at(8, 0, 0, 0)
    );
    assert!(explained[0].contains("2 ngày làm việc"), "{explained:?}");
    assert!(
        explained.last().unwrap().contains("26/11/2025"),
        "{explained:?}"
    );
    let dossier = read(&received()[1]);
    assert_eq!(dossier.code(), "H26.15-251124-0007");
    assert_eq!(dossier.status, Status::Received);
    assert_eq!(dossier.original_due.as_ref(), Some(prepared.due()));
    assert_eq!(
        dossier.subject.name, dossier.transacting.name,
        "one person is both"
    );
    assert_eq!(dossier.term, Some(days(2)));
    let row = dossier_row(DOC, &dossier);
    for words in [
        "nguyen thi dao",
        "h26.15-251124-0007",
        "001190000001",
        &fold("Đăng ký khai sinh"),
    ] {
        assert!(row.search_text.contains(words), "{words} is not found");
    }
}

#[test]
fn without_a_number_the_code_is_provisional_and_stays_findable() {
    let mut copy = Copy::new(1, DocKind::Dossier);
    let (write, told) = prepare(&ask(), &procedure(&[2], &[]))
        .unwrap()
        .finish(DOC, None);
    assert_eq!(told.code_kind, CodeKind::Provisional);
    copy.write(&write.edits);
    let number = Command::NumberDossier {
        dossier: which(),
        code: Text::truncated("H26.15-251124-0009"),
        official: true,
    };
    decide(&mut copy, &number, 1).unwrap();
    let dossier = read(&copy);
    assert_eq!(dossier.code(), "H26.15-251124-0009");
    assert!(dossier.codes.contains(&told.code));
    assert_eq!(decide(&mut copy, &number, 2), Err(Refusal::NoChange));
}

#[test]
fn where_the_province_numbers_ours_is_an_alias_from_the_day_of_the_change_on() {
    let day = context(1, 0).day();
    for (from, kind) in [(day, CodeKind::Alias), (Day(day.0 + 1), CodeKind::Official)] {
        let numbering = NumberingPlan {
            before: Numbering::Site,
            after: Numbering::Province,
            from,
        };
        let site = Site {
            numbering,
            ..site()
        };
        let prepared = prepare_receive(
            &context(1, 0),
            &site,
            PROCEDURE_DOC,
            &procedure(&[2], &[]),
            &ask(),
        )
        .unwrap();
        assert_eq!(prepared.finish(DOC, Some(1)).1.code_kind, kind);
    }
}

#[test]
fn what_is_missing_is_told_before_anything_is_saved() {
    let simple = procedure(&[2], &[]);
    let code =
        |ask: &ReceiveDossier, procedure: &Procedure| prepare(ask, procedure).unwrap_err().code();
    assert_eq!(
        code(
            &ReceiveDossier {
                transacting: Person::default(),
                ..ask()
            },
            &simple
        ),
        "invalid_input"
    );
    assert_eq!(
        code(
            &ReceiveDossier {
                subject: Some(Person::default()),
                ..ask()
            },
            &simple
        ),
        "invalid_input"
    );
    let other = Person {
        name: Text::truncated("Trần Văn An"),
        ..Person::default()
    };
    assert_eq!(
        code(
            &ReceiveDossier {
                subject: Some(other),
                ..ask()
            },
            &simple
        ),
        "invalid_input",
        "no basis"
    );
    assert_eq!(
        code(
            &ReceiveDossier {
                channel: crate::domain::dossier::Channel::Post,
                ..ask()
            },
            &simple
        ),
        "channel_not_offered"
    );
    assert_eq!(
        code(
            &ReceiveDossier {
                case: Some(Text::truncated("x")),
                ..ask()
            },
            &simple
        ),
        "invalid_input"
    );
    let nothing = ReceiveDossier {
        components: List::default(),
        ..ask()
    };
    assert_eq!(
        prepare(&nothing, &simple).unwrap_err(),
        Refusal::MissingComponents {
            names: vec!["Tờ khai".to_owned()]
        }
    );
    let doubtful = SiteTime::new(0, TimeQuality::Doubtful);
    let ctx = Context {
        now: doubtful,
        ..context(1, 0)
    };
    assert_eq!(
        prepare_receive(&ctx, &site(), PROCEDURE_DOC, &simple, &ask()),
        Err(Refusal::ClockUnconfirmed)
    );
}

#[test]
fn papers_accepted_as_missing_are_on_record() {
    let nothing = ReceiveDossier {
        components: List::default(),
        accept_missing: true,
        ..ask()
    };
    let mut copy = Copy::new(1, DocKind::Dossier);
    copy.write(
        &prepare(&nothing, &procedure(&[2], &[]))
            .unwrap()
            .finish(DOC, Some(1))
            .0
            .edits,
    );
    let missing: Vec<Component> = read(&copy)
        .components
        .iter()
        .filter(|paper| paper.missing)
        .cloned()
        .collect();
    assert_eq!(missing.len(), 1);
    assert_eq!(&*missing[0].name, "Tờ khai");
}

#[test]
fn several_published_times_are_the_officers_choice() {
    let by_channel = procedure(&[2, 5], &[]);
    let options = vec!["2 ngày làm việc".to_owned(), "5 ngày làm việc".to_owned()];
    assert_eq!(
        prepare(&ask(), &by_channel),
        Err(Refusal::MustChooseProcessing { options })
    );
    let chosen = prepare(
        &ReceiveDossier {
            processing: Some(1),
            ..ask()
        },
        &by_channel,
    )
    .unwrap();
    assert!(chosen.due().explanation[0].contains("5 ngày"));
    assert!(
        prepare(
            &ReceiveDossier {
                processing: Some(2),
                ..ask()
            },
            &by_channel
        )
        .is_err()
    );

    let by_case = procedure(&[0], &[("1.001193.01", 3), ("1.001193.02", 8)]);
    let options = vec!["1.001193.01".to_owned(), "1.001193.02".to_owned()];
    assert_eq!(
        prepare(&ask(), &by_case),
        Err(Refusal::MustChooseCase { options })
    );
    let case = Some(Text::truncated("1.001193.02"));
    assert!(
        prepare(&ReceiveDossier { case, ..ask() }, &by_case)
            .unwrap()
            .due()
            .explanation[0]
            .contains("8 ngày")
    );
}

#[test]
fn a_time_is_entered_only_where_none_is_published_or_for_the_same_day() {
    let unstated = procedure(&[0], &[]);
    assert_eq!(
        prepare(&ask(), &unstated).unwrap_err().code(),
        "must_enter_term"
    );
    let entered = |term: Term, procedure: &Procedure| {
        prepare(
            &ReceiveDossier {
                term: Some(term),
                ..ask()
            },
            procedure,
        )
    };
    assert!(entered(days(4), &unstated).is_ok());
    let published = procedure(&[2], &[]);
    assert!(
        entered(days(4), &published).is_err(),
        "longer than published"
    );
    assert!(entered(days(2), &published).is_ok());
    let same_day = entered(Term::SameDay, &published).unwrap();
    assert_eq!(
        same_day.due().at.civil().unwrap(),
        jiff::civil::date(2025, 11, 24).at(17, 0, 0, 0)
    );
}

fn preview(ask: &ReceiveDossier, procedure: &Procedure) -> ReceivePreview {
    preview_receive(&context(1, 0), &site(), Some(procedure), ask)
}

#[test]
fn an_empty_page_hears_of_everything_and_of_its_due_date() {
    let simple = procedure(&[2], &[]);
    let empty = ReceiveDossier {
        transacting: Person::default(),
        subject: Some(Person {
            phone: Text::truncated("0905"),
            ..Person::default()
        }),
        components: List::default(),
        n_sets: 0,
        ..ask()
    };
    let told = preview(&empty, &simple);
    let fields: Vec<&str> = told
        .problems
        .iter()
        .map(|problem| match problem {
            Refusal::InvalidInput { field, .. } => field.as_str(),
            other => other.code(),
        })
        .collect();
    let expect = [
        "transacting/name",
        "subject/name",
        "basis/kind",
        "n_sets",
        "missing_components",
    ];
    assert_eq!(fields, expect);
    let whole = prepare(&ask(), &simple).unwrap();
    assert_eq!(told.due.as_ref(), Some(whole.due()));
    assert_eq!(
        preview(&ask(), &simple),
        ReceivePreview {
            due: Some(whole.due().clone()),
            problems: Vec::new()
        }
    );
}

#[test]
fn what_receiving_is_refused_with_is_the_first_problem_of_the_page() {
    let nobody = ReceiveDossier {
        transacting: Person::default(),
        ..ask()
    };
    let no_papers = ReceiveDossier {
        components: List::default(),
        ..ask()
    };
    for procedure in [
        procedure(&[2], &[]),
        procedure(&[0], &[]),
        procedure(&[2, 5], &[]),
        procedure(&[0], &[("a", 3), ("b", 8)]),
    ] {
        for ask in [ask(), nobody.clone(), no_papers.clone()] {
            let told = preview(&ask, &procedure);
            match prepare(&ask, &procedure) {
                Ok(prepared) => assert_eq!(
                    (told.due.as_ref(), told.problems.len()),
                    (Some(prepared.due()), 0)
                ),
                Err(refusal) => assert_eq!(told.problems.first(), Some(&refusal)),
            }
        }
    }
}

#[test]
fn no_due_date_is_shown_that_nobody_could_promise() {
    let unstated = preview(&ask(), &procedure(&[0], &[]));
    assert_eq!(unstated.due, None);
    assert_eq!(unstated.problems[0].code(), "must_enter_term");
    let ctx = Context {
        now: SiteTime::new(0, TimeQuality::Doubtful),
        ..context(1, 0)
    };
    let simple = procedure(&[2], &[]);
    let told = preview_receive(&ctx, &site(), Some(&simple), &ask());
    assert_eq!(told.due, None);
    assert_eq!(told.problems, [Refusal::ClockUnconfirmed]);
    let nowhere = Site::default();
    let told = preview_receive(&context(1, 0), &nowhere, None, &ask());
    let codes: Vec<&str> = told.problems.iter().map(Refusal::code).collect();
    assert_eq!(codes, ["unknown_procedure", "invalid_input"]);
    assert_eq!(told.due, None);
}
