//! Chance that can be repeated.

use std::time::{SystemTime, UNIX_EPOCH};

/// Numbers by Marsaglia's xorshift.
#[derive(Debug)]
pub struct Chance(u64);

impl Chance {
    /// Numbers that follow from a seed.
    pub fn from_seed(seed: u64) -> Chance {
        Chance(seed | 1)
    }

    /// Other numbers each time; the seed goes to standard output, which is shown with a failure.
    ///
    /// # Panics
    /// When the clock stands before 1970.
    pub fn new() -> Chance {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is set");
        let seed = since.as_nanos() as u64;
        println!("seed {seed}");
        Chance::from_seed(seed)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

impl Default for Chance {
    fn default() -> Chance {
        Chance::new()
    }
}
