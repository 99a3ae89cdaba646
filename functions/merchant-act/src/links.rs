//! `POST /v1/payment-links`: an address that an order can be paid at, whatever way the customer chooses.

use http::StatusCode;
use payproof::payment::OrderId;
use payproof::shop::Shop;
use payproof_edge::api::{Call, Code, Problem, Response, answer, read};
use payproof_edge::app::App;
use payproof_edge::flow::{OpenError, make_link};
use payproof_edge::limits::{LINK_SECONDS, LINK_SECONDS_DEFAULT};
use payproof_edge::store::LinkRequest;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    order_id: String,
    expires_in: Option<u64>,
    return_url: Option<String>,
    cancel_url: Option<String>,
    locale: Option<String>,
}

pub(crate) async fn act(app: &App, shop: &Shop, call: &Call) -> Result<Response, Problem> {
    let body: Body = read::json(call.request.body())?;
    let order = OrderId::parse(&body.order_id).map_err(|_| Problem::new(Code::InvalidOrderId))?;
    read::return_url(shop, "return_url", body.return_url.as_deref())?;
    read::return_url(shop, "cancel_url", body.cancel_url.as_deref())?;
    read::locale(body.locale.as_deref())?;
    let seconds = body.expires_in.unwrap_or(LINK_SECONDS_DEFAULT);
    if !LINK_SECONDS.contains(&seconds) {
        let detail = format!("`expires_in` is {} to {} seconds.", LINK_SECONDS.start(), LINK_SECONDS.end());
        return Err(Problem::of(Code::InvalidRequest, detail));
    }
    let expires_at = call.now.plus_seconds(seconds);
    let request =
        LinkRequest { return_url: body.return_url, cancel_url: body.cancel_url, locale: body.locale };
    let token = make_link(app, shop, &order, request, expires_at, call.now).await.map_err(problem)?;
    let view = serde_json::json!({
        "url": format!("{}/pay/{}", app.public_url, token.reveal()),
        "order_id": order,
        "expires_at": expires_at,
    });
    Ok(answer::json(StatusCode::CREATED, &view))
}

fn problem(error: OpenError) -> Problem {
    match error {
        OpenError::OrderNotFound => Problem::new(Code::OrderNotFound),
        OpenError::AlreadyPaid => Problem::new(Code::OrderAlreadyPaid),
        OpenError::UnderWay => Problem::new(Code::PaymentUnderWay),
        OpenError::TooManyAttempts => Problem::new(Code::TooManyAttempts),
        OpenError::NoProvider { why, methods, .. } => {
            let detail = format!("Nobody could pay by this link: {why}.");
            Problem { methods: Some(methods), ..Problem::of(Code::NoProviderAvailable, detail) }
        }
        OpenError::Flow(error) => error.into(),
        OpenError::Opening { .. } => Problem::new(Code::SessionOpening).retry_after(1),
    }
}
