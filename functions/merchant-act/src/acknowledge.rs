//! `POST /v1/orders/{order_id}/acknowledge`: somebody has looked at what wanted attention.

use std::collections::BTreeSet;

use http::StatusCode;
use payproof::payment::{Attention, OrderId, PaymentId};
use payproof::shop::Shop;
use payproof_edge::api::view::OrderView;
use payproof_edge::api::{Call, Code, Problem, Response, answer, read};
use payproof_edge::app::App;
use payproof_edge::flow::{AcknowledgeError, acknowledge};

use crate::by;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    attention: Vec<String>,
    actor: String,
    note: Option<String>,
}

pub(crate) async fn act(app: &App, shop: &Shop, call: &Call) -> Result<Response, Problem> {
    let order = OrderId::parse(call.params.get("order_id")).map_err(|_| Problem::new(Code::OrderNotFound))?;
    let body: Body = read::json(call.request.body())?;
    let words = body.attention.iter().map(|word| Attention::parse(word)).collect::<Option<BTreeSet<_>>>();
    let words = words.filter(|words| !words.is_empty()).ok_or_else(|| {
        let known: Vec<_> = Attention::ALL.into_iter().map(Attention::word).collect();
        let detail = format!("`attention` is at least one of {}.", known.join(", "));
        Problem::of(Code::InvalidRequest, detail)
    })?;
    let (actor, note) = (by::actor(&body.actor)?, by::note("note", body.note.as_deref())?);
    let id = PaymentId::of(&shop.id, &order);
    let payment = acknowledge(app, shop, &id, &words, actor, note, call.now).await.map_err(problem)?;
    Ok(answer::json(StatusCode::OK, &OrderView::of(shop, &payment, call.now)))
}

fn problem(error: AcknowledgeError) -> Problem {
    match error {
        AcknowledgeError::OrderNotFound => Problem::new(Code::OrderNotFound),
        AcknowledgeError::NotRaised(not) => {
            let detail = format!("Nothing has raised `{}` on this order.", not.0.word());
            Problem::of(Code::NothingToAcknowledge, detail)
        }
        AcknowledgeError::Flow(error) => error.into(),
    }
}
