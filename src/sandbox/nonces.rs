//! Which nonces were used, so that none is accepted twice.

use std::collections::{HashSet, VecDeque};

use sha2::{Digest, Sha256};

/// A signed time may lie 15 minutes either side of the clock, so a nonce can come back for twice as long.
const REMEMBERED: i64 = 30 * 60;
/// More are never kept: the oldest is forgotten first.
const MOST: usize = 500_000;

/// Digests of the nonces seen, oldest first.
#[derive(Default)]
pub struct Nonces {
    seen: HashSet<[u8; 32]>,
    order: VecDeque<(i64, [u8; 32])>,
}

impl Nonces {
    /// Whether this key uses the nonce for the first time; it is remembered.
    pub fn is_new(&mut self, key: &str, nonce: &str, now: i64) -> bool {
        while let Some((at, digest)) = self.order.front()
            && (*at + REMEMBERED < now || self.order.len() >= MOST)
        {
            self.seen.remove(digest);
            self.order.pop_front();
        }
        let digest: [u8; 32] = Sha256::digest(format!("{key}\n{nonce}")).into();
        let new = self.seen.insert(digest);
        if new {
            self.order.push_back((now, digest));
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_new_once_per_key_until_it_is_forgotten() {
        let mut nonces = Nonces::default();
        assert!(nonces.is_new("a", "n", 0));
        assert!(nonces.is_new("b", "n", 0));
        assert!(!nonces.is_new("a", "n", REMEMBERED));
        assert!(nonces.is_new("a", "n", REMEMBERED + 1));
        assert_eq!((nonces.seen.len(), nonces.order.len()), (1, 1));
    }
}
