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

/// An endpoint as it is entered at a provider.
pub(super) struct Entered<'a> {
    /// Its address.
    pub(super) url: &'a str,
    /// Whether it is switched on.
    pub(super) enabled: bool,
    /// The types of events that it is sent; `*` is every type.
    pub(super) events: Vec<&'a str>,
}

/// What is wrong with how our endpoint, of this address, is entered. Several may have it: together they have to be sent
/// what we need.
pub(super) fn faults(entered: &[Entered<'_>], ours: &str, needed: &[&'static str]) -> Vec<EndpointFault> {
    let at_ours: Vec<_> = entered.iter().filter(|one| one.url == ours).collect();
    if at_ours.is_empty() {
        // An address may be signed, so one that differs in as little as a slash is another.
        let path =
            |url: &str| url::Url::parse(url).ok().map(|url| url.path().trim_end_matches('/').to_owned());
        let near = entered.iter().find(|one| path(one.url).is_some_and(|at| path(ours) == Some(at)));
        return vec![match near {
            Some(one) => EndpointFault::Elsewhere { url: one.url.to_owned() },
            None => EndpointFault::Missing,
        }];
    }
    let enabled: Vec<_> = at_ours.into_iter().filter(|one| one.enabled).collect();
    if enabled.is_empty() {
        return vec![EndpointFault::Disabled];
    }
    lacks(&enabled.into_iter().flat_map(|one| one.events.iter().copied()).collect::<Vec<_>>(), needed)
}

/// What is wrong with an endpoint that is sent these types of events; `*` is every type.
pub(super) fn lacks(sent: &[&str], needed: &[&'static str]) -> Vec<EndpointFault> {
    let is_sent = |event: &str| sent.iter().any(|known| *known == "*" || *known == event);
    let events: Vec<_> = needed.iter().copied().filter(|event| !is_sent(event)).collect();
    if events.is_empty() { Vec::new() } else { vec![EndpointFault::Lacks { events }] }
}
