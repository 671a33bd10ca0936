//! Pictures and audio frames that no decoder would like, with headers that every one can read.

/// An MP2 frame of 64 kbit/s at 48 kHz.
pub const AUDIO_BYTES: usize = 192;

/// The n-th picture: every 25th is an entry with its parameter sets.
pub fn picture(n: u64, size: usize) -> Vec<u8> {
    let mut unit = vec![0, 0, 0, 1, 0x09, 0xf0];
    if n.is_multiple_of(25) {
        unit.extend_from_slice(&[0, 0, 0, 1, 0x67]);
        unit.extend_from_slice(&sequence_parameters());
        unit.extend_from_slice(&[0, 0, 0, 1, 0x68, 0xce, 0x3c, 0x80]);
        unit.extend_from_slice(&[0, 0, 0, 1, 0x65, 0x88, 0x84]);
    } else {
        unit.extend_from_slice(&[0, 0, 0, 1, 0x41, 0x9a, 0x24]);
    }
    unit.resize(size, 0xaa);
    unit
}

pub fn audio() -> Vec<u8> {
    let mut frame = vec![0xff, 0xfd, 0x44, 0x04];
    frame.resize(AUDIO_BYTES, 0x55);
    frame
}

/// An SPS of Baseline profile at level 3, 640 by 368, without VUI.
fn sequence_parameters() -> Vec<u8> {
    let mut bits = Bits::default();
    bits.push(66, 8);
    bits.push(0, 8);
    bits.push(30, 8);
    for value in [0, 0, 2, 1] {
        bits.golomb(value);
    }
    bits.push(0, 1);
    bits.golomb(39);
    bits.golomb(22);
    // Frames only, direct_8x8_inference, no cropping, no VUI, stop bit.
    bits.push(0b11001, 5);
    bits.bytes()
}

#[derive(Default)]
struct Bits(Vec<bool>);

impl Bits {
    fn push(&mut self, value: u32, width: u32) {
        self.0.extend((0..width).rev().map(|bit| value >> bit & 1 != 0));
    }

    fn golomb(&mut self, value: u32) {
        let width = 32 - (value + 1).leading_zeros();
        self.push(0, width - 1);
        self.push(value + 1, width);
    }

    fn bytes(&self) -> Vec<u8> {
        let byte = |bits: &[bool]| {
            bits.iter().enumerate().fold(0, |sum, (n, bit)| sum | u8::from(*bit) << (7 - n))
        };
        self.0.chunks(8).map(byte).collect()
    }
}
