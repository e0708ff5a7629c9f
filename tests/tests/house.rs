//! The house stays as it was planned: pure crates stay pure, the network library has one room, every file says what it
//! is for.
#![allow(
    clippy::unwrap_used,
    reason = "these are tests; their helpers fail by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What the pure crates must never see: runtimes, sockets, databases, windows.
const IMPURE: &[&str] = &[
    "async-std",
    "eframe",
    "egui",
    "interprocess",
    "libp2p",
    "libp2p-core",
    "libsqlite3-sys",
    "mio",
    "openssl-sys",
    "reqwest",
    "rusqlite",
    "smol",
    "socket2",
    "tokio",
    "winit",
];

/// The crates that must stay pure.
const PURE: &[&str] = &["lienquay-shared", "lienquay-core"];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// What this machine is called among compilation targets: crates of others need not be here.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.unwrap().to_owned()
}

fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .args(["--filter-platform", &host()])
        .current_dir(workspace())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// Package id → name.
fn names(metadata: &Value) -> BTreeMap<&str, &str> {
    list(metadata, "packages")
        .iter()
        .map(|package| (text(package, "id"), text(package, "name")))
        .collect()
}

/// Package id → ids of what it links when built for use (no dev and build dependencies).
fn links(metadata: &Value) -> BTreeMap<&str, Vec<&str>> {
    let nodes = list(&metadata["resolve"], "nodes");
    let is_normal = |dep: &&Value| {
        list(dep, "dep_kinds")
            .iter()
            .any(|kind| kind["kind"].is_null())
    };
    nodes
        .iter()
        .map(|node| {
            (
                text(node, "id"),
                list(node, "deps")
                    .iter()
                    .filter(is_normal)
                    .map(|dep| text(dep, "pkg"))
                    .collect(),
            )
        })
        .collect()
}

/// Names of everything `root` links, with the path that leads there.
fn reachable<'a>(metadata: &'a Value, root: &str) -> BTreeMap<&'a str, String> {
    let (names, links) = (names(metadata), links(metadata));
    let mut found = BTreeMap::new();
    let mut todo: Vec<(&str, String)> = names
        .iter()
        .filter(|(_, name)| **name == root)
        .map(|(id, name)| (*id, (*name).to_owned()))
        .collect();
    assert!(!todo.is_empty(), "{root} is not a crate of the workspace");
    let mut seen = BTreeSet::new();
    while let Some((id, path)) = todo.pop() {
        if !seen.insert(id) {
            continue;
        }
        for next in links.get(id).into_iter().flatten() {
            let name = names[next];
            let path = format!("{path} → {name}");
            found.entry(name).or_insert_with(|| path.clone());
            todo.push((next, path));
        }
    }
    found
}

#[test]
fn words_rules_and_engine_link_no_runtime_socket_database_or_window() {
    let metadata = metadata();
    for root in PURE {
        let linked = reachable(&metadata, root);
        for name in IMPURE {
            assert!(
                !linked.contains_key(name),
                "{root} is not pure: {}",
                linked[name]
            );
        }
    }
    // The check sees what it looks for: the shell does link them.
    let shell = reachable(&metadata, "lienquay-node");
    assert!(shell.contains_key("tokio") && shell.contains_key("rusqlite"));
}

#[test]
fn only_the_shell_depends_on_libp2p() {
    let metadata = metadata();
    let members: BTreeSet<&str> = list(&metadata, "workspace_members")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let users: Vec<&str> = list(&metadata, "packages")
        .iter()
        .filter(|package| members.contains(text(package, "id")))
        .filter(|package| {
            list(package, "dependencies")
                .iter()
                .any(|dep| text(dep, "name") == "libp2p")
        })
        .map(|package| text(package, "name"))
        .collect();
    // The attackers of the harness speak it by hand.
    assert_eq!(users, ["lienquay-node", "lienquay-tests"]);
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            sources(&path, found);
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
}

fn all_sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    sources(&workspace(), &mut found);
    assert!(found.len() > 20, "looked in the wrong folder");
    found
        .into_iter()
        .map(|path| {
            let source = std::fs::read_to_string(&path).unwrap();
            (path, source)
        })
        .collect()
}

#[test]
fn every_file_opens_with_its_purpose() {
    let silent: Vec<_> = all_sources()
        .into_iter()
        .filter(|(_, source)| !source.starts_with("//! "))
        .map(|(path, _)| path)
        .collect();
    assert!(silent.is_empty(), "no `//!` at the head of {silent:?}");
}

#[test]
fn no_file_is_a_drawer_for_everything() {
    let drawers = [
        "utils.rs",
        "util.rs",
        "helpers.rs",
        "common.rs",
        "manager.rs",
        "misc.rs",
        "mod.rs",
    ];
    let found: Vec<_> = all_sources()
        .into_iter()
        .filter(|(path, _)| {
            path.file_name()
                .is_some_and(|name| drawers.iter().any(|drawer| name == *drawer))
        })
        .map(|(path, _)| path)
        .collect();
    assert!(found.is_empty(), "name the idea: {found:?}");
}

/// The part of a source that is not compiled for tests only.
fn shipped(path: &Path, source: &str) -> String {
    let is_test = path.to_string_lossy().contains("tests");
    let head = source.split("#[cfg(test)]").next().unwrap_or_default();
    if is_test {
        String::new()
    } else {
        head.to_owned()
    }
}

#[test]
fn the_engine_reads_no_clock_no_disk_and_no_hash_order() {
    let forbidden = [
        "SystemTime",
        "Instant::now",
        "std::fs",
        "std::net",
        "std::thread",
        "HashMap",
        "HashSet",
    ];
    let root = workspace();
    let pure = [root.join("node/core/src"), root.join("shared/src")];
    let mut n_read = 0;
    for (path, source) in all_sources() {
        if !pure.iter().any(|pure| path.starts_with(pure)) {
            continue;
        }
        n_read += 1;
        let inside = path.strip_prefix(&root).unwrap();
        for word in forbidden {
            let shipped = shipped(inside, &source);
            let line = shipped
                .lines()
                .find(|line| line.contains(word) && !line.trim_start().starts_with("//"));
            assert!(
                line.is_none(),
                "{}: {}",
                path.display(),
                line.unwrap_or_default()
            );
        }
    }
    assert!(n_read > 20);
}

/// What a hunk of a patch expects to find, as it stands in the file.
fn expected(hunk: &str) -> String {
    let lines = hunk.lines().skip(1);
    let old = lines.filter_map(|line| line.strip_prefix(' ').or_else(|| line.strip_prefix('-')));
    old.map(|line| format!("{line}\n")).collect()
}

/// Files that a patch changes, each with its hunks.
fn hunks(patch: &str) -> Vec<(&str, Vec<&str>)> {
    patch
        .split("\ndiff --git ")
        .skip(1)
        .map(|part| {
            let path = part.split_once("\n+++ b/").unwrap().1;
            let (path, rest) = path.split_once('\n').unwrap();
            let starts: Vec<usize> = rest
                .match_indices("@@ -")
                .map(|(at, _)| at)
                .filter(|at| *at == 0 || rest.as_bytes()[at - 1] == b'\n')
                .chain([rest.len()])
                .collect();
            let hunks = starts.windows(2).map(|ends| &rest[ends[0]..ends[1]]);
            (path, hunks.collect())
        })
        .collect()
}

/// `deploy/bites.sh` puts these bugs back one at a time to see the simulation find them.
#[test]
fn every_bug_that_shows_the_simulation_bites_can_still_be_put_back() {
    let root = workspace();
    let mut n_bugs = 0;
    for entry in std::fs::read_dir(root.join("tests/bites")).unwrap() {
        let path = entry.unwrap().path();
        let patch = std::fs::read_to_string(&path).unwrap();
        let what = patch.lines().next().unwrap_or_default();
        assert!(what.ends_with('.'), "{}: says nothing", path.display());
        let changed = hunks(&patch);
        assert!(!changed.is_empty(), "{}: changes nothing", path.display());
        for (file, hunks) in changed {
            let source = std::fs::read_to_string(root.join(file)).unwrap();
            assert!(!hunks.is_empty(), "{}: no hunk", path.display());
            for hunk in hunks {
                let n_found = source.matches(&expected(hunk)).count();
                assert_eq!(n_found, 1, "{} does not fit {file}", path.display());
            }
        }
        n_bugs += 1;
    }
    assert!(n_bugs >= 12, "only {n_bugs} bugs");
}
