//! How much is tried.

/// The variable that asks for everything: the nightly run sets it.
const THOROUGH: &str = "TANDEM_THOROUGH";

/// `usual` for the gate, which every change waits for; `thorough` where `TANDEM_THOROUGH` is set.
#[must_use]
pub fn effort<T>(usual: T, thorough: T) -> T {
    if std::env::var_os(THOROUGH).is_some() { thorough } else { usual }
}
