//! Pages and search on a real database.

mod documents;
mod jumps;
mod quiet;

use lienquay_core::store::{ProjectionRow, Store};
use lienquay_shared::DocId;
use lienquay_shared::codec::Text;
use lienquay_shared::domain::dossier::{Channel, Status};
use lienquay_shared::domain::text::fold;
use lienquay_shared::query::MAX_PAGE_ROWS;
use lienquay_shared::view::{DossierRow, ProcedureRow};

use super::*;
use crate::data_folder::DataKey;

struct Bench {
    // Fields drop in this order.
    reader: Reader,
    store: SqliteStore,
    _folder: tempfile::TempDir,
}

fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::create(
        &folder.path().join("store.db"),
        DataKey::generate().unwrap(),
    )
    .unwrap();
    Bench {
        reader: store.reader().unwrap(),
        store,
        _folder: folder,
    }
}

fn doc(n: u32) -> DocId {
    let mut id = [0xee; DocId::LEN];
    id[..4].copy_from_slice(&n.to_be_bytes());
    DocId(id)
}

fn dossier(n: u32, name: &str) -> DossierRow {
    DossierRow {
        doc: doc(n),
        code: format!("H26.15-251121-{n:04}"),
        codes: vec![format!("H26.15-251121-{n:04}")],
        procedure_code: "1.001193".to_owned(),
        procedure_name: "Đăng ký khai sinh".to_owned(),
        transacting_name: name.to_owned(),
        subject_name: name.to_owned(),
        channel: Channel::default(),
        status: if n.is_multiple_of(3) {
            Status::Finished
        } else {
            Status::Received
        },
        received_at_millis: Some(1_763_700_000_000 + u64::from(n) * 500),
        due_at_millis: None,
        ended_at_millis: None,
        n_conflicts: 0,
        search_text: fold(&format!("H26.15-251121-{n:04} {name} Đăng ký khai sinh")),
    }
}

impl Bench {
    fn put(&mut self, row: DossierRow) {
        self.store
            .project(&ProjectionRow::Dossier(row, Vec::new()))
            .unwrap();
    }

    fn ask(&self, query: &Query) -> Answer {
        let asked = Asked {
            today: Day(20_400),
            site: None,
            is_safe: &|_, seq| seq == 1,
        };
        self.reader.answer(query, &asked).unwrap().unwrap()
    }

    fn dossiers(
        &self,
        text: &str,
        status: Option<Status>,
        after: Option<&str>,
        limit: u16,
    ) -> (Vec<DocId>, Option<String>) {
        let page = PageAsk {
            after: after.map(Text::truncated),
            limit,
            ..PageAsk::default()
        };
        let query = Query::Dossiers {
            text: Text::truncated(text),
            status,
            page,
        };
        let Answer::Dossiers(page) = self.ask(&query) else {
            panic!("another answer")
        };
        (page.rows.iter().map(|row| row.doc).collect(), page.next)
    }

    /// Every page of a list, put together.
    fn all(&self, text: &str, status: Option<Status>, limit: u16) -> Vec<DocId> {
        let (mut docs, mut next) = self.dossiers(text, status, None, limit);
        while let Some(cursor) = next {
            let (more, after) = self.dossiers(text, status, Some(&cursor), limit);
            assert!(!more.is_empty(), "an empty page after a cursor");
            docs.extend(more);
            next = after;
        }
        docs
    }
}

#[test]
fn search_finds_vietnamese_names_however_they_are_typed() {
    let mut bench = bench();
    for (n, name) in [
        (1, "Nguyễn Thị Đào"),
        (2, "Đặng Ngọc Ước"),
        (3, "Nguye\u{302}\u{303}n Va\u{306}n Da\u{300}n"),
        (4, "Trần Đạo"),
    ] {
        bench.put(dossier(n, name));
    }
    bench.store.commit(false).unwrap();
    for (typed, expect) in [
        ("đào", vec![4, 1]),
        ("Đ", vec![4, 3, 2, 1]),
        ("DAO", vec![4, 1]),
        ("nguyễn", vec![3, 1]),
        ("nguyen thi", vec![1]),
        ("nguyên thị đao", vec![1]),
        ("thi nguyen", vec![1]),
        ("ước đặng", vec![2]),
        ("uoc", vec![2]),
        ("guyen", vec![]),
        ("251121-0002", vec![2]),
        ("H26.15-251121-000", vec![4, 3, 2, 1]),
        ("khai sinh tran", vec![4]),
        ("khai sin tran", vec![]),
        ("", vec![4, 3, 2, 1]),
        ("   ", vec![4, 3, 2, 1]),
    ] {
        let expect: Vec<DocId> = expect.into_iter().map(doc).collect();
        assert_eq!(bench.dossiers(typed, None, None, 50).0, expect, "{typed:?}");
    }
}

#[test]
fn nothing_typed_can_break_the_query() {
    let mut bench = bench();
    bench.put(dossier(1, "Nguyễn Thị Đào"));
    bench.store.commit(false).unwrap();
    for typed in [
        "\"",
        "'",
        "dao\"",
        "\"dao",
        "dao*",
        "*",
        "^dao",
        "text:dao",
        "-dao",
        "dao -x",
        "(dao",
        "dao)",
        "NEAR(dao, 2)",
        "dao OR",
        "OR",
        "AND AND",
        "NOT dao",
        "{dao}",
        "dao; DROP TABLE dossiers",
        "\0",
        "dao\0dao",
        "%",
        "\\",
        "+",
        "्",
        "\u{301}",
        "👩",
        "dao 'x' \"y\" (z) *",
    ] {
        bench.dossiers(typed, None, None, 50);
        let query = Query::Procedures {
            text: Text::truncated(typed),
            page: PageAsk::default(),
        };
        bench.ask(&query);
    }
    assert_eq!(bench.dossiers("\"dao\" *", None, None, 50).0, [doc(1)]);
}

#[test]
fn pages_are_newest_first_without_gap_or_repetition() {
    let mut bench = bench();
    // Stored in another order than received, as a first copy does, two in every second.
    let mut order: Vec<u32> = (0..120).collect();
    order.sort_by_key(|n| n * 7_919 % 120);
    for n in order {
        bench.put(dossier(n, "Đào"));
    }
    bench.store.commit(false).unwrap();
    let all = bench.all("", None, 50);
    let seconds: Vec<u8> = all.iter().map(|doc| doc.0[3] / 2).collect();
    assert!(seconds.is_sorted_by(|a, b| a >= b), "{seconds:?}");
    assert_eq!(all.len(), 120);
    let finished: Vec<DocId> = all
        .iter()
        .copied()
        .filter(|doc| doc.0[3].is_multiple_of(3))
        .collect();
    for limit in [1, 7, 120, 200, u16::MAX] {
        assert_eq!(bench.all("", None, limit), all, "pages of {limit}");
        assert_eq!(
            bench.all("dao", None, limit),
            all,
            "found in pages of {limit}"
        );
        assert_eq!(bench.all("", Some(Status::Finished), limit), finished);
        assert_eq!(bench.all("dao", Some(Status::Finished), limit), finished);
    }
    assert_eq!(bench.dossiers("", None, Some("no cursor"), 2).0, all[..2]);
    for n in 120..400 {
        bench.put(dossier(n, "Đào"));
    }
    bench.store.commit(false).unwrap();
    assert_eq!(
        bench.dossiers("", None, None, u16::MAX).0.len(),
        usize::from(MAX_PAGE_ROWS)
    );
}

#[test]
fn a_changed_dossier_is_found_by_what_it_says_now() {
    let mut bench = bench();
    bench.put(dossier(1, "Nguyễn Thị Đào"));
    bench.put(dossier(2, "Lê Mận"));
    bench.put(dossier(1, "Phạm Hồng"));
    let earlier = DossierRow {
        received_at_millis: Some(1_700_000_000_000),
        ..dossier(2, "Lê Mận")
    };
    bench.put(earlier);
    bench.store.commit(false).unwrap();
    assert_eq!(bench.dossiers("dao", None, None, 50).0, []);
    assert_eq!(bench.dossiers("hong", None, None, 50).0, [doc(1)]);
    assert_eq!(bench.dossiers("man", None, None, 50).0, [doc(2)]);
    assert_eq!(bench.all("", None, 50), [doc(1), doc(2)]);
    bench.store.unproject(&doc(2)).unwrap();
    bench.store.commit(false).unwrap();
    assert_eq!(bench.dossiers("man", None, None, 50).0, []);
    assert_eq!(bench.all("", None, 50), [doc(1)]);
}

#[test]
fn readers_see_commits_only_and_dropped_projections_can_be_built_anew() {
    let mut bench = bench();
    bench.put(dossier(1, "Đào"));
    assert_eq!(bench.all("", None, 50), []);
    bench.store.commit(false).unwrap();
    assert_eq!(bench.all("", None, 50), [doc(1)]);
    let digest = bench.store.projection_digest().unwrap();
    bench.store.drop_projections().unwrap();
    bench.store.rollback();
    assert_eq!(bench.store.projection_digest().unwrap(), digest);
    bench.store.drop_projections().unwrap();
    bench.store.commit(false).unwrap();
    assert!(bench.store.projections_stale());
    assert_eq!(bench.all("", None, 50), []);
    assert_eq!(bench.all("dao", None, 50), []);
    bench.put(dossier(1, "Đào"));
    bench.store.commit(false).unwrap();
    assert_eq!(bench.store.projection_digest().unwrap(), digest);
    assert_eq!(bench.all("dao", None, 50), [doc(1)]);
}

#[test]
fn of_each_procedure_the_version_in_force_is_shown() {
    let mut bench = bench();
    let version = |n: u32, code: &str, name: &str, from: Option<i32>| {
        ProjectionRow::Procedure(ProcedureRow {
            doc: doc(n),
            code: code.to_owned(),
            name: name.to_owned(),
            field_code: None,
            field_name: None,
            effective_from: from,
            state: "ACTIVE".to_owned(),
            search_text: fold(&format!("{code} {name}")),
        })
    };
    for row in [
        version(1, "1.001193", "Đăng ký khai sinh", None),
        version(2, "1.001193", "Đăng ký khai sinh (mới)", Some(20_400)),
        version(3, "1.001193", "Đăng ký khai sinh (sau này)", Some(20_401)),
        version(4, "1.004873", "Xác nhận hôn nhân", Some(10)),
        version(5, "1.009999", "Chưa có hiệu lực", Some(20_401)),
    ] {
        bench.store.project(&row).unwrap();
    }
    bench.store.commit(false).unwrap();
    for (typed, limit, expect, more) in [
        ("", 50, vec![2, 4], false),
        ("", 1, vec![2], true),
        ("khai sinh", 50, vec![2], false),
        ("KHAI SI", 50, vec![2], false),
        ("1.0048", 50, vec![4], false),
        ("sau nay", 50, vec![], false),
    ] {
        let page = PageAsk {
            limit,
            ..PageAsk::default()
        };
        let query = Query::Procedures {
            text: Text::truncated(typed),
            page,
        };
        let Answer::Procedures(page) = bench.ask(&query) else {
            panic!()
        };
        let found: Vec<DocId> = page.rows.iter().map(|row| row.doc).collect();
        assert_eq!(
            found,
            expect.into_iter().map(doc).collect::<Vec<_>>(),
            "{typed:?}"
        );
        assert_eq!(page.next.is_some(), more);
    }
}
