//! Where payproof finds the sandbox as another provider: `/sandbox/as/{provider}/{shop}` is that account's `api_base`.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, OriginalUri, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, Method, StatusCode};
use payproof::payment::Moment;
use payproof_edge::app::now;
use payproof_edge::random;

use super::{Asked, At, Call, Done, Reply, Tongue, spoken};
use crate::sandbox::Sandbox;
use crate::sandbox::act::{Act, NotNow};
use crate::sandbox::checkout::Checkout;
use crate::sandbox::keep::{CHECKOUT, KeepError, Speaks};
use crate::sandbox::outbox::Deliver;

/// Bytes of a request.
const BODY_BYTES_MAX: usize = 64 * 1024;

pub(in crate::sandbox) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/as/{provider}/{shop}/{*path}", any(take))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

async fn take(
    State(sandbox): State<Sandbox>,
    Path((provider, shop, path)): Path<(String, String, String)>,
    OriginalUri(uri): OriginalUri,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let known = spoken(&provider).zip(sandbox.account(&shop));
    let Some((tongue, account)) =
        known.and_then(|(tongue, account)| Some((tongue, account.speaks.get(tongue.name)?.clone())))
    else {
        return shown(Reply::new(404, serde_json::json!({ "message": "no such account" })));
    };
    let now = now();
    let base = format!("{}/sandbox/as/{provider}/{shop}", sandbox.inner.url);
    let call = Call {
        method: &method,
        path: &format!("/{path}"),
        query: uri.query().unwrap_or_default(),
        headers: &headers,
        body: &body,
        account: &account,
        base: &base,
        now,
    };
    shown(sandbox.spoken_to(tongue, &shop, &call, now).await)
}

/// JSON. The server adds the time of the answer.
fn shown(reply: Reply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    (status, headers, reply.body).into_response()
}

fn failed(error: &KeepError) -> Reply {
    let status = match error {
        KeepError::Unknown => 404,
        KeepError::KeyUsed | KeepError::NotNow(_) => 400,
        KeepError::Store(_) | KeepError::Raced => 503,
    };
    Reply::new(status, serde_json::json!({ "message": error.to_string() }))
}

impl Sandbox {
    async fn spoken_to(&self, tongue: &'static Tongue, shop: &str, call: &Call<'_>, now: Moment) -> Reply {
        let Some(asked) = (tongue.understand)(call) else {
            return Reply::new(404, serde_json::json!({ "message": "the provider has no such request" }));
        };
        let asked = match asked {
            Asked::Said(reply) => return reply,
            Asked::List(list) => {
                return match self.all_of(tongue, shop).await {
                    Ok(checkouts) => list(call, &checkouts),
                    Err(error) => failed(&error),
                };
            }
            other => other,
        };
        match self.done(tongue, shop, asked, now).await {
            Ok((checkout, refund, done)) => {
                let page = format!("{}/sandbox/checkout/{}", self.inner.url, checkout.id);
                let refund = refund.and_then(|id| checkout.refunds.iter().find(|refund| refund.id == id));
                (tongue.answer)(call, &Done { checkout: &checkout, refund, done, page: &page })
            }
            Err(error) => failed(&error),
        }
    }

    /// Does what is asked for: the checkout as it is then, the id of the refund, and whether it could be done.
    async fn done(
        &self,
        tongue: &'static Tongue,
        shop: &str,
        asked: Asked,
        now: Moment,
    ) -> Result<(Checkout, Option<String>, bool), KeepError> {
        match asked {
            Asked::Said(_) | Asked::List(_) => Err(KeepError::Unknown),
            Asked::Make { key, form } => {
                let key = match key {
                    Some(key) => key,
                    None => random::token()?,
                };
                let key = format!("{}#{key}", tongue.name);
                let (checkout, _) = self.make_as(Speaks(tongue.name), shop, &key, form, now).await?;
                Ok((checkout, None, true))
            }
            Asked::Look(at) => Ok((self.found(tongue, shop, at, now).await?, None, true)),
            Asked::Lead { at, return_url, cancel_url } => {
                let id = self.found(tongue, shop, at, now).await?.id;
                let led = self.change(&id, now, |checkout| {
                    (checkout.form.return_url, checkout.form.cancel_url) =
                        (return_url.clone(), cancel_url.clone());
                    Ok(())
                });
                Ok((led.await?, None, true))
            }
            Asked::Close(at) => self.ended(tongue, shop, at, &Act::Expire, now).await,
            Asked::Cancel(at) => self.ended(tongue, shop, at, &Act::Cancel, now).await,
            Asked::Refund { at, amount, request } => {
                let id = self.found(tongue, shop, at, now).await?.id;
                let refunded =
                    self.change(&id, now, |of| of.refund_once(amount, request.as_deref(), now)).await;
                match refunded {
                    Ok(checkout) => {
                        let asked = request.as_deref().and_then(|request| checkout.asked_refund(request));
                        let refund =
                            asked.or_else(|| checkout.refunds.last()).map(|refund| refund.id.clone());
                        Ok((checkout, refund, true))
                    }
                    Err(KeepError::NotNow(_)) => Ok((self.see(&id, now).await?, None, false)),
                    Err(error) => Err(error),
                }
            }
        }
    }

    async fn ended(
        &self,
        tongue: &'static Tongue,
        shop: &str,
        at: At,
        act: &Act,
        now: Moment,
    ) -> Result<(Checkout, Option<String>, bool), KeepError> {
        let id = self.found(tongue, shop, at, now).await?.id;
        match self.change(&id, now, |open| open.act(act, Deliver::Once, now)).await {
            Ok(checkout) => Ok((checkout, None, true)),
            Err(KeepError::NotNow(NotNow::Status(_))) => Ok((self.see(&id, now).await?, None, false)),
            Err(error) => Err(error),
        }
    }

    /// Every checkout of the shop that was made in this language.
    async fn all_of(&self, tongue: &'static Tongue, shop: &str) -> Result<Vec<Checkout>, KeepError> {
        let mut all: Vec<Checkout> = self.inner.checkouts.all(CHECKOUT).await?;
        all.retain(|checkout| checkout.shop == shop && checkout.speaks == tongue.name);
        Ok(all)
    }

    /// A checkout of the shop that was made in this language.
    async fn found(
        &self,
        tongue: &'static Tongue,
        shop: &str,
        at: At,
        now: Moment,
    ) -> Result<Checkout, KeepError> {
        let name = match at {
            At::Reference(reference) => reference,
            At::Stem(stem) => format!("stem:{stem}"),
            At::Number(number) => format!("number:{number}"),
        };
        let checkout = self.see(&self.by_reference(shop, &name).await?, now).await?;
        Some(checkout).filter(|checkout| checkout.speaks == tongue.name).ok_or(KeepError::Unknown)
    }
}
