//! Throughput of the library: tokens and first look on clean text, all the work on spun text, and opening.

use std::fs;
use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::Value;
use unspin::{Report, Selection, Unspinner};

const CLEAN: &str = include_str!("../tests/examples/clean-article.txt");
const SPUN: &str = include_str!("../tests/examples/spun-article.txt");
/// Copies of the clean article in one text: enough for several blocks.
const COPIES: usize = 100;
/// Files of spun articles, one for each family of spinners.
const FAMILIES: [&str; 4] = ["thes_l", "phrasal_k", "science_e", "translation_d"];
/// Articles taken from each file: 115 KB in all.
const ARTICLES: usize = 24;
/// About how many findings there are in them, and by how much that may be off: every fit of the weights moves it a little.
const FINDINGS: (usize, usize) = (2842, 150);

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

/// Spun articles, all of them different.
fn articles() -> Vec<String> {
    let read = |family: &str| -> Vec<String> {
        let path = format!("{}/training/spun/{family}.json", env!("CARGO_MANIFEST_DIR"));
        let file = fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let articles: Vec<Value> = serde_json::from_slice(&file).expect("a list of articles");
        let texts = articles.into_iter().map(|article| article["text"].as_str().expect("a text").to_owned());
        texts.take(ARTICLES).collect()
    };
    FAMILIES.into_iter().flat_map(read).collect()
}

fn spun(c: &mut Criterion) {
    let unspinner = Unspinner::builtin();
    let texts = articles();
    let bytes: usize = texts.iter().map(String::len).sum();
    assert!(bytes > 100_000, "{bytes} bytes of spun text");
    let reports: Vec<Report> = texts.iter().map(|text| unspinner.check(text)).collect();
    let findings: usize = reports.iter().map(|report| report.findings.len()).sum();
    assert!(findings.abs_diff(FINDINGS.0) <= FINDINGS.1, "{findings} findings in spun texts");
    let check = |text: &String| unspinner.check(black_box(text)).findings.len();
    let mut group = c.benchmark_group("check");
    group.sample_size(20).throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("spun", |b| b.iter(|| texts.iter().map(check).sum::<usize>()));
    group.finish();

    let fix = |(report, text): (&Report, &String)| report.fix(black_box(text), &Selection::All).edits.len();
    let mut group = c.benchmark_group("fix");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("apply", |b| b.iter(|| reports.iter().zip(&texts).map(fix).sum::<usize>()));
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
