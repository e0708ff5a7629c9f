//! Jumping into a list and counting it.

use super::*;

impl Bench {
    fn page_after(&self, text: &str, status: Option<Status>, page: PageAsk) -> Vec<DocId> {
        let text = Text::truncated(text);
        match self.ask(&Query::Dossiers { text, status, page }) {
            Answer::Dossiers(page) => page.rows.iter().map(|row| row.doc).collect(),
            other => panic!("another answer: {other:?}"),
        }
    }

    fn count(&self, text: &str, status: Option<Status>) -> Answer {
        let text = Text::truncated(text);
        self.ask(&Query::DossierCount { text, status })
    }
}

#[test]
fn a_page_after_so_many_rows_is_that_part_of_the_list() {
    let mut bench = bench();
    for n in 0..100 {
        let name = if n % 4 == 0 { "Lê Mận" } else { "Đào" };
        bench.put(dossier(n * 37 % 100, name));
    }
    bench.store.commit(false).unwrap();
    for (text, status) in [
        ("", None),
        ("dao", None),
        ("", Some(Status::Finished)),
        ("dao", Some(Status::Finished)),
    ] {
        let all = bench.all(text, status, 7);
        let n_all = u64::try_from(all.len()).unwrap();
        assert_eq!(bench.count(text, status), Answer::Count(n_all), "{text:?}");
        for skip in [0, 1, 6, 20, all.len() - 1, all.len(), 1_000] {
            let page = PageAsk {
                limit: 5,
                skip: u32::try_from(skip).unwrap(),
                ..PageAsk::default()
            };
            let expect: Vec<DocId> = all.iter().copied().skip(skip).take(5).collect();
            assert_eq!(bench.page_after(text, status, page), expect, "{skip}");
        }
    }
}

#[test]
fn rows_are_passed_over_after_the_cursor() {
    let mut bench = bench();
    for n in 0..20 {
        bench.put(dossier(n, "Đào"));
    }
    bench.store.commit(false).unwrap();
    let all = bench.all("", None, 50);
    let (_, cursor) = bench.dossiers("", None, None, 4);
    let page = PageAsk {
        after: cursor.as_deref().map(Text::truncated),
        limit: 3,
        skip: 2,
    };
    assert_eq!(bench.page_after("", None, page), all[6..9]);
}

#[test]
fn what_nobody_received_counts_nothing() {
    let mut bench = bench();
    assert_eq!(bench.count("", None), Answer::Count(0));
    bench.put(dossier(1, "Đào"));
    bench.store.commit(false).unwrap();
    assert_eq!(bench.count("", None), Answer::Count(1));
    assert_eq!(bench.count("man", None), Answer::Count(0));
    assert_eq!(bench.count("", Some(Status::Withdrawn)), Answer::Count(0));
    bench.store.unproject(&doc(1)).unwrap();
    bench.store.commit(false).unwrap();
    assert_eq!(bench.count("", None), Answer::Count(0));
}

#[test]
fn every_list_can_be_jumped_into() {
    let mut bench = bench();
    for (n, code) in (1..).zip(["1.1", "1.2", "1.3", "1.4"]) {
        let row = ProcedureRow {
            doc: doc(n),
            code: code.to_owned(),
            name: "Khai sinh".to_owned(),
            field_code: None,
            field_name: None,
            effective_from: None,
            state: "ACTIVE".to_owned(),
            search_text: fold("Khai sinh"),
        };
        bench.store.project(&ProjectionRow::Procedure(row)).unwrap();
    }
    bench.store.commit(false).unwrap();
    let page = PageAsk {
        limit: 2,
        skip: 1,
        ..PageAsk::default()
    };
    let text = Text::truncated("khai");
    let Answer::Procedures(page) = bench.ask(&Query::Procedures { text, page }) else {
        panic!("another answer")
    };
    let codes: Vec<&str> = page.rows.iter().map(|row| row.code.as_str()).collect();
    assert_eq!(codes, ["1.2", "1.3"]);
    assert_eq!(page.next.as_deref(), Some("1.3"));
}
