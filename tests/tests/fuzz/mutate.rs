//! Seeded mutation of valid inputs, aware of the shapes our formats have: lengths, repeated parts, words.

/// SplitMix64: small, and enough to choose.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `n`; 0 for none.
    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n.max(1) as u64).unwrap_or_default()
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }
}

/// Numbers at which parsers go wrong.
const EDGES: [u8; 8] = [0, 1, 0x17, 0x18, 0x7f, 0x80, 0xfe, 0xff];

/// An endless list of inputs.
pub(crate) struct Mutator {
    chance: Chance,
    words: &'static [&'static [u8]],
    /// Seeds, and descendants of them that are mutated further.
    pool: Vec<Vec<u8>>,
    n_seeds: usize,
    max_bytes: usize,
}

impl Mutator {
    pub(crate) fn new(
        seed: u64,
        words: &'static [&'static [u8]],
        seeds: &[Vec<u8>],
        max_bytes: usize,
    ) -> Self {
        Self {
            chance: Chance(seed),
            words,
            pool: seeds.to_vec(),
            n_seeds: seeds.len(),
            max_bytes,
        }
    }

    pub(crate) fn next(&mut self) -> Vec<u8> {
        let at = self.chance.below(self.pool.len());
        let mut input = self.pool[at].clone();
        for _ in 0..=self.chance.below(4) {
            self.mutate(&mut input);
        }
        input.truncate(self.max_bytes);
        if self.chance.below(64) == 0 {
            if self.pool.len() < self.n_seeds + 64 {
                self.pool.push(input.clone());
            } else {
                let at = self.n_seeds + self.chance.below(64);
                self.pool[at].clone_from(&input);
            }
        }
        input
    }

    fn mutate(&mut self, input: &mut Vec<u8>) {
        let at = self.chance.below(input.len());
        let upto = (at + self.chance.below(40)).min(input.len());
        match self.chance.below(11) {
            _ if input.is_empty() => input.push(self.chance.byte()),
            0 => input[at] ^= 1 << self.chance.below(8),
            1 => input[at] = self.chance.byte(),
            2 => input[at] = EDGES[self.chance.below(EDGES.len())],
            // A length or a counter, one more or less.
            3 => input[at] = input[at].wrapping_add([1, 0xff, 2, 0x20][self.chance.below(4)]),
            4 => input.truncate(at),
            5 => drop(input.drain(at..upto)),
            6 => {
                let part = input[at..upto].repeat(1 + self.chance.below(6));
                input.splice(at..at, part).for_each(drop);
            }
            7 => {
                let other = &self.pool[self.chance.below(self.pool.len())];
                let from = self.chance.below(other.len());
                let tail = other[from..].to_vec();
                input.truncate(at);
                input.extend(tail);
            }
            8 => {
                let part = input[at..upto].to_vec();
                let to = self.chance.below(input.len());
                input.splice(to..to, part).for_each(drop);
            }
            9 => self.lengthen(input, at),
            _ => {
                let Some(word) = self.words.get(self.chance.below(self.words.len())) else {
                    return;
                };
                let end = if self.chance.below(2) == 0 {
                    at
                } else {
                    (at + word.len()).min(input.len())
                };
                input.splice(at..end, word.iter().copied()).for_each(drop);
            }
        }
    }

    /// Makes a CBOR head or a LEB128 number at this place say more than follows.
    fn lengthen(&mut self, input: &mut Vec<u8>, at: usize) {
        let wide = self.chance.next().to_be_bytes();
        let head = match self.chance.below(4) {
            0 => vec![input[at] & 0xe0 | 0x18, wide[0]],
            1 => vec![input[at] & 0xe0 | 0x19, wide[0], wide[1]],
            2 => [&[input[at] & 0xe0 | 0x1b], &wide[..]].concat(),
            _ => vec![0xff; 1 + self.chance.below(9)]
                .into_iter()
                .chain([0x7f])
                .collect(),
        };
        input.splice(at..=at, head).for_each(drop);
    }
}
