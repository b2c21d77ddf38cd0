//! A static function from 64-bit hashes to small payloads: what the n-grams are kept in.
//!
//! Layout and construction follow binary fuse filters (Graf and Lemire, 2022): three cells, one in each of three
//! neighbouring segments, xor to the stored value, which is a fingerprint and a payload side by side. A key that was
//! not stored is taken for one with probability `2^-fingerprint bits`. Space is 1.13 to 1.15 cells a key, a look-up
//! three memory reads.

/// Sizes that tell where a key's cells lie.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shape {
    pub(crate) seed: u64,
    pub(crate) segment_length: u32,
    pub(crate) segment_count: u32,
    pub(crate) fingerprint_bits: u32,
    pub(crate) payload_bits: u32,
}

impl Shape {
    pub(crate) fn for_keys(keys: usize, fingerprint_bits: u32, payload_bits: u32) -> Self {
        let n = keys.max(2) as f64;
        let exponent = (n.ln() / 3.33f64.ln() + 2.25).floor() as u32;
        let segment_length = 1u32 << exponent.min(18);
        let factor = (0.875 + 0.25 * 1e6f64.ln() / n.ln()).max(1.125);
        let cells = (n * factor).ceil() as u32;
        let segment_count = cells.div_ceil(segment_length).saturating_sub(2).max(1);
        Self { seed: 0, segment_length, segment_count, fingerprint_bits, payload_bits }
    }

    pub(crate) fn cells(&self) -> usize {
        (self.segment_count as usize + 2) * self.segment_length as usize
    }

    pub(crate) fn bits(&self) -> u32 {
        self.fingerprint_bits + self.payload_bits
    }

    /// Bytes of the packed cells, with room for an eight-byte read at the last one.
    pub(crate) fn bytes(&self) -> usize {
        (self.cells() * self.bits() as usize).div_ceil(8) + 8
    }

    #[inline]
    fn places(&self, hash: u64) -> [usize; 3] {
        let span = self.segment_count as u64 * self.segment_length as u64;
        let mask = self.segment_length as usize - 1;
        let first = ((hash as u128 * span as u128) >> 64) as usize;
        let second = (first + self.segment_length as usize) ^ ((hash >> 18) as usize & mask);
        let third = (first + 2 * self.segment_length as usize) ^ (hash as usize & mask);
        [first, second, third]
    }

    #[inline]
    fn fingerprint(&self, hash: u64) -> u64 {
        if self.fingerprint_bits == 0 {
            0
        } else {
            hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - self.fingerprint_bits)
        }
    }

    /// The payload stored under a key, or `None` where its fingerprint is not there.
    #[inline]
    pub(crate) fn get(&self, cells: &[u8], key: u64) -> Option<u64> {
        let hash = mix(key ^ self.seed);
        let bits = self.bits() as usize;
        let mut value = 0;
        for place in self.places(hash) {
            value ^= read(cells, place * bits);
        }
        let value = value & ((1 << bits) - 1);
        let payload = value & ((1 << self.payload_bits) - 1);
        (value >> self.payload_bits == self.fingerprint(hash)).then_some(payload)
    }
}

/// Keys that are looked up together.
const TOGETHER: usize = 16;

impl Shape {
    /// [`Self::get`] of many keys: all their reads are under way at once, which hides most of the time that memory takes.
    pub(crate) fn get_many(&self, cells: &[u8], keys: &[u64], mut found: impl FnMut(Option<u64>)) {
        let bits = self.bits() as usize;
        for keys in keys.chunks(TOGETHER) {
            let mut hashes = [0u64; TOGETHER];
            let mut places = [[0usize; 3]; TOGETHER];
            for ((hash, places), &key) in hashes.iter_mut().zip(&mut places).zip(keys) {
                *hash = mix(key ^ self.seed);
                *places = self.places(*hash);
            }
            let mut values = [0u64; TOGETHER];
            for (value, places) in values.iter_mut().zip(&places).take(keys.len()) {
                let [a, b, c] = places.map(|place| read(cells, place * bits));
                *value = a ^ b ^ c;
            }
            for (value, &hash) in values.iter().zip(&hashes).take(keys.len()) {
                let value = value & ((1 << bits) - 1);
                let payload = value & ((1 << self.payload_bits) - 1);
                found((value >> self.payload_bits == self.fingerprint(hash)).then_some(payload));
            }
        }
    }
}

/// Murmur's finaliser: spreads a key over 64 bits.
#[inline]
pub(crate) fn mix(mut key: u64) -> u64 {
    key ^= key >> 33;
    key = key.wrapping_mul(0xff51_afd7_ed55_8ccd);
    key ^= key >> 33;
    key = key.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    key ^ (key >> 33)
}

/// What a hash by [`fnv`] starts from.
pub(crate) const FNV: u64 = 0xcbf2_9ce4_8422_2325;

/// Goes on with a hash over bytes (FNV-1a: Fowler, Noll and Vo).
pub(crate) fn fnv(hash: u64, bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[inline]
fn read(cells: &[u8], bit: usize) -> u64 {
    let byte = bit >> 3;
    let Some(bytes) = cells.get(byte..byte + 8) else { return 0 };
    let mut word = [0; 8];
    word.copy_from_slice(bytes);
    u64::from_le_bytes(word) >> (bit & 7)
}

/// Packs distinct keys with their payloads; `None` where two keys are the same.
///
/// Takes 20 bytes of working memory a key and about a second for five million.
#[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only training builds tables"))]
pub(crate) fn build(entries: &[(u64, u64)], fingerprint_bits: u32, payload_bits: u32) -> Option<(Shape, Vec<u8>)> {
    let mut shape = Shape::for_keys(entries.len(), fingerprint_bits, payload_bits);
    for attempt in 1..64u64 {
        shape.seed = mix(attempt);
        if let Some(order) = peel(&shape, entries) {
            return Some((shape, assign(&shape, entries, &order)));
        }
    }
    None
}

/// The keys in an order in which each has a cell that no later one touches, with that cell.
#[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only training builds tables"))]
fn peel(shape: &Shape, entries: &[(u64, u64)]) -> Option<Vec<(u32, u32)>> {
    let mut degree = vec![0u8; shape.cells()];
    let mut folded = vec![0u32; shape.cells()];
    for (index, entry) in entries.iter().enumerate() {
        for place in shape.places(mix(entry.0 ^ shape.seed)) {
            degree[place] = degree[place].checked_add(1)?;
            folded[place] ^= index as u32;
        }
    }
    let mut queue: Vec<u32> = (0..shape.cells() as u32).filter(|&place| degree[place as usize] == 1).collect();
    let mut order = Vec::with_capacity(entries.len());
    while let Some(place) = queue.pop() {
        if degree[place as usize] != 1 {
            continue;
        }
        let index = folded[place as usize];
        order.push((index, place));
        for other in shape.places(mix(entries[index as usize].0 ^ shape.seed)) {
            degree[other] -= 1;
            folded[other] ^= index;
            if degree[other] == 1 {
                queue.push(other as u32);
            }
        }
    }
    (order.len() == entries.len()).then_some(order)
}

#[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only training builds tables"))]
fn assign(shape: &Shape, entries: &[(u64, u64)], order: &[(u32, u32)]) -> Vec<u8> {
    let bits = shape.bits() as usize;
    let mut cells = vec![0u8; shape.bytes()];
    for &(index, own) in order.iter().rev() {
        let (key, payload) = entries[index as usize];
        let hash = mix(key ^ shape.seed);
        let mut value = payload & ((1 << shape.payload_bits) - 1) | shape.fingerprint(hash) << shape.payload_bits;
        for place in shape.places(hash) {
            if place != own as usize {
                value ^= read(&cells, place * bits) & ((1 << bits) - 1);
            }
        }
        let at = own as usize * bits;
        let mut word = [0; 8];
        word.copy_from_slice(&cells[at >> 3..(at >> 3) + 8]);
        let word = u64::from_le_bytes(word) | value << (at & 7);
        cells[at >> 3..(at >> 3) + 8].copy_from_slice(&word.to_le_bytes());
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_comes_back_and_few_others_do() {
        for n in [0u64, 1, 2, 10, 1000, 50_000] {
            let entries: Vec<_> = (0..n).map(|key| (key * 7 + 1, key % 128)).collect();
            let (shape, cells) = build(&entries, 10, 7).expect("distinct keys");
            for &(key, payload) in &entries {
                assert_eq!(shape.get(&cells, key), Some(payload));
            }
            let false_hits = (0..100_000u64).filter(|key| shape.get(&cells, key * 7 + 2).is_some()).count();
            assert!(false_hits < 200, "{false_hits} of 100000 at 2^-10");
        }
    }

    #[test]
    fn a_key_given_twice_is_refused() {
        assert!(build(&[(1, 1), (1, 2)], 8, 8).is_none());
    }
}
