//! What one request has tried, and who is next: each provider once, within the time that the request has.

use std::fmt;

use payproof::payment::{Attempt, Method, Moment, Payment, ProviderName};
use payproof::provider::Failure;
use payproof::routing::{Choice, Lately, Plan, Wanted, plan};
use payproof::shop::Shop;

use crate::app::App;
use crate::circuits::Callee;
use crate::flow::deadline::Deadline;
use crate::flow::opening::OpenError;
use crate::limits::{CREATE_TIMEOUT, OPEN_MARGIN, OPEN_TIMEOUT, WHY_CHARS_MAX};

/// A provider that was tried in this request.
struct Tried {
    provider: ProviderName,
    method: Method,
    attempt: Attempt,
    how: How,
}

/// How it went.
enum How {
    /// It said no; to the shop's keys, or to this request.
    Refused { code: Option<String>, keys: bool },
    /// Nothing was made there.
    Unreachable,
    /// It may have made the checkout.
    Unknown,
    /// It gave its first answer again, which left the outcome unknown: another attempt is worth a try.
    StillUnknown,
    /// Its earlier attempt was not continued, for it keeps failing.
    LeftAlone,
}

impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (provider, attempt) = (&self.provider, self.attempt);
        match &self.how {
            How::Refused { code, .. } => {
                write!(f, "{provider} refused ({})", code.as_deref().unwrap_or("no code"))
            }
            How::Unreachable => write!(f, "{provider} could not be reached"),
            How::Unknown | How::StillUnknown => {
                write!(f, "{provider} gave no clear answer, and attempt {attempt} may have been made there")
            }
            How::LeftAlone => write!(f, "{provider} keeps failing and is left alone"),
        }
    }
}

impl Tried {
    /// Whether it makes no sense to try this in the same request.
    fn rules_out(&self, choice: &Choice) -> bool {
        self.provider == choice.provider && !matches!(self.how, How::StillUnknown)
    }

    /// Whether a customer could still be sent there by this.
    fn leaves(&self, choice: &Choice) -> bool {
        let other_method = choice.method != self.method;
        self.provider != choice.provider
            || matches!(self.how, How::Refused { keys: false, .. } if other_method)
    }
}

/// What one request has tried so far.
pub(super) struct Tries {
    deadline: Deadline,
    tried: Vec<Tried>,
}

/// Who is asked by whom, and for what.
pub(super) struct Asking<'a> {
    pub(super) app: &'a App,
    pub(super) shop: &'a Shop,
    pub(super) payment: &'a Payment,
    pub(super) wanted: Wanted<'a>,
    pub(super) now: Moment,
}

impl Asking<'_> {
    fn lately(&self) -> Lately {
        self.app.circuits.known_of(self.shop, Lately::of_order(self.payment, self.now), self.now)
    }

    fn callee(&self, provider: &str) -> Callee {
        Callee::provider(self.shop, provider)
    }
}

impl Tries {
    pub(super) fn begin() -> Self {
        Self { deadline: Deadline::after(OPEN_TIMEOUT), tried: Vec::new() }
    }

    /// Whether nobody was tried yet.
    pub(super) const fn is_empty(&self) -> bool {
        self.tried.is_empty()
    }

    /// Whether this attempt was tried in this request.
    pub(super) fn has(&self, attempt: Attempt) -> bool {
        self.tried.iter().any(|tried| tried.attempt == attempt)
    }

    /// Whether there is time for one more: none is begun that could not be ended.
    fn has_time(&self) -> bool {
        self.deadline.left() >= CREATE_TIMEOUT.saturating_add(OPEN_MARGIN)
    }

    /// Who is next, with all that is to be said of why; none where nobody is left. Whoever is named is to be called.
    pub(super) fn next(&self, asking: &Asking<'_>) -> Option<Choice> {
        if !self.has_time() {
            return None;
        }
        let plan = plan(asking.shop, &asking.wanted, &self.lately(asking));
        let open = |choice: &&Choice| !self.tried.iter().any(|tried| tried.rules_out(choice));
        let circuits = &asking.app.circuits;
        let usual = plan
            .candidates
            .iter()
            .filter(open)
            .find(|choice| circuits.allows(&asking.callee(choice.provider.as_str()), asking.now));
        // A probe is better than a sure refusal.
        let mut last = plan.last_resort.iter().filter(open);
        let chosen = usual.or_else(|| {
            last.find(|choice| circuits.allows_as_last(&asking.callee(choice.provider.as_str()), asking.now))
        })?;
        Some(Choice { why: self.why(&chosen.why), ..chosen.clone() })
    }

    /// The order's own setbacks, everybody's, and those of this request.
    fn lately(&self, asking: &Asking<'_>) -> Lately {
        let still = self.tried.iter().filter(|tried| matches!(tried.how, How::StillUnknown));
        still
            .fold(asking.lately(), |lately, tried| lately.after_others(tried.provider.as_str(), tried.method))
    }

    fn why(&self, why: &str) -> String {
        let before = self.tried.iter().map(|tried| format!("Before it, {tried}. "));
        before.chain([why.to_owned()]).collect::<String>().chars().take(WHY_CHARS_MAX).collect()
    }

    /// Notes how trying a provider went. `again`: an earlier request had asked for the same attempt.
    pub(super) fn failed(
        &mut self,
        choice: (&ProviderName, Method),
        attempt: Attempt,
        failure: &Failure,
        again: bool,
    ) {
        let how = match failure {
            Failure::Refused { code, status, .. } => {
                How::Refused { code: code.clone(), keys: matches!(status, 401 | 403) }
            }
            Failure::Unreachable(_) => How::Unreachable,
            Failure::Unknown(_) | Failure::NotUnderstood(_) if again => How::StillUnknown,
            Failure::Unknown(_) | Failure::NotUnderstood(_) => How::Unknown,
        };
        self.tried.push(Tried { provider: choice.0.clone(), method: choice.1, attempt, how });
    }

    /// Notes that an earlier attempt was not continued.
    pub(super) fn left_alone(&mut self, choice: (&ProviderName, Method), attempt: Attempt) {
        self.tried.push(Tried { provider: choice.0.clone(), method: choice.1, attempt, how: How::LeftAlone });
    }

    /// Why nobody is left, what can still be tried, and when a repeat makes sense where that is known.
    pub(super) fn nothing_left(&self, asking: &Asking<'_>, attempts_left: bool) -> OpenError {
        let lately = self.lately(asking);
        let planned = plan(asking.shop, &asking.wanted, &lately);
        let any = Wanted { method: None, provider: None, ..asking.wanted };
        let left = plan(asking.shop, &any, &lately).candidates;
        let left: Vec<Method> = left
            .iter()
            .filter(|choice| attempts_left && self.tried.iter().all(|tried| tried.leaves(choice)))
            .map(|choice| choice.method)
            .collect();
        OpenError::NoProvider {
            why: self.why_nobody(&planned, attempts_left),
            methods: Method::ALL.into_iter().filter(|method| left.contains(method)).collect(),
            repeat_at: self.repeat_at(asking, &planned, &lately).filter(|_| attempts_left),
        }
    }

    fn why_nobody(&self, plan: &Plan, attempts_left: bool) -> String {
        let mut words: Vec<String> = self.tried.iter().map(Tried::to_string).collect();
        let known = |provider: &str| self.tried.iter().any(|tried| tried.provider.as_str() == provider);
        let mut untried: Vec<&str> = Vec::new();
        for choice in plan.candidates.iter().chain(&plan.last_resort) {
            let name = choice.provider.as_str();
            if !known(name) && !untried.contains(&name) {
                untried.push(name);
            }
        }
        for passed in plan.not.iter().filter(|passed| !known(passed.provider.as_str())) {
            words.push(format!("{} is not tried: {}", passed.provider, passed.why));
            untried.retain(|name| *name != passed.provider.as_str());
        }
        if !attempts_left {
            words.push("the order has had as many attempts as it may have".to_owned());
        } else if !self.has_time() {
            words.extend(untried.iter().map(|name| format!("there was no time left to try {name}")));
        } else {
            words.extend(untried.iter().map(|name| format!("{name} is being probed by another request")));
        }
        if words.is_empty() { "the shop has no provider".to_owned() } else { words.join("; ") }
    }

    /// When somebody who is left alone may be tried again.
    fn repeat_at(&self, asking: &Asking<'_>, plan: &Plan, lately: &Lately) -> Option<Moment> {
        let circuits = &asking.app.circuits;
        let last = plan
            .last_resort
            .iter()
            .filter_map(|choice| circuits.next_as_last(&asking.callee(choice.provider.as_str()), asking.now));
        last.chain(lately.next_try()).min()
    }
}
