//! What the shop's server does when a browser asks.

use std::collections::HashMap;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::StatusCode;
use payproof_edge::app::now;

use super::catalogue;
use super::client::{Choice, Trouble};
use super::order::{Order, is_id, new_id};
use super::{Shop, mess, page, staff, told};
use crate::documents::DocumentsError;
use crate::page::see_other;

/// Bytes of a form.
const FORM_BYTES_MAX: usize = 4_096;
/// Bytes of what payproof tells.
const NOTIFICATION_BYTES_MAX: usize = 65_536;
/// Attempts that the shop makes for one order; payproof allows 20.
const ATTEMPTS_MAX: u8 = 20;

pub(super) fn routes() -> Router<Shop> {
    Router::new()
        .route("/", get(show_catalogue))
        .route("/orders", get(list).post(buy))
        .route("/orders/{id}", get(show_order))
        .route("/orders/{id}/pay", post(pay))
        .route("/mess", get(mess::show).post(mess::press))
        .route("/staff", get(staff::show))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .merge(
            Router::new()
                .route("/notify", post(told::take))
                .layer(DefaultBodyLimit::max(NOTIFICATION_BYTES_MAX)),
        )
}

async fn show_catalogue(State(shop): State<Shop>) -> Response {
    catalogue_page(&shop, None, StatusCode::OK)
}

fn catalogue_page(shop: &Shop, notice: Option<&str>, status: StatusCode) -> Response {
    match new_id() {
        Ok(cart) => page::catalogue(&shop.url, &cart, notice).answer(status),
        Err(error) => page::trouble(&error.to_string()).answer(StatusCode::SERVICE_UNAVAILABLE),
    }
}

/// The order is kept with our own prices, registered with payproof, and only then is the customer sent to pay.
async fn buy(State(shop): State<Shop>, Form(sent): Form<HashMap<String, String>>) -> Response {
    let lines = match catalogue::lines(&sent) {
        Ok(lines) => lines,
        Err(error) => {
            return catalogue_page(&shop, Some(&error.to_string()), StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let cart = sent.get("cart").filter(|cart| is_id(cart)).cloned();
    let order = match shop.order_of(cart, lines).await {
        Ok(order) => order,
        Err(error) => return lost(&error),
    };
    shop.send_to_pay(&order, 1, choice(&sent)).await
}

/// Another attempt for an order that is not paid. Its number is in the form: sent twice it is one attempt.
async fn pay(
    State(shop): State<Shop>,
    Path(id): Path<String>,
    Form(sent): Form<HashMap<String, String>>,
) -> Response {
    let order = match shop.orders.get(&id).await {
        Ok(Some(order)) => order,
        Ok(None) => return unknown(),
        Err(error) => return lost(&error),
    };
    let attempt = sent.get("attempt").and_then(|text| text.parse().ok());
    let attempt = attempt.filter(|attempt| (1..=ATTEMPTS_MAX).contains(attempt)).unwrap_or(1);
    shop.send_to_pay(&order, attempt, choice(&sent)).await
}

/// What the form leaves open is left out.
fn choice(sent: &HashMap<String, String>) -> Choice<'_> {
    let chosen = |name: &str| sent.get(name).map(String::as_str).filter(|text| !text.is_empty());
    Choice { method: chosen("method"), provider: chosen("provider") }
}

/// What payproof says now. How the browser came here says nothing.
async fn show_order(State(shop): State<Shop>, Path(id): Path<String>) -> Response {
    match shop.orders.get(&id).await {
        Ok(Some(order)) => {
            let truth = shop.payproof.order(&order.id).await;
            page::order(&shop.url, &order, truth.as_ref(), now()).answer(StatusCode::OK)
        }
        Ok(None) => unknown(),
        Err(error) => lost(&error),
    }
}

async fn list(State(shop): State<Shop>) -> Response {
    match shop.orders.newest().await {
        Ok(orders) => page::orders(&orders, shop.payproof.orders().await.as_deref()).answer(StatusCode::OK),
        Err(error) => lost(&error),
    }
}

impl Shop {
    /// The order of a cart. One that went back and changed the cart is another order.
    async fn order_of(
        &self,
        cart: Option<String>,
        lines: Vec<catalogue::Line>,
    ) -> Result<Order, DocumentsError> {
        let fresh = || new_id().map_err(|error| DocumentsError::Store(error.to_string()));
        let id = cart.map_or_else(fresh, Ok)?;
        let order = self.orders.keep(Order::new(id, lines.clone(), now())).await?;
        if order.lines == lines {
            return Ok(order);
        }
        self.orders.keep(Order::new(fresh()?, lines, now())).await
    }

    async fn send_to_pay(&self, order: &Order, attempt: u8, choice: Choice<'_>) -> Response {
        let opened = match self.payproof.register(order).await {
            Ok(()) => self.payproof.open(order, attempt, choice).await,
            Err(trouble) => Err(trouble),
        };
        match opened {
            Ok(session) => match self.orders.opened(&order.id, &session).await {
                Ok(()) => see_other(&session.checkout_url),
                Err(error) => lost(&error),
            },
            // It is paid or being paid, or there is another attempt by now: the order's page says what is true.
            Err(Trouble::No { code, .. })
                if ["order_already_paid", "payment_under_way", "order_locked"].contains(&code.as_str()) =>
            {
                see_other(&format!("/demo/orders/{}", order.id))
            }
            Err(trouble) => {
                tracing::warn!(order_id = order.id, %trouble, "the demo shop could not send a customer to pay");
                page::not_opened(&order.id, &trouble).answer(StatusCode::BAD_GATEWAY)
            }
        }
    }
}

fn unknown() -> Response {
    page::trouble("There is no such order.").answer(StatusCode::NOT_FOUND)
}

pub(super) fn lost(error: &DocumentsError) -> Response {
    tracing::warn!(%error, "the demo shop's store did not answer");
    page::trouble("The shop cannot look that up just now.").answer(StatusCode::SERVICE_UNAVAILABLE)
}
