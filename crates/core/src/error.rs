//! What can go wrong inside the Index, and whose fault it is.

use std::fmt;

/// The outcome of everything here that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// An error of the Index.
#[derive(Debug)]
pub enum Error {
    /// The caller's argument cannot be used: which one, and why. Nothing has changed.
    Invalid {
        /// The argument, as the caller knows it: `where.importance`, `vector`.
        field: String,
        /// What is wrong with it and what would do.
        reason: String,
    },
    /// A file of the Index is not what was written. The Index is derived: rebuild it from the Store.
    Damaged(String),
    /// The disk said no. What was on disk before is still there and still valid.
    Io(std::io::Error),
}

impl Error {
    /// An [`Error::Invalid`].
    pub fn invalid(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), reason: reason.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid { field, reason } => write!(f, "{field}: {reason}"),
            Self::Damaged(what) => write!(f, "damaged index: {what}"),
            Self::Io(error) => write!(f, "index files: {error}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}
