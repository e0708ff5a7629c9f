//! Rules of the window's code that a program can check.
#![allow(
    clippy::unwrap_used,
    reason = "these are tests; their helpers fail by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn here(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)
}

fn sources() -> BTreeMap<String, String> {
    let name = |path: &Path| {
        path.strip_prefix(here("src"))
            .unwrap()
            .display()
            .to_string()
    };
    files(&here("src"), "rs")
        .iter()
        .map(|path| (name(path), std::fs::read_to_string(path).unwrap()))
        .collect()
}

/// Keys and languages of the files of words: `key:` at the margin, languages below it.
fn words() -> BTreeMap<String, BTreeSet<String>> {
    let mut words: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in files(&here("words"), "yml") {
        let mut key = String::new();
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let Some((name, text)) = line.split_once(':') else {
                continue;
            };
            if name.starts_with(['#', '_']) {
                continue;
            }
            if name.starts_with(' ') {
                let is_filled = text.trim().len() > 2;
                if is_filled {
                    words.get_mut(&key).unwrap().insert(name.trim().to_owned());
                }
            } else {
                key = name.to_owned();
                assert!(
                    words.insert(key.clone(), BTreeSet::new()).is_none(),
                    "twice: {key}"
                );
            }
        }
    }
    words
}

/// The keys named in a source: texts of the form `"screen.name"`.
fn named(source: &str, screens: &BTreeSet<&str>) -> Vec<String> {
    source
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|text| {
            text.split_once('.').is_some_and(|(screen, rest)| {
                screens.contains(screen)
                    && rest.bytes().all(|byte| {
                        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'
                    })
            })
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn only_the_wake_helper_asks_for_repaints() {
    for (name, source) in sources() {
        if name != "wake.rs" {
            assert!(
                !source.contains("request_repaint"),
                "{name} asks for a repaint itself: use Wake"
            );
        }
    }
}

#[test]
fn the_window_knows_no_database_network_or_crdt() {
    for (name, source) in sources() {
        for other in ["automerge", "rusqlite", "libp2p"] {
            let code = source
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            assert!(
                !code.into_iter().any(|line| line.contains(other)),
                "{name} uses {other}"
            );
        }
    }
}

#[test]
fn every_word_stands_in_both_languages_and_is_used() {
    let words = words();
    let screens: BTreeSet<&str> = words
        .keys()
        .filter_map(|key| key.split_once('.'))
        .map(|(screen, _)| screen)
        .collect();
    for (key, languages) in &words {
        assert!(
            languages.contains("vi") && languages.contains("en"),
            "{key} lacks a language: {languages:?}"
        );
    }
    let mut used = BTreeSet::new();
    for (name, source) in sources() {
        for key in named(&source, &screens) {
            assert!(
                words.contains_key(&key),
                "{name} names {key}, which no file of words has"
            );
            used.insert(key);
        }
    }
    let unused: Vec<_> = words.keys().filter(|key| !used.contains(*key)).collect();
    assert!(unused.is_empty(), "no source names {unused:?}");
}

#[test]
fn colours_are_chosen_in_the_theme_alone() {
    for (name, source) in sources() {
        if name != "theme.rs" {
            assert!(
                !source.contains("Color32::from_"),
                "{name} mixes its own colour"
            );
        }
    }
}
