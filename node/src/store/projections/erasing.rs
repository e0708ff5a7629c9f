//! Words of removed dossiers leave the index for good, some pages at a time.
//!
//! The index writes a removal down as one more entry, which costs the same however many dossiers there are; the words stay
//! in its older segments until those are merged with it. To find and overwrite each of them at once (`secure-delete`) costs
//! every correction a walk through all dossiers that share a word. So a removal asks for all segments to be merged into
//! one, and SQLite overwrites the freed pages (`secure_delete`).

use rusqlite::Connection;

use crate::store::facts::{drop_local, local, n_locals, set_local};
use crate::store::fault::SqlResult;
use crate::store::projections::merging::{PAGES, merge};

/// Both facts of this PC's shell begin so.
const OWED: &str = "texts-eras";
/// A text was removed since the last merge of everything began.
const ASKED: &str = "texts-erase-asked";
/// Such a merge is going on.
const GOING_ON: &str = "texts-erasing";

/// A text was removed.
pub(crate) fn ask(conn: &Connection) -> SqlResult<()> {
    set_local(conn, ASKED, &[])
}

/// Whether there is something left to do.
pub(crate) fn is_owed(conn: &Connection) -> SqlResult<bool> {
    Ok(n_locals(conn, OWED)? > 0)
}

/// Does some of it; whether there is something left.
pub(crate) fn go_on(conn: &Connection) -> SqlResult<bool> {
    if local(conn, GOING_ON)?.is_some() {
        if merge(conn, PAGES)? {
            return Ok(true);
        }
        drop_local(conn, GOING_ON)?;
    } else if local(conn, ASKED)?.is_some() {
        drop_local(conn, ASKED)?;
        set_local(conn, GOING_ON, &[])?;
        // Less than none: whatever there is becomes one segment.
        merge(conn, -PAGES)?;
    }
    is_owed(conn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::projections::texts::Texts;
    use crate::store::schema;

    const N_TEXTS: i64 = 3_000;
    /// Some texts with a word of their own, of which no other word is the beginning: the index writes it out.
    const OWN: [(i64, &str); 5] = [
        (7, "bao07"),
        (1_500, "chau15"),
        (2_999, "dung29"),
        (CORRECTED, "hoa08"),
        (LATER, "khoi09"),
    ];
    const CORRECTED: i64 = 8;
    const LATER: i64 = 9;

    fn text(id: i64) -> String {
        let own = OWN.iter().find(|(owner, _)| *owner == id);
        format!(
            "nguyen van {} {}",
            id % 50,
            own.map_or("", |(_, word)| word)
        )
    }

    /// Whether a word stands anywhere in the index, in no matter what state.
    fn has_bytes(conn: &Connection, word: &str) -> bool {
        let query =
            "SELECT 1 FROM dossier_text_data WHERE instr(block, CAST(substr(?1, 2) AS BLOB)) > 0";
        conn.prepare(query).unwrap().exists([word]).unwrap()
    }

    fn found(conn: &Connection, word: &str) -> i64 {
        let query = "SELECT COUNT(*) FROM dossier_text WHERE dossier_text MATCH ?1";
        conn.query_row(query, [word], |row| row.get(0)).unwrap()
    }

    fn erase(conn: &Connection) -> usize {
        let mut n_slices = 0;
        while is_owed(conn).unwrap() {
            assert_eq!(go_on(conn).unwrap(), is_owed(conn).unwrap());
            n_slices += 1;
            assert!(n_slices < 1_000, "erasing never ends");
        }
        n_slices
    }

    #[test]
    fn the_words_of_removed_texts_are_nowhere_when_it_is_done() {
        let mut conn = Connection::open_in_memory().unwrap();
        schema::migrate(&mut conn).unwrap();
        schema::recreate_projections(&conn).unwrap();
        let mut texts = Texts::default();
        for id in 1..=N_TEXTS {
            texts.insert(id, &text(id));
            if id % 100 == 0 {
                texts.write(&conn).unwrap();
            }
        }
        assert_eq!(erase(&conn), 0, "nothing was removed");
        let removed = OWN.map(|(id, _)| id);
        for id in removed
            .into_iter()
            .filter(|id| ![CORRECTED, LATER].contains(id))
        {
            texts.remove(id, &text(id));
        }
        texts.remove(CORRECTED, &text(CORRECTED));
        texts.insert(CORRECTED, "nguyen van sau");
        texts.write(&conn).unwrap();
        assert!(texts.take_removed() && !texts.take_removed());
        assert!(OWN.iter().all(|(_, word)| has_bytes(&conn, word)));
        assert!(go_on(&conn).unwrap());
        // Work goes on meanwhile, and somebody else is forgotten.
        texts.remove(LATER, &text(LATER));
        texts.insert(N_TEXTS + 1, "nguyen van moi");
        texts.write(&conn).unwrap();
        assert!(erase(&conn) > 1);
        for (id, word) in OWN {
            assert_eq!(found(&conn, word), 0, "{id}");
            assert!(!has_bytes(&conn, word), "{id}");
        }
        assert_eq!((found(&conn, "sau"), found(&conn, "moi")), (1, 1));
        assert_eq!(found(&conn, "nguyen"), N_TEXTS - 4 + 1);
    }
}
