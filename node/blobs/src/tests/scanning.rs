//! What a scan lists and sweeps, and several threads in one store.

use std::io::Read;

use super::*;
use crate::disk::{Disk as _, Folder};
use crate::{Begun, BlobError, Found, Put, State, Usage};

fn found(blobs: &Blobs) -> Vec<Found> {
    blobs.scan().unwrap().map(Result::unwrap).collect()
}

#[test]
fn whole_blobs_come_first_then_those_being_fetched() {
    let whole = sample(PART_LEN + 1, 1);
    let (disk, blobs) = holder(&whole);
    let partial = hash_of(b"y");
    blobs.begin(partial, 1).unwrap();
    let expected = [
        Found::Whole {
            hash: hash_of(&whole),
            size: whole.len() as u64,
        },
        Found::Partial {
            hash: partial,
            size: 1,
        },
    ];
    assert_eq!(found(&blobs), expected);
    assert_eq!(found(&open(&disk)), expected);
    let len = |folder| disk.content(folder, &disk.files(folder)[0]).len() as u64;
    let usage = Usage {
        n_whole: 1,
        whole_bytes: len(Folder::Whole),
        n_partial: 1,
        partial_bytes: len(Folder::Partial),
    };
    assert_eq!(blobs.usage().unwrap(), usage);
}

#[test]
fn files_of_others_are_left_alone() {
    let (disk, blobs) = holder(&sample(10, 1));
    for name in ["desktop.ini", &"z".repeat(64)] {
        disk.create(Folder::Whole, name).unwrap();
    }
    assert_eq!(found(&blobs).len(), 1);
    assert_eq!(disk.files(Folder::Whole).len(), 3);
}

#[test]
fn what_a_crash_left_is_swept() {
    let bytes = sample(10, 1);
    let (disk, blobs) = holder(&bytes);
    // A removal that overwrote the key and came no further; a power cut while finishing that left both names.
    let gone = sample(20, 2);
    ingest(&blobs, &gone).unwrap();
    let name = blobs.keys.file_name(&hash_of(&gone));
    disk.meddle(Folder::Whole, &name, |content| content[..60].fill(0));
    let twice = blobs.keys.file_name(&hash_of(&bytes));
    let content = disk.content(Folder::Whole, &twice);
    let copy = disk.create(Folder::Partial, &twice).unwrap();
    copy.write_all_at(&content, 0).unwrap();
    disk.create(Folder::Temp, "leftover").unwrap();
    assert_eq!(blobs.state(hash_of(&gone)).unwrap(), State::Absent);
    assert_eq!(found(&blobs).len(), 1);
    assert_eq!(disk.files(Folder::Whole), [twice]);
    assert_eq!(disk.files(Folder::Partial), Vec::<String>::new());
    assert_eq!(disk.files(Folder::Temp), Vec::<String>::new());
}

#[test]
fn a_scan_spares_what_is_being_written() {
    struct Scanning<'a>(&'a Blobs, u32);
    impl Read for Scanning<'_> {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            assert_eq!(self.0.scan().unwrap().count(), 0);
            self.1 = self.1.saturating_sub(1);
            Ok(if self.1 == 0 { 0 } else { out.len() })
        }
    }
    let blobs = open(&SimDisk::default());
    let mut told = |_| ControlFlow::Continue(());
    let done = blobs.ingest(&mut Scanning(&blobs, 4), u64::MAX, &mut told);
    blobs.verify(done.unwrap().hash).unwrap();
}

#[test]
fn threads_that_bring_fetch_remove_and_read_one_blob_never_see_wrong_bytes() {
    let bytes = sample(5 * PART_LEN + 3, 1);
    let hash = hash_of(&bytes);
    let size = bytes.len() as u64;
    let (_, from) = holder(&bytes);
    let disk = SimDisk::default();
    let blobs = open(&disk);
    let bring = || {
        ingest(&blobs, &bytes).unwrap();
    };
    let fetch = || {
        if blobs.begin(hash, size).unwrap() == Begun::Whole {
            return;
        }
        for (part, encoded) in (0..).zip(from.parts(hash, 0..6).unwrap()) {
            match blobs.put(hash, part, &encoded.unwrap()) {
                Ok(Put::Held) | Err(BlobError::Absent { .. }) => {}
                Ok(Put::Whole) => return,
                Err(other) => panic!("{other}"),
            }
        }
    };
    let look = || match read(&blobs, hash) {
        Ok(got) => assert!(got == bytes),
        Err(BlobError::Absent { .. }) => {}
        Err(other) => panic!("{other}"),
    };
    let remove = || {
        blobs.remove(hash).unwrap();
    };
    let steps: [&(dyn Fn() + Sync); 6] = [&bring, &fetch, &fetch, &look, &look, &remove];
    std::thread::scope(|threads| {
        for step in steps {
            threads.spawn(move || (0..60).for_each(|_| step()));
        }
    });
    bring();
    assert!(read(&blobs, hash).unwrap() == bytes);
    assert_eq!(disk.files(Folder::Temp), Vec::<String>::new());
    assert_eq!(found(&open(&disk)), [Found::Whole { hash, size }]);
}

#[test]
fn two_threads_that_begin_one_blob_fetch_into_one_file() {
    let bytes = sample(PART_LEN + 1, 1);
    let hash = hash_of(&bytes);
    let (_, from) = holder(&bytes);
    let parts = [0, 1].map(|part| from.part(hash, part).unwrap());
    let disk = SimDisk::default();
    let blobs = open(&disk);
    // Both have seen that nobody fetches it.
    disk.meet_at_create();
    std::thread::scope(|threads| {
        for (part, encoded) in (0..).zip(&parts) {
            let blobs = &blobs;
            threads.spawn(move || {
                blobs.begin(hash, 65_537).unwrap();
                blobs.put(hash, part, encoded).unwrap();
            });
        }
    });
    assert!(read(&blobs, hash).unwrap() == bytes);
}
