//! Tests of the whole encoder, on one that is made up here.

use super::file::{
    CLASSES, DIMENSIONS, END, HEADER, HEADS, INNER, KIND, MARKS, POSITIONS, START, UNKNOWN, WIDTH, number,
};
use super::*;
use crate::model::attend::{Look, Offer, Reading};
use crate::model::odds::ln_odds;

/// Words, the pieces that BERT's own tokenizer cuts them into, and shorter pieces that would have matched too.
const CUT: &str = include_str!("wordpiece.tsv");

/// Numbers that look random, from -1 to 1, and repeat from one run to the next.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1 << 23) as f32 - 1.0
    }

    fn vector(&mut self, count: usize, middle: f32, reach: f32) -> Vec<f32> {
        (0..count).map(|_| middle + reach * self.next()).collect()
    }
}

/// The pieces of the table, those that start a run and those that continue one.
fn vocabulary() -> (Vec<&'static str>, Vec<&'static str>) {
    let pieces = CUT.lines().flat_map(|line| line.split('\t').skip(1)).flat_map(|pieces| pieces.split(' '));
    let mut pieces: Vec<&str> = pieces.filter(|piece| !piece.is_empty() && *piece != "[UNK]").collect();
    pieces.sort_unstable();
    pieces.dedup();
    let (continued, starts): (Vec<_>, Vec<_>) = pieces.into_iter().partition(|piece| piece.starts_with("##"));
    (starts, continued.iter().map(|piece| &piece[2..]).collect())
}

/// An encoder of so many layers that was not trained.
pub(crate) fn sample(layers: usize) -> Vec<u8> {
    let (starts, continued) = vocabulary();
    let mut numbers = Numbers(layers as u64);
    let texts = || starts.iter().chain(&continued);
    let mut body = Vec::new();
    let mut end = 0;
    for text in texts() {
        end += text.len() as u32;
        body.extend(end.to_le_bytes());
    }
    texts().for_each(|text| body.extend(text.bytes()));
    let row = |body: &mut Vec<u8>, numbers: &mut Numbers, width: usize, most: f32| {
        body.extend((0..width).map(|_| (numbers.next() * most).round() as i8 as u8));
    };
    for _ in 0..texts().count() + CLASSES as usize {
        body.extend(0.01f32.to_le_bytes());
        row(&mut body, &mut numbers, DIMENSIONS, 127.0);
    }
    let mut vectors = vec![
        numbers.vector(POSITIONS * DIMENSIONS, 0.0, 0.5),
        numbers.vector(DIMENSIONS, 1.0, 0.5),
        numbers.vector(DIMENSIONS, 0.0, 0.2),
    ];
    for _ in 0..layers {
        vectors.push(numbers.vector(5 * DIMENSIONS + INNER, 0.0, 0.2));
        for _ in 0..2 {
            vectors.push(numbers.vector(DIMENSIONS, 1.0, 0.5));
            vectors.push(numbers.vector(DIMENSIONS, 0.0, 0.2));
        }
    }
    vectors.push(numbers.vector(DIMENSIONS + 1 + 3 * DIMENSIONS, 0.0, 0.1));
    vectors.push(numbers.vector(MARKS * DIMENSIONS + 4, 0.0, 0.5));
    vectors.iter().flatten().for_each(|number| body.extend(number.to_le_bytes()));
    let square = (DIMENSIONS, DIMENSIONS);
    let layer = [(3 * DIMENSIONS, DIMENSIONS), square, (INNER, DIMENSIONS), (DIMENSIONS, INNER)];
    for (outputs, inputs) in layer.repeat(layers).into_iter().chain([(2 * DIMENSIONS, DIMENSIONS), square, square]) {
        let scale = 0.05 / (inputs as f32).sqrt();
        (0..outputs).for_each(|_| body.extend((scale * (1.0 + 0.5 * numbers.next())).to_le_bytes()));
        (0..outputs).for_each(|_| row(&mut body, &mut numbers, inputs, 64.0));
    }
    let fields = [DIMENSIONS, INNER, HEADS, POSITIONS, layers, starts.len(), continued.len(), end as usize];
    let mut bytes = [vec![0; HEADER], body].concat();
    let numbers: Vec<u64> = std::iter::once(bytes.len()).chain(fields).map(|field| field as u64).collect();
    KIND.seal(&mut bytes, HEADER, &numbers);
    bytes
}

fn encoder(layers: usize) -> Encoder {
    Encoder::open(sample(layers).into(), true).expect("a whole encoder")
}

/// The layers written out plainly, with all numbers in full. Something is added to each piece.
fn plainly(encoder: &Encoder, pieces: &[u32], added: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let file = &encoder.file;
    let mut numbers = file.numbers();
    let mut take = |count: usize| numbers.by_ref().take(count).collect::<Vec<f32>>();
    let mut matrices = file.matrices();
    let mut matrix = || {
        let matrix = matrices.next().expect("a matrix");
        let row = |(scale, row): (&[u8], &[u8])| row.iter().map(|&x| number(scale) * f32::from(x as i8)).collect();
        let rows = matrix.scales.chunks_exact(4).zip(matrix.rows.chunks_exact(matrix.inputs)).map(row);
        rows.collect::<Vec<Vec<f32>>>()
    };
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let linear = |x: &[f32], rows: &[Vec<f32>], bias: &[f32]| -> Vec<f32> {
        rows.iter().zip(bias).map(|(row, bias)| dot(row, x) + bias).collect()
    };
    let normalize = |x: &[f32], added: &[f32], weight: &[f32], bias: &[f32]| -> Vec<f32> {
        let x: Vec<f32> = x.iter().zip(added).map(|(x, added)| x + added).collect();
        let mean = x.iter().sum::<f32>() / DIMENSIONS as f32;
        let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / DIMENSIONS as f32;
        let normal = x.iter().map(|x| (x - mean) / (variance + 1e-12).sqrt());
        normal.zip(weight).zip(bias).map(|((x, weight), bias)| x * weight + bias).collect()
    };
    let positions = take(POSITIONS * DIMENSIONS);
    let (weight, bias) = (take(DIMENSIONS), take(DIMENSIONS));
    let pieces: Vec<u32> = [START].iter().chain(pieces).chain(&[END]).copied().collect();
    let embed = |((&piece, position), added): ((&u32, &[f32]), &Vec<f32>)| {
        let (scale, vector) = file.piece(piece);
        let vector: Vec<f32> = vector.iter().zip(added).map(|(&x, added)| scale * f32::from(x as i8) + added).collect();
        normalize(&vector, position, &weight, &bias)
    };
    let placed = pieces.iter().zip(positions.chunks_exact(DIMENSIONS));
    let mut hidden: Vec<Vec<f32>> = placed.zip(added).map(embed).collect();
    for _ in 0..file.layers {
        let (asked, gathered, inner, outer) = (matrix(), matrix(), matrix(), matrix());
        let bias = [3 * DIMENSIONS, DIMENSIONS, INNER, DIMENSIONS].map(&mut take);
        let norms = [DIMENSIONS; 4].map(&mut take);
        let parts: Vec<Vec<f32>> = hidden.iter().map(|x| linear(x, &asked, &bias[0])).collect();
        let head = |x: &[f32], part: usize, head: usize| x[part * DIMENSIONS + head * WIDTH..][..WIDTH].to_vec();
        for (n, x) in hidden.iter_mut().enumerate() {
            let mut given = vec![0f32; DIMENSIONS];
            for h in 0..HEADS {
                let fit =
                    |key: &Vec<f32>| (dot(&head(&parts[n], 0, h), &head(key, 1, h)) / (WIDTH as f32).sqrt()).exp();
                let shares: Vec<f32> = parts.iter().map(fit).collect();
                let total: f32 = shares.iter().sum();
                for (share, value) in shares.iter().zip(&parts) {
                    let given = given[h * WIDTH..].iter_mut();
                    given.zip(head(value, 2, h)).for_each(|(given, x)| *given += share / total * x);
                }
            }
            *x = normalize(x, &linear(&given, &gathered, &bias[1]), &norms[0], &norms[1]);
            let units: Vec<f32> = linear(x, &inner, &bias[2]).iter().map(|&x| kernels::gelu(x)).collect();
            *x = normalize(x, &linear(&units, &outer, &bias[3]), &norms[2], &norms[3]);
        }
    }
    hidden
}

/// Words in one sentence, with what may have stood there: start, end, words, ln of the channel, posterior.
fn reading(words: &[&str], looks: &[u8], offers: &[(usize, usize, &str, f32, f32)]) -> Reading {
    let offer = |(index, &(start, end, words, channel, posterior)): (usize, &(usize, usize, &str, f32, f32))| Offer {
        run: start..end,
        words: words.into(),
        channel,
        posterior,
        index,
    };
    Reading {
        words: words.iter().map(ToString::to_string).collect(),
        looks: looks.iter().map(|&look| Look(look)).collect(),
        sentences: std::iter::once(0..words.len()).collect(),
        offers: offers.iter().enumerate().map(offer).collect(),
        candidates: offers.len() + 1,
    }
}

/// What is said of a passage, written out plainly: the odds of its offers, and those that its words were changed.
fn said_plainly(encoder: &Encoder, read: &Reading) -> (Vec<f32>, Vec<f32>) {
    let file = &encoder.file;
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let matrices: Vec<_> = file.matrices().skip(4 * file.layers).collect();
    let product = |matrix: &file::Matrix<'_>, row: usize, x: &[f32]| {
        let weights = &matrix.rows[row * DIMENSIONS..(row + 1) * DIMENSIONS];
        let sum: f32 = weights.iter().zip(x).map(|(&weight, x)| f32::from(weight as i8) * x).sum();
        sum * number(&matrix.scales[row * 4..])
    };
    let mean = |words: &str| {
        let pieces = encoder.phrase(words);
        let mut mean = vec![0f32; DIMENSIONS];
        for &piece in &pieces {
            let (scale, vector) = file.piece(piece);
            let add = |(x, &byte): (&mut f32, &u8)| *x += scale * f32::from(byte as i8) / pieces.len() as f32;
            mean.iter_mut().zip(vector).for_each(add);
        }
        mean
    };
    let numbers: Vec<f32> = file.numbers().collect();
    let mut heads = &numbers[numbers.len() - (DIMENSIONS + 1 + 3 * DIMENSIONS + MARKS * DIMENSIONS + 4)..];
    let mut take = |count: usize| heads.split_off(..count).expect("the heads' numbers");
    let (detect, detect_bias) = (take(DIMENSIONS), take(1)[0]);
    let (query_bias, embed_bias, prior) = (take(DIMENSIONS), take(DIMENSIONS), take(DIMENSIONS));
    let (mark_weights, odds) = (take(MARKS * DIMENSIONS), take(4));

    let mut pieces = Vec::new();
    let mut runs = Vec::new();
    let mut added = vec![vec![0f32; DIMENSIONS]];
    for (at, word) in read.words.iter().enumerate() {
        let first = pieces.len();
        encoder.pieces(word, &mut pieces);
        runs.push(first + 1..pieces.len() + 1);
        added.resize(pieces.len() + 1, vec![0f32; DIMENSIONS]);
        let mut offered = vec![0f32; DIMENSIONS];
        let mut marks: Vec<f32> = (0..Look::COUNT).map(|n| f32::from(read.looks[at].0 >> n & 1)).collect();
        let starting = read.offers.iter().filter(|offer| offer.run.start == at);
        marks.push(starting.clone().map(|offer| offer.posterior).sum());
        marks.push(read.offers.iter().filter(|offer| offer.run.contains(&at)).map(|offer| offer.posterior).sum());
        for offer in starting {
            offered.iter_mut().zip(mean(&offer.words)).for_each(|(sum, x)| *sum += offer.posterior * x);
        }
        added[first + 1] = (0..DIMENSIONS)
            .map(|n| {
                let marked = marks.iter().enumerate().map(|(mark, x)| x * mark_weights[mark * DIMENSIONS + n]);
                product(&matrices[2], n, &offered) + marked.sum::<f32>()
            })
            .collect();
    }
    added.push(vec![0f32; DIMENSIONS]);
    let states = plainly(encoder, &pieces, &added);
    let words: Vec<Vec<f32>> = runs
        .iter()
        .map(|run| {
            let sum = |n: usize| states[run.clone()].iter().map(|state| state[n]).sum::<f32>();
            (0..DIMENSIONS).map(|n| sum(n) / run.len() as f32).collect()
        })
        .collect();
    let detected: Vec<f32> = words.iter().map(|state| dot(state, detect) + detect_bias).collect();
    let fit = |run: &Range<usize>, reading: &str| {
        let mean = mean(reading);
        let part = |n: usize| {
            let first = product(&matrices[0], n, &words[run.start]);
            let last = product(&matrices[0], DIMENSIONS + n, &words[run.end - 1]);
            (first + last + query_bias[n]) * (product(&matrices[1], n, &mean) + embed_bias[n])
        };
        (0..DIMENSIONS).map(part).sum::<f32>() / (DIMENSIONS as f32).sqrt() + dot(prior, &mean)
    };
    let said = read.offers.iter().map(|offer| {
        let own = read.words[offer.run.clone()].join(" ");
        let lattice = ln_odds(offer.posterior);
        let known = odds[0] * offer.channel + odds[1] * lattice + odds[2] * detected[offer.run.start] + odds[3];
        fit(&offer.run, &offer.words) - fit(&offer.run, &own) + known
    });
    (said.collect(), detected)
}

#[test]
fn passages_are_heard_as_the_layers_and_the_heads_have_it() {
    let encoder = encoder(2);
    let words = ["state-of-the-art", "o'clock", ".", "wi-fi", "c++"];
    let offers = [
        (0, 1, "e-mail", -3.0, 0.3),
        (1, 3, "u.s. wi-fi", -1.0, 0.1),
        (1, 3, "", -2.0, 0.6),
        (3, 4, "e-mail", -6.0, 0.02),
    ];
    let read = reading(&words, &[1, 0, 0, 7, 4], &offers);
    let said = encoder.hear(&read, &mut Embeddings::default());
    let (odds, detected) = said_plainly(&encoder, &read);
    assert_eq!(said.odds[offers.len()], 0.0, "no candidate of the encoder's");
    // Such odds are some 3 apart, and whole numbers take a few hundredths from them.
    for (got, expected) in said.odds.iter().zip(&odds).chain(said.detected.iter().zip(&detected)) {
        assert!((got - expected).abs() < 0.25, "{:?} {odds:?}; {:?} {detected:?}", said.odds, said.detected);
    }
    // What may have stood there, and how words look, is read, too.
    let plain = reading(&words, &[0; 5], &[]);
    let alone = encoder.hear(&plain, &mut Embeddings::default());
    assert!(alone.detected.iter().zip(&said.detected).any(|(a, b)| (a - b).abs() > 0.3), "{:?}", alone.detected);
}

#[test]
fn embeddings_are_kept_while_there_is_room() {
    let encoder = encoder(1);
    let words = ["wi-fi", "u.s."];
    let others: Vec<String> = (0..40).map(|n| format!("e-mail {n}")).collect();
    let offers: Vec<_> = others.iter().map(|other| (0, 1, other.as_str(), -1.0, 0.02)).collect();
    let read = reading(&words, &[0; 2], &offers);
    let (mut few, mut many) = (Embeddings::new(8), Embeddings::default());
    let (first, second) = (encoder.hear(&read, &mut few), encoder.hear(&read, &mut many));
    let bits = |odds: &[f32]| odds.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&first.odds), bits(&second.odds));
    assert!(few.len() <= 8 && many.len() >= 40, "{} {}", few.len(), many.len());
}

#[test]
fn words_are_cut_as_berts_tokenizer_cuts_them() {
    let encoder = encoder(1);
    let (starts, continued) = vocabulary();
    let mut names: Vec<String> = ["[CLS]", "[SEP]", "[UNK]"].map(String::from).to_vec();
    names.extend(starts.iter().map(ToString::to_string));
    names.extend(continued.iter().map(|piece| format!("##{piece}")));
    let mut pieces = Vec::new();
    for line in CUT.lines() {
        let mut columns = line.split('\t');
        let (word, expected) = (columns.next().expect("a word"), columns.next().expect("pieces"));
        pieces.clear();
        encoder.pieces(word, &mut pieces);
        let got: Vec<&str> = pieces.iter().map(|&piece| names[piece as usize].as_str()).collect();
        assert_eq!(got.join(" "), expected, "{word}");
    }
    for odd in ["", " ", "\u{301}", "日"] {
        pieces.clear();
        encoder.pieces(odd, &mut pieces);
        assert_eq!(pieces, [UNKNOWN], "{odd:?}");
    }
}

#[test]
fn sentences_share_segments() {
    let encoder = encoder(1);
    let words = ["."; 600];
    // So many words, of one piece each, in each sentence; so many in each segment.
    let check = |sentences: &[usize], expected: &[usize]| {
        let end = |count: usize| sentences[..count].iter().sum::<usize>();
        let ranges: Vec<_> = (0..sentences.len()).map(|n| end(n)..end(n + 1)).collect();
        let segments = encoder.segments(&words, &ranges);
        assert_eq!(segments.iter().map(|segment| segment.pieces.len()).collect::<Vec<_>>(), expected);
        let all: Vec<usize> = segments.iter().flat_map(|segment| &segment.words).map(|&(word, _)| word).collect();
        assert_eq!(all, (0..end(sentences.len())).collect::<Vec<_>>());
    };
    check(&[], &[]);
    check(&[0, 10, 0, 5], &[15]);
    check(&[100, 90, 1], &[190, 1]);
    check(&[100, 91, 99], &[100, 190]);
    check(&[10, 200, 100, 81], &[10, 190, 110, 81]);
    check(&[400], &[190, 190, 20]);
}

#[test]
fn refuses_damage() {
    let good = sample(1);
    let refused = |bytes: Vec<u8>, part: &str| {
        let error = Encoder::open(bytes.into(), true).expect_err(part).to_string();
        assert!(error.contains(part) && error.contains("expected") && error.contains("got"), "{error}");
    };
    refused(Vec::new(), "first bytes");
    refused(good[..80].to_vec(), "first bytes");
    refused(good[..good.len() - 1].to_vec(), "length");
    let fields = [
        (0, "first bytes"),
        (8, "checksum"),
        (16, "length"),
        (24, "shape"),
        (32, "shape"),
        (40, "shape"),
        (48, "shape"),
        (56, "layers"),
        (64, "parts"),
        (72, "parts"),
        (80, "parts"),
        (100, "checksum"),
        (good.len() - 1, "checksum"),
    ];
    for (at, part) in fields {
        for bit in [1, 0x80] {
            let mut damaged = good.clone();
            damaged[at] ^= bit;
            refused(damaged, part);
        }
    }
    for at in 1..8 {
        for field in (16..88).step_by(8) {
            let mut damaged = good.clone();
            damaged[field + at] = 0xff;
            Encoder::open(damaged.into(), true).expect_err("a number far too large");
        }
    }
    let mut damaged = good.clone();
    damaged[56] = 2;
    refused(damaged, "parts");
    // What is wrong though the checksum belongs to it.
    let sealed = |mut bytes: Vec<u8>| {
        KIND.seal(&mut bytes, HEADER, &[]);
        bytes
    };
    let mut damaged = good.clone();
    damaged[88..92].copy_from_slice(&u32::MAX.to_le_bytes());
    refused(sealed(damaged), "vocabulary");
    let mut damaged = good;
    let end = damaged.len();
    damaged[end - 2..].copy_from_slice(&[100, 29]);
    refused(sealed(damaged), "weights");
}
