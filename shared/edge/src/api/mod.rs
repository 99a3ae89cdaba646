//! The HTTP contract: the route table, who may call, how requests are read, and what every answer looks like.

pub mod answer;
pub mod notification;
pub mod problem;
pub mod read;
pub mod routes;
mod serve;
pub mod view;
pub mod who;

pub use answer::Response;
pub use problem::{Code, Problem};
pub use routes::{Function, Params, ROUTES, Route};
pub use serve::{Call, Request, RequestId, serve};
