//! What was changed in pieces is found as if it had been written whole.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::Texts;
use crate::store::{schema, search};

/// Many beginnings in common, so that a wrong one is found or missed.
const WORDS: [&str; 12] = [
    "t", "tr", "tran", "trung", "tru", "thi", "0310850", "0310", "03", "nguyễn", "n", "nam",
];
const TYPED: [&str; 14] = [
    "t", "tr", "tra", "tran", "tru", "trun", "th", "0", "03", "031", "03108", "n", "nam", "ng",
];
const N_DOSSIERS: i64 = 5;

/// The next of a row of numbers without pattern.
fn random(state: &mut u64, below: u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state % below
}

fn text(state: &mut u64) -> String {
    let n = random(state, 6);
    let pick = |_| WORDS[usize::try_from(random(state, WORDS.len() as u64)).unwrap()];
    (0..n).map(pick).collect::<Vec<_>>().join("-")
}

fn found(conn: &Connection, typed: &str) -> Vec<i64> {
    let query = "SELECT rowid FROM dossier_text WHERE dossier_text MATCH ?1 ORDER BY rowid";
    let mut statement = conn.prepare_cached(query).unwrap();
    let rows = statement.query_map([search::match_expression(typed)], |row| row.get(0));
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

fn expected(texts: &BTreeMap<i64, String>, typed: &str) -> Vec<i64> {
    let words = search::words(typed);
    let has = |text: &str| search::contains(&lienquay_shared::domain::text::fold(text), &words);
    let found = texts.iter().filter(|(_, text)| has(text));
    found.map(|(id, _)| *id).collect()
}

#[test]
fn corrections_of_some_words_leave_an_index_as_if_every_text_were_written_anew() {
    for folded in [true, false] {
        let mut conn = Connection::open_in_memory().unwrap();
        schema::migrate(&mut conn).unwrap();
        schema::recreate_projections(&conn).unwrap();
        let mut held: BTreeMap<i64, String> = BTreeMap::new();
        let mut waiting = Texts::default();
        let mut state = 0x9e37_79b9_7f4a_7c15;
        for step in 0..1_500 {
            let id = i64::try_from(random(&mut state, 5)).unwrap() % N_DOSSIERS + 1;
            let mut is = text(&mut state);
            if folded {
                is = lienquay_shared::domain::text::fold(&is);
            }
            if let Some(was) = held.remove(&id) {
                waiting.remove(id, &was);
            }
            if random(&mut state, 8) > 0 {
                waiting.insert(id, &is);
                held.insert(id, is);
            }
            if random(&mut state, 3) > 0 {
                continue;
            }
            waiting.write(&conn).unwrap();
            for typed in TYPED {
                let found = found(&conn, typed);
                assert_eq!(found, expected(&held, typed), "{typed:?} at step {step}");
            }
        }
    }
}
