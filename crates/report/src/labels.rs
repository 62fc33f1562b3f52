//! Types of labels that the database stores as text.
//!
//! Which labels there are is generated ([`crate::vocabulary`]); what such a type can do is written here, once. A label that the
//! vocabulary does not have is shown as it is, or is an error; it is never taken for another one.

/// A label that its vocabulary does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{label}` is not a label of {vocabulary}")]
pub struct UnknownLabel {
    /// The vocabulary.
    pub vocabulary: &'static str,
    /// The label.
    pub label: String,
}

/// Declares a type with one variant per label, and one for labels that the vocabulary does not have.
macro_rules! open_labels {
    ($(#[$doc:meta])* $name:ident of $vocabulary:literal { $($(#[$variant_doc:meta])* $variant:ident = $label:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
            /// A label that the vocabulary does not have.
            Unknown(Box<str>),
        }

        impl $name {
            /// The label, as stored.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $label,)+
                    Self::Unknown(label) => label,
                }
            }
        }

        impl From<&str> for $name {
            fn from(label: &str) -> Self {
                match label {
                    $($label => Self::$variant,)+
                    other => Self::Unknown(other.into()),
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::convert::Infallible;

            fn from_str(label: &str) -> Result<Self, Self::Err> {
                Ok(label.into())
            }
        }
    };
}
pub(crate) use open_labels;

/// Declares a type with one variant per label; any other label is an error.
macro_rules! closed_labels {
    ($(#[$doc:meta])* $name:ident of $vocabulary:literal { $($(#[$variant_doc:meta])* $variant:ident = $label:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// The label, as stored.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)+
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownLabel;

            fn from_str(label: &str) -> Result<Self, Self::Err> {
                match label {
                    $($label => Ok(Self::$variant),)+
                    other => Err($crate::UnknownLabel { vocabulary: $vocabulary, label: other.to_owned() }),
                }
            }
        }
    };
}
pub(crate) use closed_labels;
