//! The body of a request for a session, parsed once. It carries no amount: that comes from the stored order.

use payproof::payment::{Method, OrderId};
use payproof::shop::{KeyKind, SESSION_TTL_SECONDS};
use payproof_edge::api::who::Caller;
use payproof_edge::api::{Code, Problem, read};
use payproof_edge::flow::Wish;

/// What is wanted.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Session {
    order_id: String,
    method: Option<String>,
    provider: Option<String>,
    return_url: Option<String>,
    cancel_url: Option<String>,
    expires_in: Option<u64>,
    locale: Option<String>,
}

impl Session {
    pub(crate) fn check(self, caller: &Caller) -> Result<Wish, Problem> {
        let order = OrderId::parse(&self.order_id).map_err(|_| Problem::new(Code::InvalidOrderId))?;
        let method = self.method.as_deref().map(method).transpose()?;
        if let Some(name) = &self.provider {
            if caller.kind != KeyKind::Secret {
                return Err(Problem::of(Code::KeyNotAllowed, "Only a secret key may choose the provider."));
            }
            if !caller.shop.providers.contains_key(name) {
                return Err(Problem::of(
                    Code::InvalidRequest,
                    "`provider` is not among the shop's providers.",
                ));
            }
        }
        read::return_url(&caller.shop, "return_url", self.return_url.as_deref())?;
        read::return_url(&caller.shop, "cancel_url", self.cancel_url.as_deref())?;
        if self.expires_in.is_some_and(|seconds| !SESSION_TTL_SECONDS.contains(&seconds)) {
            return Err(Problem::of(Code::InvalidRequest, "`expires_in` is 60 to 604800 seconds."));
        }
        read::locale(self.locale.as_deref())?;
        Ok(Wish {
            order,
            method,
            provider: self.provider,
            return_url: self.return_url,
            cancel_url: self.cancel_url,
            expires_in: self.expires_in,
            locale: self.locale,
        })
    }
}

fn method(word: &str) -> Result<Method, Problem> {
    Method::parse(word).ok_or_else(|| {
        let known: Vec<_> = Method::ALL.into_iter().map(Method::word).collect();
        Problem::of(Code::InvalidRequest, format!("`method` is one of {}.", known.join(", ")))
    })
}
