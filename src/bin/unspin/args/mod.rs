//! Options that several commands have, as they are typed; a command's own are with the command. [`crate::settings`] turns
//! them into finished objects.

mod checking;
mod choice;
mod inputs;
mod target;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args as Group, ValueEnum};

pub(crate) use self::checking::Checking;
pub(crate) use self::choice::Choice;
pub(crate) use self::inputs::{FieldFormat, Inputs, Shard};
pub(crate) use self::target::Target;

/// Threads at most: a system is sure to start as many.
const MOST_THREADS: usize = 256;

/// Options of every command.
#[derive(Group, Clone, Copy, Debug)]
pub(crate) struct Common {
    /// Say nothing but results and errors.
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say more: all reasons of a finding; files in directories that are no text, have no field to read, or are links.
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    /// When to use colors; NO_COLOR is heeded.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", hide_possible_values = true)]
    pub(crate) color: Color,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// How figures are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    Human,
    Json,
}

/// Reads one of `all` of an enumeration of the library, by the names that it has for them.
pub(crate) fn one_of<T: Copy + Send + Sync + 'static, const N: usize>(
    all: [T; N],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    let named = move |given: String| all.into_iter().find(|one| name(*one) == given).expect("one of these names");
    PossibleValuesParser::new(all.map(name)).map(named)
}

/// What the names of kept originals end with.
pub(crate) fn suffix(text: &str) -> Result<String, String> {
    if text.is_empty() || text.chars().any(std::path::is_separator) {
        return Err("must be an end of file names, such as .orig".into());
    }
    Ok(text.to_owned())
}

/// How many threads to use, where so many are asked for: one for each core otherwise.
pub(crate) fn threads(asked: Option<usize>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, Into::into);
    asked.filter(|&jobs| jobs > 0).unwrap_or_else(cores).min(MOST_THREADS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_bounded() {
        assert_eq!([Some(1), Some(3), Some(20_000)].map(threads), [1, 3, MOST_THREADS]);
        assert!(threads(None) > 0 && threads(Some(0)) == threads(None));
    }
}
