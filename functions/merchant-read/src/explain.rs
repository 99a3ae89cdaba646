//! Which provider would be chosen for this, and why.

use http::StatusCode;
use payproof::payment::{Currency, Method, Money};
use payproof::routing::{Choice, Lately, Wanted, is_country, offered, plan};
use payproof::shop::Shop;
use payproof_edge::api::{Call, Code, Problem, Response, answer, read};
use payproof_edge::app::App;

/// What somebody would like to know it of.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    amount: u64,
    currency: String,
    country: Option<String>,
    method: Option<String>,
    provider: Option<String>,
}

/// The plan for such an order, as if a session were opened now. Nothing is asked and nothing is written.
pub(crate) fn explain(app: &App, shop: &Shop, call: &Call) -> Result<Response, Problem> {
    let question = read::json::<Question>(call.request.body())?;
    let wanted = question.check(shop)?;
    let lately = app.circuits.known_of(shop, Lately::default(), call.now);
    let plan = plan(shop, &wanted, &lately);
    let candidates: Vec<_> = plan.candidates.iter().chain(&plan.last_resort).map(shown).collect();
    let not: Vec<_> = plan
        .not
        .iter()
        .map(|passed| serde_json::json!({ "provider": passed.provider, "why": format!("{}.", passed.why) }))
        .collect();
    let rules: Vec<_> = shop
        .routing
        .iter()
        .zip(1_usize..)
        .map(|(rule, number)| {
            serde_json::json!({ "number": number, "text": rule.words(), "applies": rule.applies(&wanted) })
        })
        .collect();
    let any = Wanted { method: None, provider: None, ..wanted };
    let view = serde_json::json!({
        "chosen": candidates.first(),
        "candidates": candidates,
        "not": not,
        "methods": offered(shop, &any, &lately),
        "rules": rules,
    });
    Ok(answer::json(StatusCode::OK, &view))
}

fn shown(choice: &Choice) -> serde_json::Value {
    serde_json::json!({ "provider": choice.provider, "method": choice.method, "why": choice.why })
}

impl Question {
    fn check(&self, shop: &Shop) -> Result<Wanted<'_>, Problem> {
        let invalid = |detail: String| Problem::of(Code::InvalidRequest, detail);
        let currency = Currency::parse(&self.currency).map_err(|_| Problem::new(Code::InvalidCurrency))?;
        let money = Money::new(self.amount, currency).ok().filter(|money| money.minor() > 0);
        let money = money.ok_or_else(|| Problem::new(Code::InvalidAmount))?;
        if self.country.as_deref().is_some_and(|country| !is_country(country)) {
            return Err(invalid("`country` is an upper-case ISO 3166-1 alpha-2 code.".to_owned()));
        }
        let method = match self.method.as_deref() {
            None => None,
            Some(word) => Some(Method::parse(word).ok_or_else(|| {
                invalid(format!("`method` is one of {}.", Method::ALL.map(Method::word).join(", ")))
            })?),
        };
        if self.provider.as_deref().is_some_and(|name| !shop.providers.contains_key(name)) {
            return Err(invalid("`provider` is not among the shop's providers.".to_owned()));
        }
        Ok(Wanted { money, country: self.country.as_deref(), method, provider: self.provider.as_deref() })
    }
}
