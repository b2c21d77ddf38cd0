//! Products of activations with matrices in whole numbers, eight bits each.
//!
//! Activations are quantized anew for each row, weights once for each output. The sums are exact, so that every
//! processor comes to the same ones.

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedAMatrix, PackedBMatrix};
use rten_tensor::NdTensorView;

use super::file::{Matrix, number};
use super::kernels::{Dequantize, Quantize, Then};

/// Rows that are multiplied at a time. Up to so many rows and [`COLUMNS`] columns the product is one block to
/// rten-gemm, which it works out on the thread that asks for it.
pub(super) const ROWS: usize = 64;
/// Columns that are multiplied at a time.
pub(super) const COLUMNS: usize = 128;

thread_local! {
    /// Made once a thread, as choosing the kernel asks the processor what it has.
    static PRODUCTS: GemmExecutor<u8, i8, i32> = GemmExecutor::new();
}

/// A matrix ready to multiply with, and what is added to the product.
pub(super) struct Linear {
    /// [`COLUMNS`] outputs each, the last one perhaps fewer.
    blocks: Vec<PackedBMatrix<i8>>,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    /// What a step is worth, an output.
    scales: Vec<f32>,
    /// Sums of the weights, an output.
    sums: Vec<i32>,
    bias: Vec<f32>,
}

/// Where products are worked out.
#[derive(Default)]
pub(super) struct Room {
    /// Rows of activations in whole numbers.
    rows: Vec<u8>,
    /// Of each row, what a step is worth and the whole number that stands for nought.
    steps: Vec<(f32, i32)>,
    /// The rows' products with a block of columns.
    products: Vec<i32>,
}

impl Room {
    /// Quantizes rows of activations, `width` long each and [`ROWS`] at most, and packs them.
    fn pack(&mut self, rows: &[f32], width: usize) -> PackedAMatrix<u8> {
        let count = rows.len() / width;
        self.rows.resize(count * width, 0);
        self.steps.resize(count, (0.0, 0));
        pulp::Arch::new().dispatch(Quantize { rows, width, quantized: &mut self.rows, steps: &mut self.steps });
        PRODUCTS.with(|products| products.prepack_a(NdTensorView::from_data([count, width], &self.rows[..])))
    }
}

impl Linear {
    /// Packs a matrix: about 1 ms a million weights.
    pub(super) fn new(matrix: &Matrix<'_>, bias: Vec<f32>) -> Self {
        let inputs = matrix.inputs;
        let rows: Vec<i8> = matrix.rows.iter().map(|&byte| byte as i8).collect();
        let pack = |rows: &[i8]| {
            let block = NdTensorView::from_data([rows.len() / inputs, inputs], rows);
            PRODUCTS.with(|products| products.prepack_b(block.transposed()))
        };
        Self {
            blocks: rows.chunks(COLUMNS * inputs).map(pack).collect(),
            sums: rows.chunks_exact(inputs).map(|row| row.iter().map(|&weight| i32::from(weight)).sum()).collect(),
            scales: matrix.scales.chunks_exact(4).map(number).collect(),
            inputs,
            outputs: matrix.outputs,
            bias,
        }
    }

    /// Multiplies rows of activations, [`ROWS`] at most, and takes what comes of it through `then`.
    pub(super) fn apply(&self, rows: &[f32], room: &mut Room, then: Then, out: &mut [f32]) {
        let count = rows.len() / self.inputs;
        debug_assert!(count <= ROWS && out.len() == count * self.outputs);
        let packed = room.pack(rows, self.inputs);
        room.products.resize(count * COLUMNS, 0);
        for (n, block) in self.blocks.iter().enumerate() {
            let columns = n * COLUMNS..(n * COLUMNS + block.cols());
            let products = &mut room.products[..count * columns.len()];
            PRODUCTS.with(|executor| {
                let (a, b) = (GemmInputA::Packed(&packed), GemmInputB::Packed(block));
                executor.gemm(products, a, b, GemmOptions::default()).expect("shapes that fit together");
            });
            pulp::Arch::new().dispatch(Dequantize {
                products,
                steps: &room.steps,
                scales: &self.scales[columns.clone()],
                sums: &self.sums[columns.clone()],
                bias: &self.bias[columns.clone()],
                then,
                out: &mut out[columns.start..],
                stride: self.outputs,
            });
        }
    }
}
