//! What other programs of this PC and its disk hand to the shell: the key file, requests over the local socket.

use lienquay_node::data_folder::{DataKey, KeySeal};
use lienquay_node::ipc::Request;

use super::Target;
use super::json::{JSON, bytes, check};

/// The file `key` with an honest checksum.
pub const KEY_FILE: Target = Target {
    name: "key-file",
    run: key_file,
    seeds: key_file_seeds,
    words: &[b"LQKEY\0", b"\x01\x01", b"\x01\x02", b"\xff\xff\xff\xff"],
    max_input_bytes: 5000,
    max_heap_bytes: 1 << 20,
};

/// A line of the local socket.
pub const REQUEST: Target = Target {
    name: "request",
    run: request,
    seeds: request_seeds,
    words: JSON,
    max_input_bytes: 64 * 1024,
    max_heap_bytes: 16 << 20,
};

fn key_file(input: &[u8]) {
    drop(DataKey::from_file(input, &KeySeal::OwnerFile));
    let honest = DataKey::with_checksum(input);
    if DataKey::from_file(&honest, &KeySeal::OwnerFile).is_ok() {
        assert_eq!(input.get(..8), Some(&b"LQKEY\0\x01\x01"[..]));
        assert_eq!(input.len(), 8 + 32);
    }
}

fn key_file_seeds() -> Vec<Vec<u8>> {
    vec![
        [&b"LQKEY\0\x01\x01"[..], &[7; 32]].concat(),
        b"LQKEY\0\x01\x02".to_vec(),
    ]
}

fn request(input: &[u8]) {
    check::<Request>(input);
}

fn request_seeds() -> Vec<Vec<u8>> {
    bytes(&[
        r#"{"ask":"status"}"#,
        r#""waiting""#,
        r#"{"dial":{"addr":"192.168.1.7:4001"}}"#,
        r#"{"recover":{"sheet":"LIENQUAY1:00"}}"#,
        r#"{"confirm":{"peer":"0202020202020202020202020202020202020202020202020202020202020202","admin":true}}"#,
        r#"{"do":{"request":"06060606060606060606060606060606","command":"go_mobile"}}"#,
    ])
}
