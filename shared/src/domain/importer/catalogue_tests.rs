//! Imports whole catalogues: the project's own, and the real one where a copy lies beside the project.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::domain::deadline::{Period, PeriodUnit, Qty};
use crate::domain::money::{Dong, Fee};
use crate::domain::procedure::{ProcedureState, ProcessingChoice};

type Imported = BTreeMap<String, (Procedure, Vec<ImportNote>)>;

fn import_folder(folder: &Path) -> Imported {
    let mut imported = Imported::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let (procedure, notes) = import_record(&fs::read(&path).unwrap())
                .unwrap_or_else(|error| panic!("{path:?}: {error}"));
            assert_eq!(
                path.file_stem().unwrap().to_str(),
                Some(procedure.code.as_str()),
                "file is named by its code"
            );
            imported.insert(procedure.code.to_string(), (procedure, notes));
        }
    }
    imported
}

/// The real records are no part of the project; whoever has them keeps them in `shared/data` beside the checkout.
fn real_records() -> Option<PathBuf> {
    let above_crate = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().skip(2);
    above_crate
        .map(|folder| folder.join("shared/data/procedures"))
        .find(|folder| folder.is_dir())
}

fn check_every_procedure(imported: &Imported) {
    for (code, (procedure, _)) in imported {
        let bytes = serde_json::to_vec(procedure).unwrap().len();
        assert!(bytes <= 120_000, "{code} has {bytes} bytes");
        assert!(!procedure.channels.is_empty(), "{code}");
        assert!(
            !procedure.name.starts_with(['-', ' ']) && !procedure.name.contains('\n'),
            "{code}"
        );
        assert!(!procedure.subject_kinds.is_empty(), "{code}");
        let lines = procedure.channels.iter().flat_map(|channel| &channel.fees);
        assert!(
            lines.clone().all(|line| line.fee != Fee::Known(Dong::ZERO)),
            "{code} has a free fee"
        );
        for component in procedure
            .component_groups
            .iter()
            .flat_map(|group| &group.items)
        {
            assert!(
                !component.name.starts_with(['-', ' ', '+', '*']),
                "{code}: {}",
                component.name
            );
        }
        for index in 0..procedure.channels.len() {
            assert!(procedure.processing_for(index, None).is_some(), "{code}");
        }
    }
}

#[test]
fn the_projects_own_catalogue_imports_and_marks_its_samples() {
    let imported =
        import_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/catalogue"));
    assert_eq!(imported.len(), 24);
    check_every_procedure(&imported);
    for (code, (procedure, notes)) in &imported {
        let is_sample = procedure.state == ProcedureState::Sample;
        assert_eq!(
            is_sample,
            procedure.source.url.is_empty(),
            "{code}: a sample has no source, all others have"
        );
        assert_eq!(
            is_sample,
            procedure.requirements.starts_with("Bản mẫu"),
            "{code}"
        );
        assert!(!procedure.component_groups.is_empty(), "{code}");
        let is_expected = |note: &&ImportNote| {
            note.path == "category" || matches!(note.kind, NoteKind::UnknownFees { .. })
        };
        assert!(
            notes.iter().all(|note| is_expected(&note)),
            "{code}: {notes:#?}"
        );
    }
    let samples = ["2.000815", "2.000884", "1.001612", "MAU-HUUTRI"];
    assert!(
        samples
            .iter()
            .all(|code| imported[*code].0.state == ProcedureState::Sample)
    );
}

/// What the starter catalogue took over as fact must still agree with the records it names.
#[test]
fn the_projects_own_catalogue_agrees_with_the_real_one() {
    let Some(folder) = real_records() else { return };
    let (own, real) = (
        import_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/catalogue")),
        import_folder(&folder),
    );
    let from_source = own
        .values()
        .map(|(procedure, _)| procedure)
        .filter(|own| own.state != ProcedureState::Sample);
    for own in from_source {
        let real = &real[own.code.as_str()].0;
        assert_eq!(
            (own.state, &own.source, &own.category),
            (real.state, &real.source, &real.category),
            "{}",
            own.code
        );
        assert_eq!(
            (&own.executing_agency, &own.subject_kinds),
            (&real.executing_agency, &real.subject_kinds),
            "{}",
            own.code
        );
        assert!(real.name.starts_with(&own.name), "{}", own.code);
        for channel in &own.channels {
            let same = real
                .channels
                .iter()
                .find(|c| c.method == channel.method && c.processing == channel.processing);
            let mut published: Vec<Fee> = same.unwrap().fees.iter().map(|line| line.fee).collect();
            let mut fees: Vec<Fee> = channel.fees.iter().map(|line| line.fee).collect();
            published.sort_by_key(|fee| fee.amount());
            fees.sort_by_key(|fee| fee.amount());
            assert_eq!(fees, published, "{} {:?}", own.code, channel.method);
        }
        let published: Vec<_> = real
            .component_groups
            .iter()
            .flat_map(|group| &group.items)
            .collect();
        for item in own.component_groups.iter().flat_map(|group| &group.items) {
            let same = published
                .iter()
                .find(|real| real.code == item.code)
                .unwrap();
            assert_eq!(
                (item.n_originals, item.n_copies),
                (same.n_originals, same.n_copies),
                "{} {}",
                own.code,
                item.code
            );
        }
    }
}

#[test]
#[allow(
    clippy::print_stderr,
    reason = "a test that had nothing to test should say so"
)]
fn the_real_catalogue_imports_whole() {
    let Some(folder) = real_records() else {
        eprintln!("no real records beside the project: nothing was tested");
        return;
    };
    let imported = import_folder(&folder);
    assert_eq!(imported.len(), 171);
    check_every_procedure(&imported);
    check_real_counts(&imported);
    check_real_times(&imported);
    let largest = imported
        .values()
        .map(|(procedure, _)| serde_json::to_vec(procedure).unwrap().len())
        .max();
    eprintln!("largest normalised procedure: {largest:?} bytes");
}

/// Counted in the published files themselves.
fn check_real_counts(imported: &Imported) {
    let procedures = || imported.values().map(|(procedure, _)| procedure);
    let fees: Vec<Fee> = procedures()
        .flat_map(|p| &p.channels)
        .flat_map(|c| &c.fees)
        .map(|line| line.fee)
        .collect();
    let n_unknown = fees.iter().filter(|fee| **fee == Fee::Unknown).count();
    assert_eq!((fees.len(), n_unknown), (712, 438 + 213));
    let items: Vec<_> = procedures()
        .flat_map(|p| &p.component_groups)
        .flat_map(|group| &group.items)
        .collect();
    assert_eq!(
        (
            items.len(),
            items.iter().filter(|item| item.is_uncounted()).count()
        ),
        (1_445, 443)
    );
    assert_eq!(procedures().filter(|p| p.category.is_none()).count(), 14);
    assert_eq!(
        procedures()
            .filter(|p| p.component_groups.is_empty())
            .count(),
        1
    );
    assert_eq!(
        procedures()
            .filter(|p| p.state == ProcedureState::Updated)
            .count(),
        45
    );
    let kinds: Vec<&NoteKind> = imported
        .values()
        .flat_map(|(_, notes)| notes)
        .map(|note| &note.kind)
        .collect();
    let count = |kind: &NoteKind| kinds.iter().filter(|found| **found == kind).count();
    assert_eq!(
        (count(&NoteKind::EmptyGroup), count(&NoteKind::Repeated)),
        (2, 4)
    );
    let unexpected = |kind: &&&NoteKind| {
        matches!(
            kind,
            NoteKind::WrongType
                | NoteKind::UnknownWord { .. }
                | NoteKind::Truncated { .. }
                | NoteKind::TooMany { .. }
                | NoteKind::More { .. }
        )
    };
    assert_eq!(kinds.iter().filter(unexpected).count(), 0);
}

fn check_real_times(imported: &Imported) {
    let days = |qty: &str, unit| {
        ProcessingChoice::Decided(Period {
            qty: Qty::parse(qty).unwrap(),
            unit,
        })
    };
    let choice =
        |code: &str, channel: usize| imported[code].0.processing_for(channel, None).unwrap();
    for code in ["1.115738", "1.115740", "1.115745", "1.115747"] {
        assert!(
            matches!(choice(code, 0), ProcessingChoice::Ask { text } if !text.is_empty()),
            "{code}"
        );
    }
    assert_eq!(choice("2.001023", 0), days("15", PeriodUnit::CalendarDay));
    assert_eq!(choice("1.001193", 0), days("1", PeriodUnit::WorkingDay));
    assert_eq!(choice("2.002189", 0), days("5", PeriodUnit::WorkingDay));
    assert_eq!(choice("1.001766", 0), days("3", PeriodUnit::WorkingDay));
    assert!(
        matches!(choice("1.004859", 0), ProcessingChoice::Choose(options) if options.len() == 2)
    );
    assert!(
        matches!(choice("1.115520", 0), ProcessingChoice::Choose(options) if options.len() == 2)
    );
}
