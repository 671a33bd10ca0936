//! Throughput of repair packets and of the verifier, beside a plain copy of the same bytes.

use benches::folder;
use benches::program::{headend, succeed};
use benches::station::{self, FROM, RATE_BPS};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use engine::SuperframeGrid;
use fec::Matrix;
use rtp::{DATAGRAM_SIZE, MediaStream, Protector};
use std::hint::black_box;
use ts::Rate;
use verify::{Options, Verifier};

/// Datagrams of a 10 by 10 matrix.
const MATRIX: u64 = 100;

fn repair(criterion: &mut Criterion) {
    let grid = SuperframeGrid::new(rate(), MATRIX).expect("a grid");
    let stream = MediaStream { grid: grid.slots(), ssrc: 1 };
    let matrix = Matrix::new(10, 10, true).expect("a matrix of the standard");
    let protector = Protector { stream, matrix };
    let datagrams: Vec<u8> =
        (0..grid.datagrams() as usize * DATAGRAM_SIZE).map(|i| (i * 7 + i / 251) as u8).collect();
    let previous = &datagrams[..MATRIX as usize * DATAGRAM_SIZE];
    let mut copy = vec![0; datagrams.len()];
    let mut group = criterion.benchmark_group("superframe of 40 Mbit/s");
    group.throughput(Throughput::Bytes(datagrams.len() as u64));
    group.bench_function("copy", |bencher| {
        bencher.iter(|| copy.copy_from_slice(black_box(&datagrams)));
    });
    group.bench_function("repair packets, 10 by 10", |bencher| {
        bencher.iter(|| protector.superframe(0, previous, black_box(&datagrams)));
    });
    group.finish();
}

fn verifier(criterion: &mut Criterion) {
    let stream = rendered();
    let mut copy = vec![0; stream.len()];
    let mut group = criterion.benchmark_group("ten seconds of six services in 40 Mbit/s");
    group.throughput(Throughput::Bytes(stream.len() as u64)).sample_size(20);
    group.bench_function("copy", |bencher| {
        bencher.iter(|| copy.copy_from_slice(black_box(&stream)));
    });
    group.bench_function("verify", |bencher| {
        bencher.iter(|| {
            let options = Options { rate: Some(rate()), ..Options::default() };
            let mut verifier = Verifier::new(options);
            verifier.push(black_box(&stream));
            verifier.finish()
        });
    });
    group.finish();
}

fn rate() -> Rate {
    Rate::new(RATE_BPS, 1).expect("a rate above zero")
}

/// Ten seconds of the six films.
fn rendered() -> Vec<u8> {
    let config = station::films("verify", 6, 0, &[]);
    let path = folder::below("verify").join("out.ts");
    let mut command = headend();
    command.arg("render").arg(config).args(["--multiplex", "bench-0", "--from", FROM]);
    succeed(command.args(["--duration", "10s", "--out"]).arg(&path));
    std::fs::read(path).expect("a rendered file")
}

criterion_group!(throughput, repair, verifier);
criterion_main!(throughput);
