//! Resolving names with the guard in between: a connection goes to an address that was judged, never to a name that
//! could lead elsewhere a moment later.

use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use payproof::notify::{self, Barred, Loopback};
use tower_service::Service;

/// Whether a URL may be called at all: by its scheme, and by its host where that is an address already (those are
/// connected to without being resolved).
///
/// # Errors
/// [`Barred`].
pub(super) fn may_call(url: &str, loopback: Loopback) -> Result<(), Barred> {
    notify::may_call(url, loopback)?;
    let address = match url::Url::parse(url).ok().as_ref().and_then(url::Url::host) {
        Some(url::Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(url::Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(url::Host::Domain(_)) | None => None,
    };
    address.map_or(Ok(()), |address| notify::may_reach(address, loopback))
}

/// Resolves names as the system does; for shops' addresses only what may be reached is given on.
#[derive(Clone, Debug)]
pub(super) struct Resolver {
    system: GaiResolver,
    public_only: Option<Loopback>,
}

/// A name led to nothing that may be reached.
#[derive(Debug, Clone, thiserror::Error)]
#[error(transparent)]
pub(super) struct Barring(Barred);

impl Barring {
    /// The one among an error's causes.
    pub(super) fn among<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Barred> {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(Self(barred)) = error.downcast_ref() {
                return Some(barred);
            }
            let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            if let Some(Self(barred)) = inner.and_then(|inner| inner.downcast_ref()) {
                return Some(barred);
            }
            cause = error.source();
        }
        None
    }
}

impl Resolver {
    pub(super) fn new(public_only: Option<Loopback>) -> Self {
        Self { system: GaiResolver::new(), public_only }
    }
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, io::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), io::Error>> {
        Poll::Ready(ready!(self.system.poll_ready(context)))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolving = self.system.call(name);
        let public_only = self.public_only;
        Box::pin(async move {
            let found: Vec<SocketAddr> = resolving.await?.collect();
            match public_only {
                None => Ok(found.into_iter()),
                Some(loopback) => {
                    let may = reachable(&found, loopback)
                        .map_err(|barred| io::Error::new(io::ErrorKind::PermissionDenied, Barring(barred)))?;
                    Ok(may.into_iter())
                }
            }
        })
    }
}

/// Those of the addresses that may be reached. A name that leads to one that may not is not called at all: it would
/// depend on chance where the connection goes.
fn reachable(found: &[SocketAddr], loopback: Loopback) -> Result<Vec<SocketAddr>, Barred> {
    for address in found {
        notify::may_reach(address.ip(), loopback)?;
    }
    Ok(found.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_leads_to_one_private_address_is_not_called() {
        let addresses: Vec<SocketAddr> =
            ["93.184.216.34:443", "10.0.0.1:443"].iter().map(|text| text.parse().unwrap()).collect();
        assert!(reachable(&addresses, Loopback::Allowed).is_err());
        assert!(reachable(&addresses[..1], Loopback::Refused).is_ok());
    }

    #[test]
    fn an_address_in_the_url_is_judged_too() {
        for url in
            ["https://10.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://2130706433/"]
        {
            assert!(may_call(url, Loopback::Refused).is_err(), "{url}");
        }
        assert!(may_call("http://127.0.0.1:1/", Loopback::Allowed).is_ok());
        assert!(may_call("https://93.184.216.34/", Loopback::Refused).is_ok());
        assert!(may_call("http://93.184.216.34/", Loopback::Refused).is_err());
    }
}
