//! How often one address may call: a bucket that fills with time.
//!
//! The table is bounded. When it is full of addresses that have called of late, a new one shares
//! the last bucket, so that a flood from many addresses costs no memory.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Addresses that are remembered.
const ADDRESSES_MAX: usize = 4096;

/// Buckets by address.
#[derive(Debug)]
pub(crate) struct Limiter {
    per_minute: f64,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Limiter {
    /// So many calls in a minute, all of which may come at once.
    pub fn new(per_minute: u32) -> Limiter {
        Limiter { per_minute: f64::from(per_minute), buckets: Mutex::new(HashMap::new()) }
    }

    /// Takes one call of an address; false when there is none left.
    pub fn take(&self, address: IpAddr, now: Instant) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |bucket: &Bucket| self.refilled(bucket, now) >= self.per_minute;
        let mut address = prefix(address);
        if !buckets.contains_key(&address) && buckets.len() >= ADDRESSES_MAX {
            buckets.retain(|_, bucket| !full(bucket));
            if buckets.len() >= ADDRESSES_MAX {
                address = IpAddr::V6(std::net::Ipv6Addr::UNSPECIFIED);
            }
        }
        let bucket = buckets.entry(address).or_insert(Bucket { left: self.per_minute, at: now });
        bucket.left = self.refilled(bucket, now);
        bucket.at = now;
        let granted = bucket.left >= 1.0;
        if granted {
            bucket.left -= 1.0;
        }
        granted
    }

    fn refilled(&self, bucket: &Bucket, now: Instant) -> f64 {
        let seconds = now.saturating_duration_since(bucket.at).as_secs_f64();
        (bucket.left + seconds * self.per_minute / 60.0).min(self.per_minute)
    }
}

/// One host has a whole /64 of IPv6.
pub(crate) fn prefix(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & !u128::from(u64::MAX)).into()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn calls_beyond_the_rate_are_refused_until_time_has_passed() {
        let limiter = Limiter::new(60);
        let (now, address) = (Instant::now(), "192.0.2.1".parse().unwrap());
        assert!((0..60).all(|_| limiter.take(address, now)));
        assert!(!limiter.take(address, now));
        assert!(limiter.take("192.0.2.2".parse().unwrap(), now));
        assert!(limiter.take(address, now + Duration::from_secs(1)));
        assert!(!limiter.take(address, now + Duration::from_secs(1)));
    }

    #[test]
    fn a_flood_of_addresses_keeps_the_table_bounded() {
        let limiter = Limiter::new(2);
        let now = Instant::now();
        let granted = (0..20_000_u32).filter(|n| limiter.take(IpAddr::V4((*n).into()), now));
        assert!(granted.count() <= ADDRESSES_MAX + 2);
        assert!(limiter.buckets.lock().unwrap().len() <= ADDRESSES_MAX + 1);
    }
}
