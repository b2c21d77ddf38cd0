//! Enumerations written and read by the names of what they have.

use std::error::Error;
use std::fmt;

/// A name that nothing of its kind has; its message tells those that there are.
///
/// # Examples
///
/// ```
/// use unspin::Severity;
///
/// assert_eq!("warning".parse(), Ok(Severity::Warning));
/// let error = "warn".parse::<Severity>().unwrap_err();
/// assert_eq!(error.to_string(), "no severity is named \"warn\"; there are note, warning, error");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownName {
    kind: &'static str,
    name: String,
    known: Vec<&'static str>,
}

impl UnknownName {
    pub(crate) fn new(kind: &'static str, name: &str, known: &[&'static str]) -> Self {
        Self { kind, name: name.to_owned(), known: known.to_vec() }
    }
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no {} is named {:?}; there are {}", self.kind, self.name, self.known.join(", "))
    }
}

impl Error for UnknownName {}

/// Writes and reads an enumeration, as text and through serde, by the names that its `name` gives to `ALL` of it.
macro_rules! named {
    ($type:ident, $kind:literal) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::name::UnknownName;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                let found = Self::ALL.into_iter().find(|one| one.name() == name);
                found.ok_or_else(|| $crate::name::UnknownName::new($kind, name, &Self::ALL.map(Self::name)))
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                name.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use named;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Model, Quotes};
    use crate::decision::Verdict;
    use crate::render::Format;
    use crate::report::{Applicability, Family, Rule, Severity};

    #[test]
    fn names_are_read_as_they_are_written() {
        fn check<T>(all: &[T])
        where
            T: std::str::FromStr<Err = UnknownName> + serde::Serialize + serde::de::DeserializeOwned,
            T: fmt::Display + PartialEq + fmt::Debug + Copy,
        {
            for one in all {
                assert_eq!(one.to_string().parse::<T>().as_ref(), Ok(one));
                let json = serde_json::to_string(one).expect("a string");
                assert_eq!(json, format!("\"{one}\""));
                assert_eq!(&serde_json::from_str::<T>(&json).expect("the same"), one);
            }
            let message = "none".parse::<T>().expect_err("no name").to_string();
            assert!(all.iter().all(|one| message.contains(&one.to_string())), "{message}");
            let refused = serde_json::from_str::<T>("\"none\"").expect_err("no name").to_string();
            assert!(refused.starts_with(&message), "{refused}");
        }
        check(&Family::ALL);
        check(&Severity::ALL);
        check(&Applicability::ALL);
        check(&Rule::ALL);
        check(&Quotes::ALL);
        check(&Model::ALL);
        check(&Verdict::ALL);
        check(&Format::ALL);
        #[cfg(feature = "cli")]
        check(&crate::input::Format::ALL);
        assert_eq!(format!("[{:>8}]", Severity::Note), "[    note]");
    }
}
