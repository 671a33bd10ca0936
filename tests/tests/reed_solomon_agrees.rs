//! The Reed-Solomon codec `reedsolo`, which others wrote in Python, makes the same parity as ours
//! for whole MPE-FEC frames and for packets of the outer code, and corrects what ours corrects.

use fec::{Frame, ReedSolomon, Rows};
use std::fmt::Write;
use tests::chance::Chance;
use tests::judge::{ask, python};

/// Reads lines of three fields: bytes of parity, data and parity in hexadecimal digits. Then
/// damages each word at as many places as can be corrected and corrects it.
const SCRIPT: &str = r"
import sys, random, reedsolo
chance = random.Random(1)
codecs = {n: reedsolo.RSCodec(n, nsize=255, fcr=0, prim=0x11d) for n in (16, 64)}
count = 0
for line in open(sys.argv[1]):
    size, data, parity = line.split()
    size, data, parity = int(size), bytes.fromhex(data), bytes.fromhex(parity)
    word = bytes(codecs[size].encode(data))
    if word != data + parity:
        sys.exit(f'parity of {data.hex()} is {word[-size:].hex()}, not {parity.hex()}')
    if count % 32 == 0:
        damaged = bytearray(word)
        for at in chance.sample(range(len(word)), size // 2):
            damaged[at] ^= chance.randrange(1, 256)
        if bytes(codecs[size].decode(damaged)[1]) != word:
            sys.exit('its decoder does not take our word for one of its own')
    count += 1
print(count)
";

fn hex(bytes: impl IntoIterator<Item = u8>) -> String {
    bytes.into_iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn verdict(lines: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("words");
    std::fs::write(&file, lines).expect("a file");
    let verdict = ask(python().arg("-c").arg(SCRIPT).arg(&file));
    assert!(verdict.success, "{}", verdict.stderr);
    verdict.stdout.trim().to_owned()
}

#[test]
fn parity_of_random_frames_and_packets_is_the_same() {
    let mut chance = Chance::from_seed(11);
    let mut byte = || chance.below(256) as u8;
    let mut lines = String::new();
    let mut frame = Frame::new(Rows::R256);
    for at in frame.data_mut() {
        *at = byte();
    }
    frame.encode();
    for row in 0..256 {
        let of_row = |table: &[u8]| hex(table.iter().skip(row).step_by(256).copied());
        lines += &format!("64 {} {}\n", of_row(frame.data()), of_row(frame.parity()));
    }
    let outer = ReedSolomon::new(16);
    for _ in 0..256 {
        let packet: Vec<u8> = (0..188).map(|_| byte()).collect();
        let mut parity = [0; 16];
        outer.encode(&packet, &mut parity);
        lines += &format!("16 {} {}\n", hex(packet), hex(parity));
    }
    assert_eq!(verdict(&lines), "512");
}

/// A judge that never complains proves nothing.
#[test]
#[should_panic(expected = "parity of")]
fn one_wrong_bit_is_told() {
    let mut parity = [0; 16];
    ReedSolomon::new(16).encode(&[7; 188], &mut parity);
    parity[15] ^= 1;
    verdict(&format!("16 {} {}\n", hex([7; 188]), hex(parity)));
}
