//! What video leaves of a superframe, divided among carousels.

/// Packets of a carousel in a superframe are a multiple of this, so that its continuity counter is
/// zero at the start of each superframe.
pub(crate) const COUNTER_PERIOD: u32 = 16;

/// What one carousel asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    /// Packets that it is promised: a multiple of sixteen.
    pub guaranteed: u32,
    /// Its share of the rest, in proportion to the others'.
    pub weight: u32,
}

/// Packets for each claim: what is promised, and the rest by weight. Promises must fit `room`.
pub(crate) fn divide(room: u32, claims: &[Claim]) -> Vec<u32> {
    let promised: u32 = claims.iter().map(|c| c.guaranteed).sum();
    let periods = u64::from(room.saturating_sub(promised) / COUNTER_PERIOD);
    let weights: u64 = claims.iter().map(|c| u64::from(c.weight)).sum();
    let mut shares = Vec::with_capacity(claims.len());
    // Rounding the cumulative share leaves nothing over and favours nobody by more than a period.
    let (mut weight, mut given) = (0u64, 0u64);
    for claim in claims {
        weight += u64::from(claim.weight);
        let due = (periods * weight).checked_div(weights).unwrap_or(0);
        shares.push(claim.guaranteed + (due - given) as u32 * COUNTER_PERIOD);
        given = due;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_room_is_given_away_but_for_less_than_a_period(
            claims in proptest::collection::vec((0u32..50, 0u32..20), 1..10), extra in 0u32..5000,
        ) {
            let claims: Vec<Claim> = claims
                .into_iter()
                .map(|(g, weight)| Claim { guaranteed: g * COUNTER_PERIOD, weight })
                .collect();
            let promised: u32 = claims.iter().map(|c| c.guaranteed).sum();
            let shares = divide(promised + extra, &claims);
            let total: u32 = shares.iter().sum();
            prop_assert!(total <= promised + extra);
            if claims.iter().any(|c| c.weight > 0) {
                prop_assert!(promised + extra - total < COUNTER_PERIOD);
            }
            for (share, claim) in shares.iter().zip(&claims) {
                prop_assert!(*share >= claim.guaranteed && share % COUNTER_PERIOD == 0);
            }
        }
    }
}
