//! The route table: method, path, which function answers, and who may ask. `local/` is built from it, and a test holds
//! `template.yaml` and `openapi.yaml` to it in both directions.

use http::Method;

use crate::store::Due;

/// One crate, one Lambda, one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Function {
    /// `register-order`.
    RegisterOrder,
    /// `create-session`.
    CreateSession,
    /// `webhook-receive`.
    WebhookReceive,
    /// `status-poll`.
    StatusPoll,
    /// `merchant-read`.
    MerchantRead,
    /// `merchant-act`.
    MerchantAct,
    /// `pages`.
    Pages,
    /// `sweep`.
    Sweep,
    /// `reconcile`.
    Reconcile,
    /// `notify-shop`.
    NotifyShop,
}

/// Who calls a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalledBy {
    /// The gateway, as the route table says.
    Gateway,
    /// A queue of orders.
    Queue(Due),
    /// A schedule.
    Schedule,
}

impl Function {
    /// Every function.
    pub const ALL: &'static [Self] = &[
        Self::RegisterOrder,
        Self::CreateSession,
        Self::WebhookReceive,
        Self::StatusPoll,
        Self::MerchantRead,
        Self::MerchantAct,
        Self::Pages,
        Self::Sweep,
        Self::Reconcile,
        Self::NotifyShop,
    ];

    /// Its crate's and binary's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RegisterOrder => "register-order",
            Self::CreateSession => "create-session",
            Self::WebhookReceive => "webhook-receive",
            Self::StatusPoll => "status-poll",
            Self::MerchantRead => "merchant-read",
            Self::MerchantAct => "merchant-act",
            Self::Pages => "pages",
            Self::Sweep => "sweep",
            Self::Reconcile => "reconcile",
            Self::NotifyShop => "notify-shop",
        }
    }

    /// Who calls it.
    pub const fn called_by(self) -> CalledBy {
        match self {
            Self::Sweep => CalledBy::Schedule,
            Self::Reconcile => CalledBy::Queue(Due::Reconcile),
            Self::NotifyShop => CalledBy::Queue(Due::NotifyShop),
            _ => CalledBy::Gateway,
        }
    }
}

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A secret key.
    Secret,
    /// A secret or publishable key.
    SecretOrPublishable,
    /// A secret or read key.
    Read,
    /// A secret or read key, or the session's client secret.
    ReadOrClientSecret,
    /// A provider's signature.
    Signature,
    /// Nobody in particular, or as the page asks.
    None,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The HTTP method.
    pub method: Method,
    /// The path, `{name}` for a parameter.
    pub path: &'static str,
    /// Which function answers.
    pub function: Function,
    /// Who may ask.
    pub key: Key,
}

const fn route(method: Method, path: &'static str, function: Function, key: Key) -> Route {
    Route { method, path, function, key }
}

/// Every route. What is not here is answered by `pages`, with 404 or 405.
pub static ROUTES: &[Route] = &[
    route(Method::PUT, "/v1/orders/{order_id}", Function::RegisterOrder, Key::Secret),
    route(Method::POST, "/v1/sessions", Function::CreateSession, Key::SecretOrPublishable),
    route(Method::GET, "/v1/sessions/{session_id}", Function::StatusPoll, Key::ReadOrClientSecret),
    route(Method::POST, "/v1/webhooks/{shop_id}/{provider}", Function::WebhookReceive, Key::Signature),
    route(Method::GET, "/v1/sessions/{session_id}/timeline", Function::MerchantRead, Key::Read),
    route(Method::GET, "/v1/orders/{order_id}/timeline", Function::MerchantRead, Key::Read),
    route(Method::GET, "/v1/orders/{order_id}", Function::MerchantRead, Key::Read),
    route(Method::GET, "/v1/orders", Function::MerchantRead, Key::Read),
    route(Method::GET, "/v1/events", Function::MerchantRead, Key::Read),
    route(Method::POST, "/v1/routing/explain", Function::MerchantRead, Key::Read),
    route(Method::GET, "/v1/diagnostics", Function::MerchantRead, Key::Read),
    route(Method::POST, "/v1/orders/{order_id}/acknowledge", Function::MerchantAct, Key::Secret),
    route(Method::POST, "/v1/orders/{order_id}/refunds", Function::MerchantAct, Key::Secret),
    route(Method::POST, "/v1/sessions/{session_id}/cancel", Function::MerchantAct, Key::Secret),
    route(Method::POST, "/v1/sessions/{session_id}/reconcile", Function::MerchantAct, Key::Secret),
    route(Method::POST, "/v1/sessions/{session_id}/review", Function::MerchantAct, Key::Secret),
    route(Method::GET, "/v1/notifications", Function::MerchantRead, Key::Read),
    route(Method::POST, "/v1/notifications/{notification_id}/resend", Function::MerchantAct, Key::Secret),
    route(Method::POST, "/v1/notifications/resend", Function::MerchantAct, Key::Secret),
    route(Method::POST, "/v1/events/{event_id}/replay", Function::MerchantAct, Key::Secret),
    route(Method::POST, "/v1/events/replay", Function::MerchantAct, Key::Secret),
    route(Method::POST, "/v1/payment-links", Function::MerchantAct, Key::Secret),
    route(Method::GET, "/pay/{token}", Function::Pages, Key::None),
    route(Method::POST, "/pay/{token}", Function::CreateSession, Key::None),
    route(Method::GET, "/go/{session_id}/{token}", Function::Pages, Key::None),
    route(Method::GET, "/return/{session_id}", Function::Pages, Key::None),
    route(Method::GET, "/v1/status.js", Function::Pages, Key::None),
    route(Method::GET, "/dashboard", Function::Pages, Key::None),
    route(Method::GET, "/dashboard/{file}", Function::Pages, Key::None),
    route(Method::GET, "/healthz", Function::Pages, Key::None),
];

/// The parameters of a path.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Params(Vec<(&'static str, String)>);

impl Params {
    /// A parameter's text, decoded; empty where the route has none of this name.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }
}

/// What a method and a path lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// This route, with these parameters.
    Route(&'static Route, Params),
    /// The path exists, with these methods only.
    OtherMethods(Vec<&'static Method>),
    /// Nothing.
    Nothing,
}

/// Looks a request up.
pub fn find(method: &Method, path: &str) -> Found {
    let mut others = Vec::new();
    for route in ROUTES {
        let Some(params) = matches(route.path, path) else { continue };
        // HEAD is GET without a body (RFC 9110, section 9.3.2).
        if route.method == *method || (method == Method::HEAD && route.method == Method::GET) {
            return Found::Route(route, params);
        }
        others.push(&route.method);
    }
    if others.is_empty() { Found::Nothing } else { Found::OtherMethods(others) }
}

fn matches(template: &'static str, path: &str) -> Option<Params> {
    let mut params = Params::default();
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(params),
            (Some(wanted), Some(given)) => {
                match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                    Some(name) if !given.is_empty() => params.0.push((name, decoded(given))),
                    None if wanted == given => {}
                    _ => return None,
                }
            }
            _ => return None,
        }
    }
}

/// A path segment with its percent-encoding taken away; what is no UTF-8 then is left as it came, and no id looks so.
fn decoded(segment: &str) -> String {
    if !segment.contains('%') {
        return segment.to_owned();
    }
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        match (first, after) {
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let digit =
                    |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                bytes.push(digit(high).unwrap_or(0).wrapping_mul(16).wrapping_add(digit(low).unwrap_or(0)));
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| segment.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_finds_its_route_and_its_parameters() {
        let Found::Route(route, params) = find(&Method::PUT, "/v1/orders/A%2D1") else { panic!("no route") };
        assert_eq!((route.function, params.get("order_id")), (Function::RegisterOrder, "A-1"));
        let Found::Route(route, _) = find(&Method::HEAD, "/healthz") else { panic!("no route") };
        assert_eq!(route.path, "/healthz");
    }

    #[test]
    fn other_methods_and_other_paths_are_told_apart() {
        assert_eq!(
            find(&Method::DELETE, "/v1/orders/1"),
            Found::OtherMethods(vec![&Method::PUT, &Method::GET])
        );
        for path in
            ["/", "/v1", "/v1/orders/", "/v1/orders/a/b", "/v1/webhooks/demo", "//v1/orders", "/V1/orders"]
        {
            assert_eq!(find(&Method::GET, path), Found::Nothing, "{path}");
        }
    }

    #[test]
    fn what_is_not_percent_encoding_stays_as_it_came() {
        for (from, to) in
            [("a%", "a%"), ("a%2", "a%2"), ("a%zz", "a%zz"), ("%41", "A"), ("%ff", "%ff"), ("%+1", "%+1")]
        {
            assert_eq!(decoded(from), to);
        }
    }
}
