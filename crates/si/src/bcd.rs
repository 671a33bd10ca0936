//! Binary coded decimal: four bits a digit, the most significant digit first.

/// The `digits` decimal digits of `value`; `None` when it has more.
pub(crate) fn to_bcd(value: u32, digits: u32) -> Option<u32> {
    let mut rest = value;
    let mut bcd = 0;
    for digit in 0..digits {
        bcd |= (rest % 10) << (4 * digit);
        rest /= 10;
    }
    (rest == 0).then_some(bcd)
}

/// The value of `digits` decimal digits; `None` when one of them is above nine.
pub(crate) fn from_bcd(bcd: u32, digits: u32) -> Option<u32> {
    let mut value = 0;
    for digit in (0..digits).rev() {
        let nibble = (bcd >> (4 * digit)) & 0x0f;
        if nibble > 9 {
            return None;
        }
        value = value * 10 + nibble;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_survive_and_what_is_none_is_refused() {
        assert_eq!(to_bcd(1_250_000, 8), Some(0x0125_0000));
        assert_eq!(to_bcd(10_000, 4), None);
        assert_eq!(from_bcd(0x0125_0000, 8), Some(1_250_000));
        assert_eq!(from_bcd(0x1a, 2), None);
        assert_eq!(from_bcd(to_bcd(99_999_999, 8).unwrap(), 8), Some(99_999_999));
    }
}
