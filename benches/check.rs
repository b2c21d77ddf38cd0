//! Throughput of the library: tokens and first look on clean text, all the work on spun text, and opening.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use unspin::{Selection, Unspinner};

const CLEAN: &str = include_str!("../tests/examples/clean-article.txt");
const SPUN: &str = include_str!("../tests/examples/spun-article.txt");
/// Copies of an article in one text: enough for several blocks.
const COPIES: usize = 100;

fn clean(c: &mut Criterion) {
    let unspinner = Unspinner::builtin();
    let text = format!("{CLEAN}\n").repeat(COPIES);
    let report = unspinner.check(&text);
    assert!(report.tokens > 200 * COPIES, "{} tokens", report.tokens);
    assert!(report.findings.is_empty(), "{} findings in clean text", report.findings.len());
    let mut group = c.benchmark_group("check");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("clean", |b| b.iter(|| unspinner.check(black_box(&text)).findings.len()));
    group.finish();
}

fn spun(c: &mut Criterion) {
    let unspinner = Unspinner::builtin();
    let text = format!("{SPUN}\n").repeat(COPIES / 10);
    let report = unspinner.check(&text);
    assert!(report.findings.len() > COPIES / 10, "{} findings in spun text", report.findings.len());
    let mut group = c.benchmark_group("check");
    group.sample_size(20).throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("spun", |b| b.iter(|| unspinner.check(black_box(&text)).findings.len()));
    group.finish();

    let mut group = c.benchmark_group("fix");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("apply", |b| b.iter(|| report.fix(black_box(&text), &Selection::All).edits.len()));
    group.finish();
}

fn short(c: &mut Criterion) {
    let unspinner = Unspinner::builtin();
    let text = "The ship left the harbor at noon. Nobody on board knew where it was going.";
    assert!(unspinner.check(text).tokens > 10);
    let mut group = c.benchmark_group("check");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("short", |b| b.iter(|| unspinner.check(black_box(text)).tokens));
    group.finish();
}

fn open(c: &mut Criterion) {
    assert!(!Unspinner::builder().assume_spun(true).build().check(SPUN).findings.is_empty());
    c.bench_function("open", |b| b.iter(Unspinner::builtin));
}

fn look_up(c: &mut Criterion) {
    let unspinner = Unspinner::builtin();
    assert!(unspinner.substitutes_for("navy").len() > 1);
    c.bench_function("look up", |b| b.iter(|| unspinner.substitutes_for(black_box("navy")).len()));
}

criterion_group! {
    name = benches;
    config = Criterion::default().measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_secs(1));
    targets = open, look_up, short, clean, spun
}
criterion_main!(benches);
