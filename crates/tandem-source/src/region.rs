//! The two clouds, and the countries each serves.

use std::fmt;
use std::str::FromStr;

/// Which of Tandem's two clouds holds the account.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Hash)]
pub enum Region {
    /// The United States, Canada and Mexico.
    Us,
    /// Everywhere else, Australia, New Zealand and Israel included.
    Eu,
}

impl Region {
    /// The cloud that this one is not.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Us => Self::Eu,
            Self::Eu => Self::Us,
        }
    }

    /// `US` or `EU`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Us => "US",
            Self::Eu => "EU",
        }
    }

    /// The countries on this cloud.
    #[must_use]
    pub fn countries(self) -> &'static str {
        match self {
            Self::Us => "United States, Canada, Mexico",
            Self::Eu => "everywhere but the United States, Canada and Mexico",
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The text is not the name of a region.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown region {0:?}, expected US ({us}) or EU ({eu})", us = Region::Us.countries(), eu = Region::Eu.countries())]
pub struct UnknownRegion(String);

impl FromStr for Region {
    type Err = UnknownRegion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().to_ascii_lowercase().as_str() {
            "us" => Ok(Self::Us),
            "eu" => Ok(Self::Eu),
            _ => Err(UnknownRegion(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn region_names() {
        for (text, region) in [("us", Some(Region::Us)), (" EU ", Some(Region::Eu)), ("AU", None), ("", None)] {
            assert_eq!(text.parse::<Region>().ok(), region, "{text}");
        }
    }
}
