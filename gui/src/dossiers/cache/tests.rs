//! Which pages are wanted, kept and forgotten.

use super::*;
use lienquay_shared::domain::dossier::Status;

fn line(at: usize) -> Line {
    let mut doc = [0; 16];
    doc[..8].copy_from_slice(&at.to_be_bytes());
    Line {
        doc: DocId(doc),
        code: at.to_string(),
        person: String::new(),
        subject: None,
        procedure: String::new(),
        received: String::new(),
        due_at_millis: None,
        status: Status::Received,
        is_in_conflict: false,
        is_safe: false,
    }
}

fn found(n_total: usize, pages: &[u32]) -> Found {
    let page = |number: &u32| {
        let first = *number as usize * PAGE_ROWS;
        let lines = (first..(first + PAGE_ROWS).min(n_total)).map(line);
        (*number, lines.collect())
    };
    Found {
        n_total,
        pages: pages.iter().map(page).collect(),
        n_shifted: 0,
    }
}

fn cache(n_total: usize, pages: &[u32]) -> Cache {
    let mut cache = Cache::default();
    cache.take(found(n_total, pages), &(0..12));
    cache
}

#[test]
fn pages_of_what_is_seen_and_soon_will_be_are_wanted() {
    for (known, visible, expect) in [
        (&[][..], 0..12, &[0][..]),
        (&[0], 0..12, &[]),
        (&[0], 55..67, &[]),
        // 30 rows before the end of the page the next one is fetched.
        (&[0], 60..72, &[1]),
        (&[0], 95..107, &[1]),
        (&[0, 1], 240..252, &[2]),
        (&[0], 49_990..50_002, &[499, 500]),
        // The last page has one row; nothing is asked behind it.
        (&[0], 99_989..100_001, &[999, 1_000]),
    ] {
        let cache = cache(100_001, known);
        assert_eq!(cache.wanted(&visible), expect, "{known:?} {visible:?}");
    }
    assert_eq!(Cache::default().wanted(&(0..12)), [0], "nothing known yet");
    assert_eq!(cache(0, &[0]).wanted(&(0..12)), [0; 0], "an empty list");
}

#[test]
fn stale_pages_stay_on_the_screen_and_are_wanted_again() {
    let mut cache = cache(1_000, &[0, 1, 2]);
    cache.stale();
    assert_eq!(cache.line(7).unwrap().code, "7");
    assert_eq!(cache.wanted(&(0..12)), [0]);
    cache.take(found(1_000, &[0]), &(0..12));
    assert_eq!(cache.wanted(&(0..12)), [0; 0]);
    assert_eq!(cache.wanted(&(80..92)), [1], "the others are still stale");
}

#[test]
fn pages_are_forgotten_when_the_list_grew() {
    let mut cache = cache(1_000, &[0, 1, 2]);
    cache.take(found(1_001, &[0]), &(0..12));
    assert_eq!(cache.n_total(), Some(1_001));
    assert!(cache.line(0).is_some() && cache.line(100).is_none());
}

#[test]
fn the_pages_farthest_from_the_officer_are_forgotten() {
    let mut cache = cache(100_000, &[]);
    for number in 0..17 {
        let first = number as usize * PAGE_ROWS;
        cache.take(found(100_000, &[number]), &(first..first + 12));
    }
    assert_eq!(cache.pages.len(), MAX_PAGES);
    assert!(cache.line(0).is_none());
    assert!(cache.line(1_600).is_some());
}

#[test]
fn a_mark_becomes_two() {
    let mut cache = cache(300, &[0, 1]);
    cache.mark_safe(&BTreeSet::from([line(150).doc]));
    assert!(cache.line(150).unwrap().is_safe);
    assert!(!cache.line(151).unwrap().is_safe);
}
