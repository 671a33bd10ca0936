//! Pictures and frames of sound with headers that every reader understands and nothing behind them.

/// The decoder's buffer as the headers of a video stream state it.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    pub rate_bps: u32,
    pub buffer_bits: u32,
}

/// What a picture is in its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An entry; everything behind it decodes.
    Entry,
    /// An entry that pictures lead which refer to what went before.
    OpenEntry,
    Plain,
}

/// An H.264 picture of at least `size` bytes.
pub fn avc(kind: Kind, frame_seconds: (u32, u32), schedule: Schedule, size: usize) -> Vec<u8> {
    let mut unit = vec![0, 0, 0, 1, 0x09, 0xf0];
    if kind == Kind::Plain {
        unit.extend_from_slice(&[0, 0, 0, 1, 0x41, 0x9a, 0x24]);
    } else {
        unit.extend_from_slice(&[0, 0, 0, 1, 0x67]);
        unit.extend_from_slice(&escaped(&avc_parameters(frame_seconds, schedule)));
        unit.extend_from_slice(&[0, 0, 0, 1, 0x68, 0xce, 0x3c, 0x80]);
        unit.extend_from_slice(&[0, 0, 0, 1, 0x65, 0x88, 0x84]);
    }
    let size = size.max(unit.len());
    unit.resize(size, 0xaa);
    unit
}

/// An SPS of Main profile at level 4, 640 by 368, with VUI timing and a NAL HRD schedule.
fn avc_parameters((num, den): (u32, u32), schedule: Schedule) -> Vec<u8> {
    let mut bits = Bits::default();
    for value in [77, 0, 40] {
        bits.push(value, 8);
    }
    // seq_parameter_set_id, frame_num of 4 bits, pic_order_cnt_type 2, one reference.
    for value in [0, 0, 2, 1] {
        bits.golomb(value);
    }
    bits.push(0, 1);
    bits.golomb(39);
    bits.golomb(22);
    // Frames only, direct_8x8_inference, no cropping, VUI.
    bits.push(0b1101, 4);
    // No aspect, overscan, signal or chroma; timing of a fixed rate.
    bits.push(0b0_0001, 5);
    bits.push(num, 32);
    bits.push(den * 2, 32);
    bits.push(1, 1);
    // One NAL HRD schedule in units of 64 bit/s and 16 bit.
    bits.push(1, 1);
    bits.golomb(0);
    bits.push(0, 8);
    bits.golomb(schedule.rate_bps / 64 - 1);
    bits.golomb(schedule.buffer_bits / 16 - 1);
    bits.push(0, 1);
    for _ in 0..4 {
        bits.push(23, 5);
    }
    // No VCL HRD, low_delay, pic_struct or restrictions; stop bit.
    bits.push(0b00001, 5);
    bits.bytes()
}

/// An MPEG-2 picture of at least `size` bytes, Main profile at Main level, 720 by 576.
pub fn mpeg2(
    kind: Kind,
    rate_code: u32,
    reference: u16,
    schedule: Schedule,
    size: usize,
) -> Vec<u8> {
    let mut unit = Vec::new();
    if kind != Kind::Plain {
        let mut bits = Bits::default();
        for (value, width) in [(720, 12), (576, 12), (2, 4), (rate_code, 4)] {
            bits.push(value, width);
        }
        bits.push(schedule.rate_bps / 400, 18);
        bits.push(1, 1);
        bits.push(schedule.buffer_bits / 16_384, 10);
        bits.push(0, 3);
        unit.extend_from_slice(&[0, 0, 1, 0xb3]);
        unit.extend_from_slice(&bits.bytes());
        // Main profile at Main level, progressive, 4:2:0, no high bits, the rate as it stands.
        unit.extend_from_slice(&[0, 0, 1, 0xb5, 0x14, 0x8a, 0x00, 0x01, 0x00, 0x00]);
        let closed = if kind == Kind::Entry { 0x40 } else { 0x00 };
        unit.extend_from_slice(&[0, 0, 1, 0xb8, 0x00, 0x08, 0x00, closed]);
    }
    let coding_type: u8 = if kind == Kind::Plain { 2 } else { 1 };
    let [high, low] = (reference << 6).to_be_bytes();
    unit.extend_from_slice(&[0, 0, 1, 0, high, low | coding_type << 3 | 7, 0xff, 0xf8, 0x38]);
    // picture_coding_extension of a frame picture.
    unit.extend_from_slice(&[0, 0, 1, 0xb5, 0x8f, 0xff, 0xf7, 0x80, 0x80]);
    unit.extend_from_slice(&[0, 0, 1, 0x01, 0x22]);
    let size = size.max(unit.len());
    unit.resize(size, 0xaa);
    unit
}

/// An MPEG audio frame: layer 2, 192 kbit/s, stereo, 48 kHz.
pub fn mp2() -> Vec<u8> {
    frame(&[0xff, 0xfd, 0xa4, 0x04], 576)
}

/// An AC-3 frame: 192 kbit/s, stereo, 48 kHz.
pub fn ac3() -> Vec<u8> {
    frame(&[0x0b, 0x77, 0x55, 0x55, 0x14, 0x40, 0x43], 768)
}

/// An AAC frame in ADTS, stereo, of `size` bytes.
pub fn aac(rate_index: u8, size: usize) -> Vec<u8> {
    let size = size.max(8);
    let high = 0x40 | rate_index << 2;
    let length = size as u16;
    let head = [
        0xff,
        0xf1,
        high,
        0x80 | (length >> 11) as u8,
        (length >> 3) as u8,
        (length << 5) as u8 | 0x1f,
        0xfc,
    ];
    frame(&head, size)
}

fn frame(head: &[u8], size: usize) -> Vec<u8> {
    let mut frame = head.to_vec();
    frame.resize(size, 0x55);
    frame
}

/// Puts in the bytes that keep start codes out of a parameter set (H.264 clause 7.4.1.1).
fn escaped(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut zeros = 0;
    for &byte in bytes {
        if zeros == 2 && byte <= 3 {
            out.push(3);
            zeros = 0;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        out.push(byte);
    }
    out
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
