//! A change of a few dozen bytes that says it has a trillion operations: its columns are run lengths.

use automerge::ChangeHash;

/// Which column of the change repeats itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeated {
    /// The same operation.
    Operations,
    /// One operation with that many predecessors.
    Predecessors,
}

/// An automerge change chunk of `actor` with `n` repetitions, and its hash.
pub fn change(actor: &[u8; 16], repeated: Repeated, n: u64) -> (ChangeHash, Vec<u8>) {
    let mut body = vec![0]; // no dependencies
    body.push(16);
    body.extend_from_slice(actor);
    body.extend([1, 1, 0, 0, 0]); // seq, start op, time, message, other actors
    let n_ops = match repeated {
        Repeated::Operations => n,
        Repeated::Predecessors => 1,
    };
    let mut columns: Vec<(u8, Vec<u8>)> = vec![
        (0x15, run(n_ops, &[1, b'a'])), // key: the text "a"
        (0x34, unsigned(n_ops)),        // insert: false, so often
        (0x42, run(n_ops, &[1])),       // action: set
        (0x56, run(n_ops, &[0])),       // value: null
    ];
    match repeated {
        Repeated::Operations => columns.push((0x70, run(n_ops, &[0]))),
        Repeated::Predecessors => columns.extend([
            (0x70, run_of_one(&unsigned(n))),
            (0x71, run(n, &[0])),
            (0x73, run(n, &[1])),
        ]),
    }
    body.extend(unsigned(columns.len() as u64));
    for (specification, data) in &columns {
        body.extend(unsigned(u64::from(*specification)));
        body.extend(unsigned(data.len() as u64));
    }
    for (_, data) in &columns {
        body.extend_from_slice(data);
    }
    chunk(1, &body)
}

/// A whole chunk of a type: magic, checksum, type, length, body.
pub fn chunk(kind: u8, body: &[u8]) -> (ChangeHash, Vec<u8>) {
    let mut hashed = vec![kind];
    hashed.extend(unsigned(body.len() as u64));
    hashed.extend_from_slice(body);
    let hash = sha256(&hashed);
    let mut bytes = vec![0x85, 0x6f, 0x4a, 0x83];
    bytes.extend_from_slice(&hash[..4]);
    bytes.extend(hashed);
    (ChangeHash(hash), bytes)
}

fn run(n: u64, value: &[u8]) -> Vec<u8> {
    if n == 1 {
        return run_of_one(value);
    }
    let mut out = signed(i64::try_from(n).unwrap());
    out.extend_from_slice(value);
    out
}

fn run_of_one(value: &[u8]) -> Vec<u8> {
    let mut out = signed(-1);
    out.extend_from_slice(value);
    out
}

fn unsigned(mut n: u64) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let low = u8::try_from(n & 0x7f).unwrap();
        n >>= 7;
        if n == 0 {
            out.push(low);
            return out;
        }
        out.push(low | 0x80);
    }
}

fn signed(mut n: i64) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let low = u8::try_from(n & 0x7f).unwrap();
        n >>= 7;
        if (n == 0 && low & 0x40 == 0) || (n == -1 && low & 0x40 != 0) {
            out.push(low);
            return out;
        }
        out.push(low | 0x80);
    }
}

/// FIPS 180-4; the harness has no other use for a crate of it.
fn sha256(data: &[u8]) -> [u8; 32] {
    let primes: Vec<u32> = (2_u32..)
        .filter(|n| (2..*n).all(|d| n % d != 0))
        .take(64)
        .collect();
    let fraction = |root: f64| {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the first 32 bits of the fraction are what the standard asks for"
        )]
        let bits = ((root - root.floor()) * 4_294_967_296.0) as u32;
        bits
    };
    let k: Vec<u32> = primes
        .iter()
        .map(|p| fraction(f64::from(*p).cbrt()))
        .collect();
    let mut h: Vec<u32> = primes[..8]
        .iter()
        .map(|p| fraction(f64::from(*p).sqrt()))
        .collect();
    let mut padded = data.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend((data.len() as u64 * 8).to_be_bytes());
    for block in padded.chunks(64) {
        let mut w: Vec<u32> = block
            .chunks(4)
            .map(|word| u32::from_be_bytes(word.try_into().unwrap()))
            .collect();
        for i in 16..64 {
            let s0 = w[i - 15].rotate_right(7) ^ w[i - 15].rotate_right(18) ^ (w[i - 15] >> 3);
            let s1 = w[i - 2].rotate_right(17) ^ w[i - 2].rotate_right(19) ^ (w[i - 2] >> 10);
            w.push(
                w[i - 16]
                    .wrapping_add(s0)
                    .wrapping_add(w[i - 7])
                    .wrapping_add(s1),
            );
        }
        let mut v = h.clone();
        for i in 0..64 {
            let s1 = v[4].rotate_right(6) ^ v[4].rotate_right(11) ^ v[4].rotate_right(25);
            let choice = (v[4] & v[5]) ^ (!v[4] & v[6]);
            let t1 = v[7]
                .wrapping_add(s1)
                .wrapping_add(choice)
                .wrapping_add(k[i])
                .wrapping_add(w[i]);
            let s0 = v[0].rotate_right(2) ^ v[0].rotate_right(13) ^ v[0].rotate_right(22);
            let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
            v.rotate_right(1);
            v[4] = v[4].wrapping_add(t1);
            v[0] = t1.wrapping_add(s0).wrapping_add(majority);
        }
        for (sum, part) in h.iter_mut().zip(v) {
            *sum = sum.wrapping_add(part);
        }
    }
    let mut out = [0; 32];
    for (place, word) in out.chunks_mut(4).zip(h) {
        place.copy_from_slice(&word.to_be_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn automerge_reads_a_small_bomb_as_a_change() {
        for (repeated, n) in [(Repeated::Operations, 300), (Repeated::Predecessors, 300)] {
            let (hash, bytes) = change(&[5; 16], repeated, n);
            let read = automerge::Change::from_bytes(bytes).unwrap();
            assert_eq!(read.hash(), hash, "{repeated:?}");
        }
    }
}
