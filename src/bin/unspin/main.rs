//! temp
use std::path::PathBuf;
fn main() {
    let mut o = unspin::learn::ngrams::TrainOptions::default();
    let mut out = PathBuf::new();
    let mut args = std::env::args().skip(1);
    while let Some(a) = args.next() {
        match a.as_str() {
            "--out" => out = args.next().unwrap().into(),
            "--absolute" => o.kneser_ney = false,
            "--bigrams" => o.bigrams = args.next().unwrap().parse().unwrap(),
            "--trigrams" => o.trigrams = args.next().unwrap().parse().unwrap(),
            _ => o.corpora.push(a.into()),
        }
    }
    let t0 = std::time::Instant::now();
    let t = unspin::learn::ngrams::train(&o, &mut |s| eprintln!("{:6.1} {s}", t0.elapsed().as_secs_f32())).unwrap();
    std::fs::write(&out, &t.bytes).unwrap();
    println!("{} bytes tokens {} words {} distinct {:?} kept {:?} heldout {} ppl {} unk {}", t.bytes.len(), t.tokens, t.words, t.distinct, t.kept, t.held_out_tokens, t.perplexity, t.unknown);
}
