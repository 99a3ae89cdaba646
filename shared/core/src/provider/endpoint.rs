//! What can be said of a shop's account at a provider without asking for money: what it is, and whether the provider
//! would tell us of what happens there.

/// What a shop's account is, beside its secrets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct About<'a> {
    /// Whether it moves real money; none where the keys do not tell.
    pub live: Option<bool>,
    /// The address of the provider's API; empty where it has none.
    pub api_base: &'a str,
}

/// What is wrong with how our webhook endpoint is entered at a provider. It is entered well where nothing is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum EndpointFault {
    /// No endpoint has our address.
    Missing,
    /// None has our address, but one has our path at another host: a staging domain, an old one.
    Elsewhere {
        /// Its address.
        url: String,
    },
    /// It is entered and switched off.
    Disabled,
    /// It is not sent every type of event that we need.
    Lacks {
        /// The types that are missing.
        events: Vec<&'static str>,
    },
}
