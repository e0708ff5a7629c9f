//! Files of a dossier: added, replaced and taken out on two counters.

use super::*;
use crate::domain::file::{Digitised, File, MAX_FILE_BYTES, MAX_FILES, MediaType, Origin, Place};
use crate::{EventId, FileHash};

fn scan(no: u8, place: Place) -> File {
    File {
        hash: FileHash([no; 32]),
        size: 120_000,
        media: MediaType::Pdf,
        name: Text::truncated(&format!("Tờ khai {no}.pdf")),
        place,
        origin: Origin::Scanned,
    }
}

fn add(file: File) -> Command {
    Command::AddFile {
        dossier: which(),
        file,
        replaces: None,
    }
}

fn replace(replaced: EventId, file: File) -> Command {
    Command::AddFile {
        dossier: which(),
        file,
        replaces: Some(replaced),
    }
}

fn remove(file: EventId) -> Command {
    Command::RemoveFile {
        dossier: which(),
        file,
        reason: Text::truncated("Quét nhầm hồ sơ"),
    }
}

fn hashes(copy: &Copy) -> Vec<u8> {
    let files = read(copy).files;
    files.iter().map(|added| added.file.hash.0[0]).collect()
}

fn id_of(copy: &Copy, no: u8) -> EventId {
    let files = read(copy).files;
    let found = files.iter().find(|added| added.file.hash.0[0] == no);
    found.unwrap().id
}

#[test]
fn files_added_on_two_counters_are_all_there_and_say_what_is_digitised() {
    let mut copies = received();
    let paper = Place::Component(0);
    decide(&mut copies[0], &add(scan(1, paper)), 1).unwrap();
    assert_eq!(read(&copies[0]).digitised(0), Digitised::Scanned);
    let electronic = File {
        origin: Origin::Electronic,
        ..scan(2, paper)
    };
    decide(&mut copies[1], &add(electronic), 1).unwrap();
    decide(&mut copies[1], &add(scan(3, Place::Result)), 2).unwrap();
    merge_all(&mut copies);
    for copy in &copies {
        let mut all = hashes(copy);
        all.sort_unstable();
        assert_eq!(all, [1, 2, 3]);
        assert_eq!(read(copy).digitised(0), Digitised::Electronic);
        assert_eq!(read(copy).digitised(1), Digitised::No);
    }
}

#[test]
fn two_counters_that_replace_one_file_keep_both_replacements() {
    let mut copies = received();
    decide(&mut copies[0], &add(scan(1, Place::Other)), 1).unwrap();
    merge_all(&mut copies);
    let first = id_of(&copies[0], 1);
    decide(&mut copies[0], &replace(first, scan(2, Place::Other)), 2).unwrap();
    decide(&mut copies[1], &replace(first, scan(3, Place::Other)), 2).unwrap();
    merge_all(&mut copies);
    for copy in &copies {
        let mut all = hashes(copy);
        all.sort_unstable();
        assert_eq!(all, [2, 3]);
    }
    let gone = decide(&mut copies[0], &remove(first), 3);
    assert_eq!(gone, Err(Refusal::UnknownFile));
}

#[test]
fn a_file_taken_out_on_one_counter_and_replaced_on_the_other_leaves_the_replacement() {
    let mut copies = received();
    decide(&mut copies[0], &add(scan(1, Place::Other)), 1).unwrap();
    merge_all(&mut copies);
    let first = id_of(&copies[0], 1);
    decide(&mut copies[0], &remove(first), 2).unwrap();
    decide(&mut copies[1], &replace(first, scan(2, Place::Other)), 2).unwrap();
    merge_all(&mut copies);
    for copy in &copies {
        assert_eq!(hashes(copy), [2]);
        assert_eq!(read(copy).history.len(), 5, "what happened stays told");
    }
}

#[test]
fn a_file_is_renamed_and_moved_by_replacing_it_with_itself() {
    let mut copies = received();
    let copy = &mut copies[0];
    decide(copy, &add(scan(1, Place::Other)), 1).unwrap();
    let moved = scan(1, Place::Component(0));
    let first = id_of(copy, 1);
    decide(copy, &replace(first, moved.clone()), 2).unwrap();
    let named = File {
        name: Text::truncated("Giấy chứng sinh.pdf"),
        ..moved.clone()
    };
    let second = id_of(copy, 1);
    decide(copy, &replace(second, named.clone()), 3).unwrap();
    assert_eq!(read(copy).files.len(), 1);
    assert_eq!(read(copy).files[0].file, named);
    let third = id_of(copy, 1);
    assert_eq!(
        decide(copy, &replace(third, named), 4),
        Err(Refusal::NoChange)
    );
    assert_eq!(decide(copy, &add(moved), 4), Err(Refusal::NoChange));
}

#[test]
fn what_cannot_be_a_file_of_this_dossier_is_refused_with_a_reason() {
    let mut copies = received();
    let copy = &mut copies[0];
    let good = scan(1, Place::Component(0));
    let bad = [
        (
            File {
                size: 0,
                ..good.clone()
            },
            "file",
        ),
        (
            File {
                size: MAX_FILE_BYTES + 1,
                ..good.clone()
            },
            "file",
        ),
        (
            File {
                name: Text::truncated("../x.pdf"),
                ..good.clone()
            },
            "file.name",
        ),
        (
            File {
                name: Text::default(),
                ..good.clone()
            },
            "file.name",
        ),
        (
            File {
                place: Place::Component(1),
                ..good.clone()
            },
            "file.place",
        ),
    ];
    for (file, wanted) in bad {
        match decide(copy, &add(file.clone()), 1) {
            Err(Refusal::InvalidInput { field, .. }) => assert_eq!(field, wanted),
            other => panic!("{file:?}: {other:?}"),
        }
    }
    let nobody = EventId([9; 16]);
    let replaced = decide(copy, &replace(nobody, good.clone()), 1);
    assert_eq!(replaced, Err(Refusal::UnknownFile));
    decide(copy, &add(good), 1).unwrap();
    let added = id_of(copy, 1);
    let silent = Command::RemoveFile {
        dossier: which(),
        file: added,
        reason: Text::truncated("  "),
    };
    assert!(matches!(
        decide(copy, &silent, 2),
        Err(Refusal::InvalidInput { .. })
    ));
}

#[test]
fn a_dossier_has_room_for_so_many_files_and_one_may_still_be_replaced() {
    let mut copies = received();
    let copy = &mut copies[0];
    let numbered = |no: usize| File {
        hash: FileHash([u8::try_from(no % 251).unwrap(); 32]),
        name: Text::truncated(&format!("{no}.pdf")),
        place: if no < 251 {
            Place::Other
        } else {
            Place::Result
        },
        ..scan(0, Place::Other)
    };
    for no in 0..MAX_FILES {
        decide(copy, &add(numbered(no)), 1).unwrap();
    }
    assert_eq!(
        decide(copy, &add(numbered(MAX_FILES)), 2),
        Err(Refusal::TooManyFiles { max: 200 })
    );
    let first = read(copy).files[0].id;
    decide(copy, &replace(first, numbered(MAX_FILES)), 2).unwrap();
    assert_eq!(read(copy).files.len(), MAX_FILES);
}

#[test]
fn reception_and_case_officers_attach_and_cashiers_do_not() {
    use crate::decide::role::has;
    for (role, may) in [
        (Role::Reception, true),
        (Role::CaseOfficer, true),
        (Role::Clerk, true),
        (Role::Manager, true),
        (Role::Cashier, false),
        (Role::Guide, false),
        (Role::Inspector, false),
    ] {
        assert_eq!(has(role, Right::Attach), may, "{role:?}");
    }
}
