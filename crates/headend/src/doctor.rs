//! Whether a machine is fit to be on air: what is found, why it matters, what to do.

mod network;
mod system;

use crate::config::Config;
use serde::Serialize;

/// How a machine stands in one respect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// As it should be.
    Good,
    /// It could not be found out.
    Unknown,
    /// It works, but not as well as it could.
    Weak,
    /// It will not work.
    Bad,
}

/// What was found in one respect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// What was looked at.
    pub subject: String,
    /// How it stands.
    pub health: Health,
    /// What was found.
    pub found: String,
    /// Why it matters.
    pub why: &'static str,
    /// What to do; empty when there is nothing to do.
    pub advice: String,
}

/// Looks at everything that a configuration needs of its machine. Nothing is sent; a file of some
/// megabytes is written to the state folder and removed.
pub fn examine(config: &Config) -> Vec<Diagnosis> {
    let mut found = network::routes(config);
    found.push(network::send_buffer(config));
    found.push(network::memberships(config));
    found.push(system::clock());
    found.push(system::priority(config));
    found.push(system::memory(config));
    found.push(system::disk(config));
    found.extend(config.multiplexes.iter().map(rate));
    found
}

/// The rate of a multiplex against that of its carrier.
fn rate(multiplex: &crate::config::MultiplexConfig) -> Diagnosis {
    let rate = multiplex.rate();
    let carrier = multiplex.transmission.map(|transmission| transmission.rate());
    let (health, found, advice) = match carrier {
        Some(Ok(carrier)) => {
            // n1/d1 against n2/d2, exactly.
            let ours = u128::from(rate.numerator()) * u128::from(carrier.denominator());
            let theirs = u128::from(carrier.numerator()) * u128::from(rate.denominator());
            let found = format!("{rate} in a carrier of {carrier}");
            if ours > theirs {
                let advice = "lower the rate, or widen the carrier".to_owned();
                (Health::Bad, found, advice)
            } else {
                (Health::Good, found, String::new())
            }
        }
        Some(Err(error)) => (Health::Unknown, format!("{rate}; {error}"), String::new()),
        None => {
            let advice = "compare it with what the modulator shows as its useful rate, or give \
                          `profile` or `modulation` instead of `rate`";
            (Health::Unknown, format!("{rate}; the carrier is not known"), advice.to_owned())
        }
    };
    Diagnosis {
        subject: format!("rate of {}", multiplex.name),
        health,
        found,
        why: "a modulator that gets more than its carrier takes drops packets after some seconds",
        advice,
    }
}
