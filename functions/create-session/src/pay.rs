//! `POST /pay/{token}`: the customer of a payment link has chosen how to pay. Whatever it comes to, the browser is sent
//! on: to the checkout, or back to the link's page, which says in words why not and offers the other ways.

use http::StatusCode;
use payproof::payment::{LinkToken, Method};
use payproof_edge::api::{Call, Problem, Response, answer};
use payproof_edge::app::App;
use payproof_edge::flow::{OpenError, Opened, Wish, follow_link};
use tokio::time::Instant;

pub(crate) async fn choose(app: &App, call: &Call) -> Result<Response, Problem> {
    let began = Instant::now();
    // What is no token is not repeated in an address: the page of it says that it leads nowhere.
    let Some(token) = LinkToken::parse(call.params.get("token")) else { return Ok(to(app, "pay/-")) };
    let page = format!("pay/{}", token.reveal());
    let back = |said: &str| to(app, &format!("{page}?said={said}"));
    let Some(method) = method(call.request.body()) else { return Ok(back("choose")) };
    let followed = match follow_link(app, &token, call.now).await {
        Ok(followed) => followed.filter(|followed| followed.link.expires_at > call.now),
        Err(error) => {
            // Logged where it becomes a problem.
            let _ = Problem::from(error);
            return Ok(back("trouble"));
        }
    };
    // The page says that it expired or leads nowhere.
    let Some(followed) = followed else { return Ok(to(app, &page)) };
    let request = followed.link.request;
    let wish = Wish {
        order: followed.payment.order.clone(),
        method: Some(method),
        provider: None,
        return_url: request.return_url,
        // Who turns back, or is declined, can choose another way; from there a link leads to the shop.
        cancel_url: Some(format!("{}/{page}", app.public_url)),
        expires_in: None,
        locale: request.locale,
    };
    let opened = crate::open(app, &followed.shop, &wish, None, began, call.now).await;
    Ok(match opened {
        Ok(Opened { item, .. }) => to(app, &format!("go/{}/{}", item.session, item.go_token.reveal())),
        // What is true of the order by now is what the page says first.
        Err(
            OpenError::OrderNotFound
            | OpenError::AlreadyPaid
            | OpenError::UnderWay
            | OpenError::TooManyAttempts,
        ) => to(app, &page),
        Err(OpenError::Opening { .. }) => back("opening"),
        Err(OpenError::NoProvider { .. }) => back("unavailable"),
        Err(OpenError::Flow(error)) => {
            let _ = Problem::from(error);
            back("trouble")
        }
    })
}

/// The method in a form's body.
fn method(body: &[u8]) -> Option<Method> {
    let mut methods = form_urlencoded::parse(body).filter(|(name, _)| name == "method");
    let (first, more) = (methods.next(), methods.next());
    first.filter(|_| more.is_none()).and_then(|(_, word)| Method::parse(&word))
}

/// Sends the browser on to a path of ours, and tells nobody where it came from.
fn to(app: &App, path: &str) -> Response {
    let location = format!("{}/{path}", app.public_url);
    let response = answer::header(answer::empty(StatusCode::SEE_OTHER), http::header::LOCATION, &location);
    answer::header(response, http::header::REFERRER_POLICY, "no-referrer")
}
