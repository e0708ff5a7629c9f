//! The engine's randomness: one seeded generator, so that a run can be replayed bit for bit.

use lienquay_shared::{DocId, OfficerId, RequestId};
use rand_chacha::ChaCha12Rng;
use rand_core::{Rng as _, SeedableRng as _};

/// A cryptographic generator; the host seeds it from the system, the simulation from its seed.
#[derive(Debug, Clone)]
pub struct Rng(ChaCha12Rng);

impl Rng {
    /// From 32 seed bytes.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(ChaCha12Rng::from_seed(seed))
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.0.fill_bytes(&mut out);
        out
    }

    /// A random number below `bound` (1 for a bound of 0); the slight bias of the modulus does not matter here.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0.next_u64() % bound.max(1)
    }

    /// A random 64-bit number.
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A new document id.
    pub fn doc(&mut self) -> DocId {
        DocId(self.bytes())
    }

    /// A new officer id.
    pub fn officer(&mut self) -> OfficerId {
        OfficerId(self.bytes())
    }

    /// A new request id.
    pub fn request(&mut self) -> RequestId {
        RequestId(self.bytes())
    }
}
