//! Counting more keys than memory holds: sorted runs on disk, merged.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use rayon::slice::ParallelSliceMut;

/// Counts 64-bit keys. Keys are gathered up to a limit, sorted, and written out as a run of (key, count).
pub(crate) struct Counter {
    keys: Vec<u64>,
    limit: usize,
    runs: Vec<File>,
}

impl Counter {
    /// A counter that holds at most `limit` keys (eight bytes each) in memory.
    pub(crate) fn new(limit: usize) -> Self {
        Self { keys: Vec::new(), limit: limit.max(1024), runs: Vec::new() }
    }

    #[inline]
    pub(crate) fn add(&mut self, key: u64) -> io::Result<()> {
        self.keys.push(key);
        if self.keys.len() >= self.limit { self.spill() } else { Ok(()) }
    }

    fn spill(&mut self) -> io::Result<()> {
        self.keys.par_sort_unstable();
        let mut out = BufWriter::with_capacity(1 << 20, tempfile::tempfile()?);
        for run in self.keys.chunk_by(|a, b| a == b) {
            write(&mut out, run[0], run.len() as u32)?;
        }
        let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        self.runs.push(file);
        self.keys.clear();
        Ok(())
    }

    /// Merges the runs into one sorted file of distinct keys with their counts.
    pub(crate) fn finish(mut self) -> io::Result<Counted> {
        if !self.keys.is_empty() || self.runs.is_empty() {
            self.spill()?;
        }
        drop(std::mem::take(&mut self.keys));
        let mut heap = std::collections::BinaryHeap::new();
        let mut readers: Vec<_> = self.runs.into_iter().map(|run| BufReader::with_capacity(1 << 20, run)).collect();
        for (index, reader) in readers.iter_mut().enumerate() {
            if let Some((key, count)) = read(reader)? {
                heap.push(std::cmp::Reverse((key, index, count)));
            }
        }
        let mut out = BufWriter::with_capacity(1 << 20, tempfile::tempfile()?);
        let mut last: Option<(u64, u32)> = None;
        while let Some(std::cmp::Reverse((key, index, count))) = heap.pop() {
            last = match last {
                Some((same, sum)) if same == key => Some((same, sum.saturating_add(count))),
                Some((other, sum)) => {
                    write(&mut out, other, sum)?;
                    Some((key, count))
                }
                None => Some((key, count)),
            };
            if let Some((key, count)) = read(&mut readers[index])? {
                heap.push(std::cmp::Reverse((key, index, count)));
            }
        }
        if let Some((key, count)) = last {
            write(&mut out, key, count)?;
        }
        Ok(Counted { file: out.into_inner().map_err(io::IntoInnerError::into_error)? })
    }
}

/// Distinct keys in order, with their counts, on disk.
pub(crate) struct Counted {
    file: File,
}

impl Counted {
    /// Calls `visit` with every key and count, in order of keys.
    pub(crate) fn for_each(&mut self, mut visit: impl FnMut(u64, u32) -> io::Result<()>) -> io::Result<()> {
        self.file.rewind()?;
        let mut reader = BufReader::with_capacity(1 << 20, &mut self.file);
        while let Some((key, count)) = read(&mut reader)? {
            visit(key, count)?;
        }
        Ok(())
    }
}

fn write(out: &mut impl Write, key: u64, count: u32) -> io::Result<()> {
    out.write_all(&key.to_le_bytes())?;
    out.write_all(&count.to_le_bytes())
}

fn read(reader: &mut impl Read) -> io::Result<Option<(u64, u32)>> {
    let mut entry = [0; 12];
    match reader.read_exact(&mut entry) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let (mut key, mut count) = ([0; 8], [0; 4]);
    key.copy_from_slice(&entry[..8]);
    count.copy_from_slice(&entry[8..]);
    Ok(Some((u64::from_le_bytes(key), u32::from_le_bytes(count))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_do_not_depend_on_the_runs() {
        let keys: Vec<u64> = (0..5000u64).map(|n| n * n % 97).collect();
        let mut results = Vec::new();
        for limit in [1024, 1 << 20] {
            let mut counter = Counter::new(limit);
            for &key in &keys {
                counter.add(key).expect("a writable temporary directory");
            }
            let mut all = Vec::new();
            counter
                .finish()
                .and_then(|mut counted| {
                    counted.for_each(|key, count| {
                        all.push((key, count));
                        Ok(())
                    })
                })
                .expect("a readable temporary directory");
            assert!(all.is_sorted());
            assert_eq!(all.iter().map(|entry| entry.1 as usize).sum::<usize>(), keys.len());
            results.push(all);
        }
        assert_eq!(results[0], results[1]);
    }
}
