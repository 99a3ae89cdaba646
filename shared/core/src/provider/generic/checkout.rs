//! How a described provider's checkout is made: one request from a template.
//!
//! | key | what it says |
//! | --- | --- |
//! | `method`, `url` | `POST` (where it is left out) or `PUT`, and where to |
//! | `headers` | sent as they are, secrets among them |
//! | `body` | JSON; each text in it is filled in |
//! | `idempotency_header` | a header that our session id is sent in |
//! | `id`, `page` | JSON pointers to the checkout's id and to the customer's page in the answer |
//!
//! Filled in are `{session}`, `{order}`, `{amount_minor}`, `{amount_major}`, `{currency}`, `{description}`,
//! `{return_url}`, `{cancel_url}` and `{webhook_url}`. A text that is `{amount_minor:number}` or
//! `{amount_major:number}` and nothing else becomes a number.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use http::Method as Verb;
use serde_json::Value;

use super::declaration::{choose, header_name};
use super::pointer::Pointer;
use super::reading::verified_value;
use crate::provider::template::{Part, filled, parts};
use crate::provider::{AccountError, Answer, Checkout, Created, Failure, Request, Step};
use crate::secret::Secret;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    method: Option<String>,
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, Secret>,
    body: Value,
    idempotency_header: Option<String>,
    id: String,
    page: String,
}

/// A request that makes a checkout, but for what is filled in. Its `Debug` shows neither header values nor body.
pub(super) struct Template {
    put: bool,
    url: String,
    origin: String,
    headers: Vec<(String, Secret)>,
    body: Value,
    idempotency_header: Option<String>,
    id: Pointer,
    page: Pointer,
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        write!(f, "Template to {} {names:?}", self.origin)
    }
}

const PLACES: [&str; 9] = [
    "session",
    "order",
    "amount_minor",
    "amount_major",
    "currency",
    "description",
    "return_url",
    "cancel_url",
    "webhook_url",
];
const NUMBERS: [&str; 2] = ["{amount_minor:number}", "{amount_major:number}"];
/// Headers that the sender writes by itself.
const WRITTEN: [&str; 5] = ["connection", "content-length", "content-type", "host", "transfer-encoding"];

impl Template {
    pub(super) fn parse(keys: Keys, one_currency: bool) -> Result<Self, AccountError> {
        let method = keys.method.as_deref().unwrap_or("POST");
        let put = choose("checkout.method", method, &[("POST", false), ("PUT", true)])?;
        let url = url::Url::parse(&keys.url).ok().filter(|url| {
            let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
            is_web && url.username().is_empty() && url.password().is_none() && url.fragment().is_none()
        });
        let problem = "an http or https address without user and fragment; nothing in it is filled in";
        let url = url.filter(|_| !keys.url.contains(['{', '}']));
        let url = url.ok_or_else(|| AccountError::new("checkout.url", problem))?;
        let mut headers = Vec::new();
        for (name, value) in keys.headers {
            let path = format!("checkout.headers.{name}");
            let name = header_name(&path, &name)?;
            if WRITTEN.contains(&name.as_str()) {
                return Err(AccountError::new(
                    path,
                    "this header is written when the request is sent: leave it out",
                ));
            }
            let text = value.reveal();
            if text.trim().is_empty() || http::HeaderValue::from_str(text).is_err() || text.trim() != text {
                return Err(AccountError::new(
                    path,
                    "blank, with white space around it, or not what a header can hold",
                ));
            }
            headers.push((name, value));
        }
        let named = |name: &String| header_name("checkout.idempotency_header", name);
        let idempotency_header = keys.idempotency_header.as_ref().map(named).transpose()?;
        if headers.iter().any(|(name, _)| Some(name) == idempotency_header.as_ref()) {
            let problem = "this header is among the headers already: take it out there";
            return Err(AccountError::new("checkout.idempotency_header", problem));
        }
        is_whole(&keys.body, one_currency)?;
        Ok(Self {
            put,
            origin: url.origin().ascii_serialization(),
            url: keys.url,
            headers,
            body: keys.body,
            idempotency_header,
            id: Pointer::parse("checkout.id", &keys.id)?,
            page: Pointer::parse("checkout.page", &keys.page)?,
        })
    }

    /// The scheme, host and port that it is sent to.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    pub(super) fn create(&self, checkout: &Checkout<'_>) -> Step<Created> {
        let mut body = String::new();
        write(&self.body, &|place| value(checkout, place), &mut body);
        let verb = if self.put { Verb::PUT } else { Verb::POST };
        let mut request = Request::new(verb, self.url.clone());
        for (name, value) in &self.headers {
            request = request.header(name.clone(), value.reveal());
        }
        if let Some(name) = &self.idempotency_header {
            request = request.header(name.clone(), checkout.session.to_string());
        }
        let (id, page) = (self.id.clone(), self.page.clone());
        Step::send(request.body("application/json", body), move |answer| {
            if !answer.is_success() {
                // Where its code and words would stand nobody declared.
                return Err(answer.failure(None, "its reason is in no place that is declared"));
            }
            made(answer, &id, &page).map(Step::Done)
        })
    }
}

/// Where the answer is not as it was declared, nobody knows what was made.
fn made(answer: &Answer, id: &Pointer, page: &Pointer) -> Result<Created, Failure> {
    let unknown = |what: &str| Failure::Unknown(format!("answered {}, {what}", answer.status));
    let whole = verified_value(&answer.body).map_err(|_| unknown("not JSON"))?;
    let text = |pointer: &Pointer| pointer.text(whole).ok().flatten().filter(|text| !text.is_empty());
    let checkout_id = text(id).ok_or_else(|| unknown("without an id where it is declared"))?;
    // The customer's browser is sent there: whatever is no web address is no page.
    let is_page =
        |text: &String| url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    let url = text(page).filter(is_page).ok_or_else(|| unknown("without a page where it is declared"))?;
    Ok(Created { checkout_id, url })
}

/// Whether a body has only places that are known, and all without which a payment could not be told or would be wrong.
fn is_whole(body: &Value, one_currency: bool) -> Result<(), AccountError> {
    let wrong = |problem: String| Err(AccountError::new("checkout.body", problem));
    if !body.is_object() {
        return wrong("a JSON object; each text in it is filled in".to_owned());
    }
    let mut places = Vec::new();
    if collect(body, &mut places).is_none() {
        return wrong(format!(
            "a place that is not known, or a brace that stands alone; known are {{{}}}, and {} as a whole text",
            PLACES.join("}, {"),
            NUMBERS.join(" and ")
        ));
    }
    let has = |any: &[&str]| places.iter().any(|place| any.contains(&place.as_str()));
    if !has(&["session"]) {
        return wrong(
            "{session} is not in it: without our reference no event could be told whose it is".to_owned(),
        );
    }
    if !has(&["amount_minor", "amount_major"]) {
        return wrong("neither {amount_minor} nor {amount_major} is in it: what should be paid?".to_owned());
    }
    if !has(&["currency"]) && !one_currency {
        return wrong("{currency} is not in it: put it there, or list one currency in currencies".to_owned());
    }
    Ok(())
}

/// The places in every text of a value; none where one is not known.
fn collect(value: &Value, places: &mut Vec<String>) -> Option<()> {
    match value {
        Value::String(text) if NUMBERS.contains(&text.as_str()) => {
            places.push(text.trim_matches(['{', '}']).split(':').next()?.to_owned());
        }
        Value::String(text) => {
            for part in parts(text)? {
                if let Part::Place(place) = part {
                    places.push(PLACES.contains(&place).then(|| place.to_owned())?);
                }
            }
        }
        Value::Array(list) => list.iter().try_for_each(|value| collect(value, places))?,
        Value::Object(members) => members.values().try_for_each(|value| collect(value, places))?,
        _ => {}
    }
    Some(())
}

fn value<'c>(checkout: &Checkout<'c>, place: &str) -> Option<Cow<'c, str>> {
    Some(match place {
        "session" => Cow::Owned(checkout.session.to_string()),
        "order" => Cow::Borrowed(checkout.order.as_str()),
        "amount_minor" => Cow::Owned(checkout.money.minor().to_string()),
        "amount_major" => Cow::Owned(checkout.money.major()),
        "currency" => Cow::Borrowed(checkout.money.currency().code()),
        "description" => Cow::Borrowed(checkout.description),
        "return_url" => Cow::Borrowed(checkout.return_url),
        "cancel_url" => Cow::Borrowed(checkout.cancel_url),
        "webhook_url" => Cow::Borrowed(checkout.webhook_url),
        _ => return None,
    })
}

/// Writes a value as JSON, each text filled in. Numbers come from our digits.
fn write<'c>(template: &Value, value: &impl Fn(&str) -> Option<Cow<'c, str>>, json: &mut String) {
    match template {
        Value::String(text) if NUMBERS.contains(&text.as_str()) => {
            let place = text.trim_matches(['{', '}']).split(':').next().unwrap_or_default();
            json.push_str(&value(place).unwrap_or_default());
        }
        // Every place was looked at when the declaration was loaded.
        Value::String(text) => {
            json.push_str(&Value::String(filled(text, value).unwrap_or_default()).to_string())
        }
        Value::Array(list) => {
            json.push('[');
            for (index, member) in list.iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                write(member, value, json);
            }
            json.push(']');
        }
        Value::Object(members) => {
            json.push('{');
            for (index, (key, member)) in members.iter().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                json.push_str(&Value::String(key.clone()).to_string());
                json.push(':');
                write(member, value, json);
            }
            json.push('}');
        }
        other => json.push_str(&other.to_string()),
    }
}
