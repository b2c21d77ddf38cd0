//! Attention within a segment (Vaswani et al., 2017), in full numbers.

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions};
use rten_tensor::NdTensorView;

use super::file::{DIMENSIONS, HEADS, WIDTH};
use super::kernels::Soften;
use super::linear::{COLUMNS, ROWS};

/// Numbers of a piece before attention: what it asks, what it is found by, what it gives.
pub(super) const ASKED: usize = 3 * DIMENSIONS;

thread_local! {
    /// Made once a thread, as choosing the kernel asks the processor what it has.
    static PRODUCTS: GemmExecutor = GemmExecutor::new();
}

/// Where attention works.
#[derive(Default)]
pub(super) struct Room {
    /// How well the pieces of a block fit what others ask, [`COLUMNS`] pieces each at most.
    blocks: Vec<(usize, Vec<f32>)>,
    totals: Vec<f32>,
    gathered: Vec<f32>,
}

/// Gathers for each piece of a segment what the others give it.
pub(super) fn attend(asked: &[f32], room: &mut Room, out: &mut [f32]) {
    PRODUCTS.with(|products| (0..HEADS).for_each(|head| attend_head(products, asked, head * WIDTH, room, out)));
}

/// Attends with the head whose numbers start `at` so many of each part.
fn attend_head(products: &GemmExecutor, asked: &[f32], at: usize, room: &mut Room, out: &mut [f32]) {
    let pieces = asked.len() / ASKED;
    let view = |from: usize, count: usize, part: usize| {
        let numbers = &asked[from * ASKED + part * DIMENSIONS + at..];
        NdTensorView::from_slice_with_strides([count, WIDTH], numbers, [ASKED, 1]).expect("rows inside the segment")
    };
    let starts = || (0..pieces).step_by(COLUMNS);
    let keys: Vec<_> =
        starts().map(|from| products.prepack_b(view(from, COLUMNS.min(pieces - from), 1).transposed())).collect();
    let values: Vec<_> = starts().map(|from| products.prepack_b(view(from, COLUMNS.min(pieces - from), 2))).collect();
    room.blocks.resize_with(keys.len(), Default::default);
    for from in (0..pieces).step_by(ROWS) {
        let rows = ROWS.min(pieces - from);
        let alpha = 1.0 / (WIDTH as f32).sqrt();
        for ((width, fits), key) in room.blocks.iter_mut().zip(&keys) {
            *width = key.cols();
            fits.resize(rows * *width, 0.0);
            let options = GemmOptions { alpha, ..GemmOptions::default() };
            products
                .gemm(fits, GemmInputA::Unpacked(view(from, rows, 0)), GemmInputB::Packed(key), options)
                .expect("shapes that fit together");
        }
        room.totals.resize(rows, 0.0);
        pulp::Arch::new().dispatch(Soften { blocks: &mut room.blocks, totals: &mut room.totals });
        room.gathered.resize(rows * WIDTH, 0.0);
        for (n, ((width, shares), value)) in room.blocks.iter().zip(&values).enumerate() {
            let beta = if n == 0 { 0.0 } else { 1.0 };
            let shares = NdTensorView::from_data([rows, *width], &shares[..]);
            products
                .gemm(
                    &mut room.gathered,
                    GemmInputA::Unpacked(shares),
                    GemmInputB::Packed(value),
                    GemmOptions { beta, ..GemmOptions::default() },
                )
                .expect("shapes that fit together");
        }
        let rows = out[from * DIMENSIONS..].chunks_exact_mut(DIMENSIONS);
        for ((row, gathered), total) in rows.zip(room.gathered.chunks_exact(WIDTH)).zip(&room.totals) {
            let share = 1.0 / total;
            row[at..at + WIDTH].iter_mut().zip(gathered).for_each(|(x, gathered)| *x = gathered * share);
        }
    }
}
