//! Nothing goes wrong: what went in comes out.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::ControlFlow;

use proptest::prelude::*;

use super::*;
use crate::disk::{Disk as _, Folder};
use crate::header::{ERASED, HEADER_BYTES};
use crate::{BlobError, FolderDisk, Found, Removed, State};

#[test]
fn what_was_ingested_is_read_back() {
    for size in SIZES {
        let bytes = sample(size, 1);
        let (disk, blobs) = holder(&bytes);
        let hash = hash_of(&bytes);
        let len = bytes.len() as u64;
        assert!(read(&blobs, hash).unwrap() == bytes, "{size}");
        assert_eq!(blobs.state(hash).unwrap(), State::Whole { size: len });
        blobs.verify(hash).unwrap();
        let found: Vec<_> = open(&disk).scan().unwrap().map(Result::unwrap).collect();
        assert_eq!(found, [Found::Whole { hash, size: len }]);
        assert_eq!(disk.files(Folder::Temp), Vec::<String>::new());
    }
}

#[test]
fn the_same_bytes_are_kept_once() {
    let bytes = sample(100_000, 1);
    let (disk, blobs) = holder(&bytes);
    let again = ingest(&blobs, &bytes).unwrap();
    assert!(again.was_here);
    assert_eq!(disk.files(Folder::Whole).len(), 1);
    assert_eq!(disk.files(Folder::Temp), Vec::<String>::new());
    assert_eq!(blobs.usage().unwrap().n_whole, 1);
}

#[test]
fn nothing_on_the_disk_tells_what_it_is() {
    let bytes = vec![b'a'; 3 * PART_LEN];
    let (disk, _) = holder(&bytes);
    let (other, _) = holder(&bytes);
    let name = disk.files(Folder::Whole).remove(0);
    assert_ne!(name, hash_of(&bytes).to_string());
    assert_eq!(other.files(Folder::Whole), disk.files(Folder::Whole));
    let secret = SimDisk::default();
    let elsewhere = Blobs::open(Box::new(secret.clone()), &[8; 32], LIMITS).unwrap();
    ingest(&elsewhere, &bytes).unwrap();
    assert_ne!(secret.files(Folder::Whole), disk.files(Folder::Whole));
    // No run of equal bytes, not twice the same ciphertext, and not the content hash.
    let (ours, theirs) = (
        disk.content(Folder::Whole, &name),
        other.content(Folder::Whole, &name),
    );
    let same = ours.iter().zip(&theirs).filter(|(a, b)| a == b).count();
    assert!(same < ours.len() / 100, "{same}");
    assert!(!ours.windows(8).any(|run| run == [b'a'; 8]));
    let hash = hash_of(&bytes);
    assert!(!ours.windows(32).any(|run| run == hash.as_bytes()));
}

#[test]
fn a_reader_goes_where_it_is_told() {
    let bytes = sample(3 * PART_LEN + 5, 2);
    let (_, blobs) = holder(&bytes);
    let mut reader = blobs.read(hash_of(&bytes)).unwrap();
    let mut check = |to: SeekFrom, at: usize| {
        assert_eq!(reader.seek(to).unwrap(), at as u64);
        let mut got = vec![0; 1000];
        let n_read = reader.read(&mut got).unwrap();
        let rest = bytes.get(at..).unwrap_or_default();
        assert_eq!(n_read == 0, rest.is_empty());
        assert!(got[..n_read] == rest[..n_read]);
        reader.seek(SeekFrom::Current(-(n_read as i64))).unwrap();
    };
    check(SeekFrom::Start(65_535), 65_535);
    check(SeekFrom::Current(1), 65_536);
    check(SeekFrom::End(-1), bytes.len() - 1);
    check(SeekFrom::End(0), bytes.len());
    check(SeekFrom::End(70_000), bytes.len() + 70_000);
    check(SeekFrom::Start(0), 0);
    assert!(reader.seek(SeekFrom::Current(-1)).is_err());
}

#[test]
fn a_reader_touches_only_the_part_it_is_in() {
    let bytes = sample(16 * PART_LEN, 2);
    let (disk, blobs) = holder(&bytes);
    let mut reader = blobs.read(hash_of(&bytes)).unwrap();
    let before = disk.n_operations();
    reader.seek(SeekFrom::Start(9 * 65_536 + 3)).unwrap();
    reader.read_exact(&mut [0; 10]).unwrap();
    reader.read_exact(&mut [0; 10]).unwrap();
    assert_eq!(disk.n_operations() - before, 1);
}

#[test]
fn too_many_bytes_are_refused_and_leave_nothing() {
    let bytes = sample(200_000, 1);
    let disk = SimDisk::default();
    let blobs = open(&disk);
    for (max, fits) in [(199_999, false), (200_000, true), (0, false)] {
        let result = blobs.ingest(&mut &bytes[..], max, &mut |_| ControlFlow::Continue(()));
        assert_eq!(result.is_ok(), fits);
        if !fits {
            assert!(
                matches!(result, Err(BlobError::TooLarge { limit_bytes }) if limit_bytes == max)
            );
        }
        assert_eq!(disk.files(Folder::Temp), Vec::<String>::new());
    }
}

#[test]
fn progress_is_told_and_can_cancel() {
    let bytes = sample(200_000, 1);
    let disk = SimDisk::default();
    let blobs = open(&disk);
    let mut told = Vec::new();
    let cancelled = blobs.ingest(&mut &bytes[..], u64::MAX, &mut |done| {
        told.push(done);
        if done > 100_000 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert!(matches!(cancelled, Err(BlobError::Cancelled)));
    assert_eq!(told, [65_536, 131_072]);
    assert_eq!(disk.files(Folder::Temp), Vec::<String>::new());
    assert_eq!(blobs.state(hash_of(&bytes)).unwrap(), State::Absent);
}

#[test]
fn a_source_that_fails_leaves_nothing() {
    struct Failing(usize);
    impl std::io::Read for Failing {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            if self.0 == 0 {
                return Err(std::io::ErrorKind::BrokenPipe.into());
            }
            self.0 -= 1;
            out[0] = 1;
            Ok(1)
        }
    }
    let disk = SimDisk::default();
    let blobs = open(&disk);
    let mut told = |_| ControlFlow::Continue(());
    let result = blobs.ingest(&mut Failing(70_000), u64::MAX, &mut told);
    assert!(matches!(result, Err(BlobError::Source(_))));
    assert_eq!(disk.files(Folder::Temp), Vec::<String>::new());
    assert_eq!(disk.files(Folder::Whole), Vec::<String>::new());
}

#[test]
fn removed_is_absent_and_its_key_is_gone() {
    let bytes = sample(100_000, 1);
    let (disk, blobs) = holder(&bytes);
    let hash = hash_of(&bytes);
    let mut reader = blobs.read(hash).unwrap();
    let name = disk.files(Folder::Whole).remove(0);
    let file = disk.open(Folder::Whole, &name).unwrap();
    assert_eq!(blobs.remove(hash).unwrap(), Removed::Erased);
    // What a disk may keep of the file has no key any more.
    let mut header = [1; HEADER_BYTES];
    file.read_exact_at(&mut header, 0).unwrap();
    assert_eq!(header, ERASED);
    assert_eq!(blobs.remove(hash).unwrap(), Removed::Absent);
    assert!(matches!(blobs.read(hash), Err(BlobError::Absent { .. })));
    assert_eq!(disk.files(Folder::Whole), Vec::<String>::new());
    // Who was reading reads on.
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest).unwrap();
    assert!(rest == bytes);
    assert!(!ingest(&blobs, &bytes).unwrap().was_here);
}

#[test]
fn a_real_folder_holds_a_store() {
    let temp = tempfile::tempdir().unwrap();
    let root = temp.path().join("blobs");
    let bytes = sample(5 * PART_LEN + 9, 1);
    let hash = hash_of(&bytes);
    let opened = || {
        let disk = FolderDisk::open(&root).unwrap();
        Blobs::open(Box::new(disk), &SECRET, LIMITS).unwrap()
    };
    ingest(&opened(), &bytes).unwrap();
    let blobs = opened();
    assert!(read(&blobs, hash).unwrap() == bytes);
    let usage = blobs.usage().unwrap();
    assert_eq!((usage.n_whole, usage.n_partial), (1, 0));
    assert!(usage.whole_bytes >= bytes.len() as u64);
    assert_eq!(blobs.remove(hash).unwrap(), Removed::Erased);
    assert_eq!(blobs.scan().unwrap().count(), 0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        ingest(&blobs, &bytes).unwrap();
        for entry in std::fs::read_dir(root.join("whole")).unwrap() {
            let mode = entry.unwrap().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let mode = std::fs::metadata(&root).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_range_of_any_blob_is_read(size in 0_usize..300_000, at in 0_usize..320_000, len in 0_usize..200_000) {
        let bytes = sample(size, 9);
        let (_, blobs) = holder(&bytes);
        let mut reader = blobs.read(hash_of(&bytes)).unwrap();
        reader.seek(SeekFrom::Start(at as u64)).unwrap();
        let mut got = Vec::new();
        reader.take(len as u64).read_to_end(&mut got).unwrap();
        let (at, end) = (at.min(size), (at + len).min(size).max(at.min(size)));
        prop_assert!(got == bytes[at..end]);
    }
}
