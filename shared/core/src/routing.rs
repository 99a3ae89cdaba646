//! Which provider an order goes to: the first of the shop's rules that applies and whose providers can take it; where
//! no rule applies, whatever the shop has configured. [`plan`] gives them all in order, with why and why not.

mod circuit;
mod lately;
mod plan;
mod rule;

pub use circuit::{Circuit, FAILURES_IN_A_ROW, OPEN_MILLIS, OPEN_MILLIS_MAX, PROBE_MILLIS};
pub use lately::{Lately, REST_MILLIS, REST_MILLIS_MAX};
pub use plan::{Choice, Passed, Plan, Wanted, WhyNot, offered, plan};
pub use rule::{RoutingRule, RuleError, When, is_country};

#[cfg(test)]
mod tests;
