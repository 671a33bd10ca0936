//! Start codes and the bytes between them.

/// Bytes of the start code prefix 00 00 01.
pub(super) const PREFIX_BYTES: usize = 3;

/// Where the next start code prefix begins, at or behind `from`.
pub(super) fn find(bytes: &[u8], from: usize) -> Option<usize> {
    let mut third = from + 2;
    while let Some(&byte) = bytes.get(third) {
        match byte {
            0 => third += 1,
            1 if bytes[third - 1] == 0 && bytes[third - 2] == 0 => return Some(third - 2),
            // No prefix can hold this byte, so none ends on either of the next two.
            _ => third += 3,
        }
    }
    None
}

/// The payload of a NAL unit without its emulation prevention bytes: 00 00 03 stands for 00 00
/// (H.264 clause 7.3.1, H.265 clause 7.3.1.1). At most `max` bytes of the unit are read.
pub(super) fn unescape(payload: &[u8], max: usize) -> Vec<u8> {
    let payload = &payload[..payload.len().min(max)];
    let mut rbsp = Vec::with_capacity(payload.len());
    let mut zeros = 0;
    for &byte in payload {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        rbsp.push(byte);
    }
    rbsp
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn emulation_prevention_is_removed_wherever_it_stands() {
        assert_eq!(unescape(&[0, 0, 3, 1, 0, 0, 3], 99), [0, 0, 1, 0, 0]);
        assert_eq!(unescape(&[0, 0, 3, 0, 0, 3, 0], 99), [0, 0, 0, 0, 0]);
        assert_eq!(unescape(&[0, 3, 0, 0, 4], 99), [0, 3, 0, 0, 4]);
        assert_eq!(unescape(&[1, 2, 3, 4], 2), [1, 2]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_searched_as_by_looking_at_each(
            bytes in proptest::collection::vec(0u8..3, 0..60), from in 0usize..70,
        ) {
            let slow = (from..bytes.len()).find(|at| bytes[*at..].starts_with(&[0, 0, 1]));
            prop_assert_eq!(find(&bytes, from), slow);
        }
    }
}
