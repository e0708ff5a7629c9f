//! What is known of files, asked of the simulated tables by looking at all of them: a site of the tests has few.

use lienquay_core::files::{Class, FileRank, FileRow, FileTotals, Naming};
use lienquay_shared::FileHash;

use super::tables::Tables;

fn rows(tables: &Tables, is_it: impl Fn(&FileRow) -> bool) -> Vec<FileRow> {
    let all = tables.files.iter().map(|(_, row)| *row);
    all.filter(|row| is_it(row)).collect()
}

pub(super) fn wanted(tables: &Tables, after: Option<&FileRank>, limit: usize) -> Vec<FileRow> {
    let mut found = rows(tables, |row| {
        !row.is_held
            && row.rank.class <= Class::LAST_WANTED
            && after.is_none_or(|after| row.rank > *after)
    });
    found.sort_by_key(|row| row.rank);
    found.truncate(limit);
    found
}

pub(super) fn kept(tables: &Tables, before: Option<&FileRank>, limit: usize) -> Vec<FileRow> {
    let mut found = rows(tables, |row| {
        row.is_held && before.is_none_or(|before| row.rank < *before)
    });
    found.sort_by_key(|row| std::cmp::Reverse(row.rank));
    found.truncate(limit);
    found
}

pub(super) fn told(tables: &Tables, after: u64, limit: usize) -> Vec<FileRow> {
    let mut found = rows(tables, |row| row.own_seq > after);
    found.sort_by_key(|row| row.own_seq);
    found.truncate(limit);
    found
}

pub(super) fn of(
    tables: &Tables,
    holders: u64,
    after: Option<&FileHash>,
    limit: usize,
) -> Vec<FileRow> {
    let mut found = rows(tables, |row| {
        row.holders & holders != 0 && after.is_none_or(|after| row.hash > *after)
    });
    found.truncate(limit);
    found
}

pub(super) fn totals(tables: &Tables) -> FileTotals {
    let held = rows(tables, |row| row.is_held);
    let all = rows(tables, |_| true);
    let is_rumour =
        |row: &&FileRow| !row.is_held && row.rank.class == Class::Unnamed && row.own_seq == 0;
    FileTotals {
        n_held: held.len() as u64,
        held_bytes: held.iter().map(|row| row.size).sum(),
        own_seq: all.iter().map(|row| row.own_seq).max().unwrap_or(0),
        n_rumoured: all.iter().filter(is_rumour).count() as u64,
    }
}

pub(super) fn naming(tables: &Tables, hash: &FileHash) -> Naming {
    let mut naming = Naming::default();
    let uses = tables.file_uses.iter().flat_map(|(_, uses)| uses);
    for one in uses.filter(|one| one.hash == *hash) {
        naming.n_docs += 1;
        naming.n_open += u64::from(one.is_open);
        naming.n_chosen += u64::from(one.is_chosen);
        naming.size = naming.size.max(one.size);
        naming.newest = naming.newest.max(one.added);
    }
    naming
}
