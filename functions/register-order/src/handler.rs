//! `PUT /v1/orders/{order_id}`: the shop's server says what an order costs, before anybody pays it.
#![forbid(unsafe_code)]

mod body;

use http::StatusCode;
use payproof::payment::{Moment, OrderId};
use payproof::shop::KeyKind;
use payproof_edge::api::view::OrderView;
use payproof_edge::api::{Call, Code, Function, Problem, Request, Response, answer, read, serve, who};
use payproof_edge::app::App;
use payproof_edge::flow::{RegisterError, register_order};

/// Answers a request.
pub async fn handle(app: &App, request: Request, now: Moment) -> Response {
    serve(Function::RegisterOrder, request, now, |call| register(app, call)).await
}

async fn register(app: &App, call: Call) -> Result<Response, Problem> {
    let caller = who::shop(app, &call, &[KeyKind::Secret]).await?;
    let order =
        OrderId::parse(call.params.get("order_id")).map_err(|_| Problem::new(Code::InvalidOrderId))?;
    let (money, details) = read::json::<body::Order>(call.request.body())?.check()?;
    match register_order(app, &caller.shop, order, money, details, call.now).await {
        Ok(done) => {
            let status = if done.new { StatusCode::CREATED } else { StatusCode::OK };
            Ok(answer::json(status, &OrderView::of(&caller.shop, &done.payment, call.now)))
        }
        Err(RegisterError::Locked) => Err(Problem::new(Code::OrderLocked)),
        Err(RegisterError::Flow(error)) => Err(error.into()),
    }
}
