//! Random numbers that are the same in every run, so that what is compared or trained can be made again.

/// An xorshift generator (Marsaglia, 2003), multiplied (Vigna, 2016) but for raw numbers.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self::from_state((seed ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9) | 1)
    }

    /// From a state, which must not be 0.
    pub(crate) fn from_state(state: u64) -> Self {
        Self(state)
    }

    /// The next state.
    fn step(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.step().wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((self.next() >> 32) * n as u64 >> 32) as usize
    }
}

/// What learning alone draws.
#[cfg(feature = "cli")]
impl Random {
    /// From 0 up to 1.
    pub(crate) fn unit(&mut self) -> f32 {
        Self::share(self.next())
    }

    /// Likewise, of a state as it is.
    pub(crate) fn raw_unit(&mut self) -> f32 {
        Self::share(self.step())
    }

    /// The highest bits of a number, from 0 up to 1.
    fn share(bits: u64) -> f32 {
        (bits >> 40) as f32 / (1u64 << 24) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Other numbers would train another model from the same texts.
    #[test]
    fn numbers_stay_what_they_were() {
        let mut random = Random::new(77);
        assert_eq!([random.next(), random.next()], [0xfe40_d69a_7ee3_cac6, 0x23ce_aca1_72da_3b93]);
        #[cfg(feature = "cli")]
        assert_eq!([random.unit(), random.unit()].map(|unit| unit * 16_777_216.0), [15_982_255.0, 4_338_192.0]);
        #[cfg(feature = "cli")]
        assert_eq!([random.below(1000), random.below(1000)], [523, 288]);
        let mut random = Random::from_state(0x2545_f491_4f6c_dd1d);
        assert_eq!([random.step(), random.step()], [0x7f6c_280b_eaa8_e3e7, 0xe471_1987_1cf9_abe0]);
    }
}
