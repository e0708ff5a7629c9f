//! The stream of a link: frames, cut anywhere, become messages.

use lienquay_node::net::frame::{Decoder, FrameHeader, MAX_PAYLOAD_BYTES, PRIORITIES};
use lienquay_shared::wire::{MAX_MESSAGE_BYTES, Priority};

use super::Target;

/// A stream of frames, whole and in pieces.
pub const FRAMES: Target = Target {
    name: "frames",
    run: frames,
    seeds: frame_seeds,
    words: &[
        b"\0\0\xff\xfa",
        b"\0\0\xff\xfb",
        b"\0\0\0\0\x03\x01",
        b"\x03\0",
    ],
    max_input_bytes: 64 * 1024,
    max_heap_bytes: 16 << 20,
};

fn read_frames(input: &[u8], piece: usize) -> (Vec<Vec<u8>>, bool) {
    let (mut decoder, mut messages) = (Decoder::default(), Vec::new());
    for piece in input.chunks(piece) {
        let mut rest = piece;
        loop {
            match decoder.read(&mut rest) {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(_broken) => return (messages, false),
            }
            assert!(decoder.n_unfinished_bytes() <= PRIORITIES.len() * MAX_MESSAGE_BYTES);
        }
        assert!(rest.is_empty(), "what the decoder left would be lost");
    }
    (messages, true)
}

fn as_frames(message: &[u8], priority: Priority) -> Vec<u8> {
    let mut out = Vec::new();
    let mut pieces = message.chunks(MAX_PAYLOAD_BYTES).peekable();
    loop {
        let piece = pieces.next().unwrap_or_default();
        let is_last = pieces.peek().is_none();
        let n_payload_bytes = piece.len();
        out.extend(
            FrameHeader {
                n_payload_bytes,
                priority,
                is_last,
            }
            .encode(),
        );
        out.extend(piece);
        if is_last {
            return out;
        }
    }
}

fn frames(input: &[u8]) {
    let whole = read_frames(input, usize::MAX);
    assert_eq!(whole, read_frames(input, 1));
    assert_eq!(whole, read_frames(input, 7));
    for message in &whole.0 {
        assert!(message.len() <= MAX_MESSAGE_BYTES);
        let again = read_frames(&as_frames(message, Priority::Range), 4096);
        assert_eq!(again, (vec![message.clone()], true));
    }
}

fn frame_seeds() -> Vec<Vec<u8>> {
    let many: Vec<u8> = [
        as_frames(b"beat", Priority::Beat),
        as_frames(&[7; 200], Priority::Snapshot),
        as_frames(b"", Priority::Live),
    ]
    .concat();
    let long = as_frames(&[1; MAX_PAYLOAD_BYTES + 9], Priority::Range);
    vec![many, long]
}
