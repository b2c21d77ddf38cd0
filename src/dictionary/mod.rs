//! What do we know about English and spinners?

mod bytes;
pub(crate) mod compile;
pub(crate) mod coverage;
pub(crate) mod error;
pub(crate) mod header;
pub(crate) mod inflection;
pub(crate) mod layers;
pub(crate) mod ngrams;
pub(crate) mod pack;
#[cfg(feature = "cli")]
pub(crate) mod seldom;
pub(crate) mod source;
pub(crate) mod spelling;
pub(crate) mod table;
pub(crate) mod usage;
#[cfg(feature = "cli")]
pub(crate) mod vectors;
#[cfg(feature = "cli")]
pub(crate) mod verify;

use std::sync::OnceLock;

use error::{DictionaryError, ErrorKind};
use layers::Layers;
use ngrams::Ngrams;
use pack::Pack;
use source::SourceFile;
use spelling::Parted;
use usage::Usage;

pub(crate) static MODEL: &[u8] = include_bytes!("../../dictionaries/model/english.ngm");
pub(crate) static PACK: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/english.pack"));
pub(crate) static USAGE: &[u8] = include_bytes!("../../dictionaries/model/english.use");

/// The n-gram model, the compiled dictionaries, and what spinners were seen to do.
pub(crate) struct Dictionary {
    pub(crate) ngrams: Ngrams,
    pub(crate) pack: Layers,
    pub(crate) usage: Usage,
    parted: OnceLock<Vec<Parted>>,
}

impl Dictionary {
    /// The built-in model and dictionaries, used in place; takes some microseconds.
    pub(crate) fn builtin() -> Self {
        let ngrams = Ngrams::open(MODEL.into(), false).expect("the embedded model was opened when it was built in");
        let pack = Pack::open(PACK.into(), ngrams.checksum(), false).expect("the build script made the pack for it");
        Self { ngrams, pack: Layers::new(pack), usage: Usage::builtin(), parted: OnceLock::new() }
    }

    /// The built-in model with dictionaries compiled from these sources instead of the built-in ones.
    pub(crate) fn compile(files: &[SourceFile]) -> Result<Self, DictionaryError> {
        Self::compile_for(Ngrams::open(MODEL.into(), false)?, files)
    }

    /// A model that has the built-in one's words, with dictionaries compiled from these sources.
    pub(crate) fn compile_for(ngrams: Ngrams, files: &[SourceFile]) -> Result<Self, DictionaryError> {
        if files.is_empty() {
            let message = "no dictionaries to use: give some, or leave the built-in ones in".to_owned();
            return Err(DictionaryError::new(ErrorKind::Pack, message));
        }
        let pack = Pack::open(compile::compile(files, &ngrams, None)?.into(), ngrams.checksum(), false)?;
        Ok(Self { ngrams, pack: Layers::new(pack), usage: Usage::builtin(), parted: OnceLock::new() })
    }

    /// What only British English writes as several words; looked for at the first call.
    pub(crate) fn parted(&self) -> &[Parted] {
        self.parted.get_or_init(|| Parted::all(self.pack.spellings(), |word| self.ngrams.id(word)))
    }

    /// Adds what these sources say to what is there.
    ///
    /// Takes some milliseconds, and about twenty microseconds more for every row.
    pub(crate) fn layer(&mut self, files: &[SourceFile]) -> Result<(), DictionaryError> {
        let bytes = compile::compile(files, &self.ngrams, Some(&self.pack))?;
        self.pack.push(Pack::open(bytes.into(), self.ngrams.checksum(), false)?);
        Ok(())
    }
}

impl std::fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dictionary")
            .field("words", &self.pack.word_count())
            .field("originals", &self.pack.original_count())
            .finish()
    }
}
