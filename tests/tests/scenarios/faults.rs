//! Cuts, crashes, full disks, wrong clocks.

use lienquay_shared::command::{Command, Outcome};
use lienquay_shared::domain::site_time::TimeQuality;
use lienquay_shared::refusal::Refusal;
use lienquay_shared::wire::link::NodeMode;
use lienquay_tests::sim::clock::DAY_MILLIS;
use lienquay_tests::sim::invariants::check_settled;
use lienquay_tests::sim::officer::papers;
use lienquay_tests::sim::world::{PowerLoss, World};

use crate::site::{all_requests, dossier, edit, edit_of, read, request, three};

#[test]
fn both_sides_of_a_cut_edit_one_field_and_both_edits_are_kept() {
    let mut world = three(1);
    let doc = dossier(&mut world, 0);
    world.run_until_quiescent();
    world.partition(&[&[0], &[1, 2]]);
    edit(&mut world, 0, doc, "Một bản sao");
    edit(&mut world, 1, doc, "Hai bản sao");
    world.heal();
    world.run_until_quiescent();
    check_settled(&world);
    for node in 0..3 {
        assert_eq!(
            all_requests(&world, node, doc),
            ["Hai bản sao", "Một bản sao"]
        );
        assert_eq!(read(&world, node, doc).unwrap().conflicts.len(), 1);
    }
    edit(&mut world, 2, doc, "Hai bản sao");
    world.run_until_quiescent();
    assert!(read(&world, 0, doc).unwrap().conflicts.is_empty());
}

#[test]
fn a_full_disk_refuses_and_keeps_what_was_saved() {
    let mut world = three(2);
    let doc = dossier(&mut world, 2);
    edit(&mut world, 2, doc, "Trước");
    world.nodes[2].store_mut().faults().full = true;
    assert_eq!(
        world.submit(2, edit_of(doc, "Khi đầy")),
        Err(Refusal::DiskFull)
    );
    let received = world.submit(
        2,
        Command::ReceiveDossier(Box::new(papers::receive("Lê Văn Đầy"))),
    );
    assert_eq!(received, Err(Refusal::DiskFull));
    assert_eq!(request(&world, 2, doc), "Trước");
    // Others go on; what they write waits at the full disk, and says so.
    edit(&mut world, 0, doc, "Ở quầy khác");
    world.run_for(20_000);
    assert_eq!(request(&world, 2, doc), "Trước");
    assert!(
        world.reasons_of(2).contains("bound"),
        "{}",
        world.reasons_of(2)
    );
    world.nodes[2].store_mut().faults().full = false;
    world.run_until_quiescent();
    assert_eq!(request(&world, 2, doc), "Ở quầy khác");
    edit(&mut world, 2, doc, "Có chỗ lại");
    world.run_until_quiescent();
    check_settled(&world);
}

/// What comes as the answer to a greeting fails on a full disk as everything does, and leads to the next greeting.
#[test]
fn a_pc_whose_disk_is_full_does_not_greet_without_end() {
    let mut world = three(3);
    let doc = dossier(&mut world, 0);
    world.run_until_quiescent();
    world.nodes[2].store_mut().faults().full = true;
    let greetings = |world: &World| world.sent_by_name.get("Hello").map_or(0, |(n, _)| *n);
    let before = greetings(&world);
    for beat in 0..10 {
        edit(&mut world, 0, doc, &format!("Lần {beat}"));
        world.run_for(2_000);
    }
    let said = greetings(&world) - before;
    assert!(said <= 2 * 12, "{said} greetings in 20 s");
    world.nodes[2].store_mut().faults().full = false;
    world.run_until_quiescent();
    assert_eq!(request(&world, 2, doc), "Lần 9");
    check_settled(&world);
}

/// Since it joined it has not noted yet which version of the program it runs, and reading its state anew would do so.
#[test]
fn a_pc_that_cannot_read_its_state_anew_tries_again_but_seldom() {
    let mut world = three(6);
    let newcomer = world.add_node("quay4");
    world.join(newcomer, 0, NodeMode::Desk, false);
    let doc = dossier(&mut world, 0);
    world.run_until_quiescent();
    world.nodes[newcomer].store_mut().faults().full = true;
    let n_faults = |world: &World| world.trace().tail(100_000).matches("store fault").count();
    let before = n_faults(&world);
    edit(&mut world, 0, doc, "Ở quầy khác");
    world.run_for(20_000);
    let n_faults = n_faults(&world) - before;
    assert!((2..100).contains(&n_faults), "{n_faults} faults in 20 s");
    world.nodes[newcomer].store_mut().faults().full = false;
    world.run_until_quiescent();
    assert_eq!(request(&world, newcomer, doc), "Ở quầy khác");
    edit(&mut world, newcomer, doc, "Có chỗ lại");
    world.run_until_quiescent();
    check_settled(&world);
}

#[test]
fn what_was_acknowledged_survives_a_power_loss_at_any_write() {
    for n_writes in 0..60 {
        let mut world = three(n_writes);
        let doc = dossier(&mut world, 2);
        world.crash_at_write(2, n_writes);
        let submission = lienquay_shared::command::Submission {
            request: lienquay_shared::RequestId([9; 16]),
            command: edit_of(doc, "Sau khi nhận"),
        };
        world.order(2, submission.clone());
        world.run_for(3_000);
        world.crash(2, PowerLoss::AllUnsynced);
        world.restart(2);
        // The officer, who saw no answer, presses the button again.
        world.order(2, submission);
        world.run_until_quiescent();
        check_settled(&world);
        assert_eq!(
            request(&world, 0, doc),
            "Sau khi nhận",
            "power lost at write {n_writes}"
        );
        let dossiers = world
            .acknowledged()
            .iter()
            .filter(|done| matches!(done.outcome, Outcome::DossierReceived(_)));
        assert_eq!(dossiers.count(), 1);
    }
}

#[test]
fn a_site_whose_clocks_all_say_2019_asks_for_the_date_and_goes_on() {
    let mut world = three(4);
    let years = i64::try_from(7 * 365 * DAY_MILLIS).unwrap();
    for node in 0..3 {
        world.crash(node, PowerLoss::AllUnsynced);
        world.nodes[node].clock.set_skew_millis(-years);
    }
    world.restart_all();
    world.run_until_quiescent();
    let receive = || Command::ReceiveDossier(Box::new(papers::receive("Vũ Thị Giờ")));
    assert_eq!(world.submit(2, receive()), Err(Refusal::ClockUnconfirmed));
    world.done(
        2,
        Command::ConfirmDate {
            date: jiff::civil::date(2026, 11, 23),
        },
    );
    let doc = dossier(&mut world, 2);
    world.run_until_quiescent();
    check_settled(&world);
    let received = read(&world, 0, doc).unwrap().received_at.unwrap();
    assert_eq!(received.quality, TimeQuality::Confirmed);
    assert_eq!(
        received.civil().unwrap().date(),
        jiff::civil::date(2026, 11, 23)
    );
}

#[test]
fn one_pc_with_a_dead_clock_follows_the_others() {
    let mut world = three(5);
    let years = i64::try_from(7 * 365 * DAY_MILLIS).unwrap();
    world.nodes[2].clock.set_skew_millis(-years);
    world.run_for(10_000);
    let doc = dossier(&mut world, 2);
    let received = read(&world, 2, doc).unwrap().received_at.unwrap();
    assert_eq!(
        received.civil().unwrap().date(),
        jiff::civil::date(2026, 11, 23)
    );
    world.run_until_quiescent();
    check_settled(&world);
}

#[test]
fn reconnecting_costs_what_changed_not_what_is_there() {
    let cost = |n_dossiers: usize| {
        let mut world = three(6);
        let docs: Vec<_> = (0..n_dossiers).map(|_| dossier(&mut world, 2)).collect();
        world.run_until_quiescent();
        world.partition(&[&[0, 1], &[2]]);
        world.run_for(15_000);
        edit(&mut world, 2, docs[0], "Trong lúc mất mạng");
        let before = world.network.total();
        world.heal();
        world.run_until(30_000, |world| {
            request(world, 0, docs[0]) == "Trong lúc mất mạng"
        });
        assert_eq!(request(&world, 0, docs[0]), "Trong lúc mất mạng");
        world.network.total().n_bytes - before.n_bytes
    };
    let (few, many) = (cost(2), cost(60));
    assert!(
        many < few + 1_500,
        "{few} bytes with 2 dossiers, {many} with 60"
    );
}
