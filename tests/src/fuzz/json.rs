//! What is typed after `do` and `ask`.

use lienquay_shared::{Command, Query, Submission};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Target;

/// Words of JSON, and of ours.
pub const JSON: &[&[u8]] = &[
    b"null",
    b"[]",
    b"{}",
    b"\"\"",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"\\ud800",
    b"[[[[[[[[[[",
    b"\"page\":{",
    b"\"lane\":\"A\"",
    b"\"docs\":[",
    b"\"dossier\":{\"code\":\"",
    b"\"request\":\"",
];

/// What `do` takes.
pub const COMMAND: Target = Target {
    name: "command",
    run: command,
    seeds: command_seeds,
    words: JSON,
    max_input_bytes: 64 * 1024,
    max_heap_bytes: 16 << 20,
};

/// What `ask` takes.
pub const QUERY: Target = Target {
    name: "query",
    run: query,
    seeds: query_seeds,
    words: JSON,
    max_input_bytes: 64 * 1024,
    max_heap_bytes: 16 << 20,
};

/// What can be read is written and read again as the same.
pub fn check<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(input: &[u8]) {
    if let Ok(value) = serde_json::from_slice::<T>(input) {
        let again = serde_json::to_vec(&value).unwrap();
        assert_eq!(serde_json::from_slice::<T>(&again).unwrap(), value);
    }
}

fn command(input: &[u8]) {
    check::<Command>(input);
    check::<Submission>(input);
}

fn query(input: &[u8]) {
    check::<Query>(input);
}

/// Texts as inputs.
#[must_use]
pub fn bytes(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn command_seeds() -> Vec<Vec<u8>> {
    bytes(&[
        r#"{"issue_ticket":{"lane":"A","priority":"elderly"}}"#,
        r#"{"call_next":{}}"#,
        r#"{"transfer":{"ticket":{"number":"A012"},"to":{"counter":3}}}"#,
        r#"{"edit_dossier":{"dossier":{"code":"H26.15-251121-0007"},"field":"subject/phone","value":"09"}}"#,
        r#"{"request":"06060606060606060606060606060606","command":"go_mobile"}"#,
    ])
}

fn query_seeds() -> Vec<Vec<u8>> {
    bytes(&[
        r#""status""#,
        r#"{"dossiers":{"text":"nguyen","page":{"skip":100,"limit":65535,"after":"x"}}}"#,
        r#"{"dossier_count":{"text":"nguyen"}}"#,
        r#"{"safe":{"docs":["04040404040404040404040404040404"]}}"#,
    ])
}
