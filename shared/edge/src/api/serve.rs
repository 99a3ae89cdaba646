//! What every request goes through: its route, its bounds, its id, one log line.

use bytes::Bytes;
use http::header::HeaderName;
use payproof::payment::Moment;

use super::routes::{Found, find};
use super::{Code, Function, Params, Problem, Response, Route, answer};
use crate::limits::{REQUEST_BODY_BYTES_MAX, WEBHOOK_BODY_BYTES_MAX};
use crate::random;

/// A request as it came.
pub type Request = http::Request<Bytes>;

/// The id of a request where whoever received it gave one (API Gateway does).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

/// A request with its route.
pub struct Call {
    /// The request.
    pub request: Request,
    /// Its route.
    pub route: &'static Route,
    /// The parameters of its path.
    pub params: Params,
    /// When it came.
    pub now: Moment,
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Its headers hold keys, its path and query tokens, its body customers' data.
        write!(f, "Call({} {})", self.route.method, self.route.path)
    }
}

impl Call {
    /// A header's text: none where it is absent, not visible ASCII, or sent more than once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.request.headers().get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => value.to_str().ok(),
            _ => None,
        }
    }

    /// A parameter of the query, decoded; the first of its name.
    pub fn query(&self, name: &str) -> Option<String> {
        let query = self.request.uri().query().unwrap_or_default();
        form_urlencoded::parse(query.as_bytes())
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.into_owned())
    }
}

/// Answers a request by `handle` if it is one of `function`'s, within bounds; else with the problem that it is.
pub async fn serve<F>(
    function: Function,
    request: Request,
    now: Moment,
    handle: impl FnOnce(Call) -> F,
) -> Response
where
    F: Future<Output = Result<Response, Problem>>,
{
    let given = request.extensions().get::<RequestId>().map(|id| id.0.clone());
    let id = given
        .or_else(|| random::token().ok().map(|token| token.chars().take(20).collect()))
        .unwrap_or_default();
    let head = request.method() == http::Method::HEAD;
    let (path, answered) = match find(request.method(), request.uri().path()) {
        Found::Route(route, params) if route.function == function => {
            let bound = match function {
                Function::WebhookReceive => WEBHOOK_BODY_BYTES_MAX,
                _ => REQUEST_BODY_BYTES_MAX,
            };
            let answered = if request.body().len() > bound {
                Err(Problem::new(Code::BodyTooLarge))
            } else {
                handle(Call { request, route, params, now }).await
            };
            (route.path, answered)
        }
        // API Gateway gives preflights to the `$default` route where there is one, and adds the CORS headers itself.
        Found::OtherMethods(_) | Found::Nothing if *request.method() == http::Method::OPTIONS => {
            ("-", Ok(answer::empty(http::StatusCode::NO_CONTENT)))
        }
        Found::OtherMethods(methods) => {
            let names: Vec<&str> = methods.iter().map(|method| method.as_str()).collect();
            let problem = Problem { allow: Some(names.join(", ")), ..Problem::new(Code::MethodNotAllowed) };
            ("-", Err(problem))
        }
        Found::Route(..) | Found::Nothing => ("-", Err(Problem::new(Code::NotFound))),
    };
    let (code, response) = match answered {
        Ok(response) => ("-", response),
        Err(problem) => (problem.code.word(), answer::problem(&problem, &id)),
    };
    tracing::info!(
        request_id = id,
        function = function.name(),
        route = path,
        status = response.status().as_u16(),
        code,
        "answered"
    );
    let mut response = answer::header(response, HeaderName::from_static("x-request-id"), &id);
    if head {
        *response.body_mut() = Bytes::new();
    }
    response
}
