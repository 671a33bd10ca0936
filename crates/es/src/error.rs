//! What can be wrong with a header.

use thiserror::Error;

/// A header that does not follow its standard.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum HeaderError {
    /// The bytes end inside the structure.
    #[error("{structure} ends too early")]
    Truncated {
        /// The structure, as its standard names it.
        structure: &'static str,
    },
    /// A field has a value that its standard forbids or that the platform does not carry.
    #[error("{structure}: {field} is {value}, which is not allowed")]
    Forbidden {
        /// The structure, as its standard names it.
        structure: &'static str,
        /// The field, as its standard names it.
        field: &'static str,
        /// The value found.
        value: u64,
    },
    /// A structure refers to a parameter set that has not come.
    #[error("{structure} refers to parameter set {id}, which has not come")]
    MissingParameterSet {
        /// The structure that refers to it.
        structure: &'static str,
        /// The identifier of the absent set.
        id: u32,
    },
}
