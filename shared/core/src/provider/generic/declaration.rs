//! Reading a declaration. Each refusal names its path and what to do.

use super::checkout::{self, Template};
use super::reading::{self, Reader};
use super::signature::{self, Scheme};
use super::{Account, Instructions, Limits};
use crate::payment::{Currency, Method};
use crate::provider::{AccountError, account};
use crate::secret::Secret;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    signature: signature::Keys,
    #[serde(default)]
    webhook_secrets: Vec<Secret>,
    event: reading::Keys,
    checkout: Option<checkout::Keys>,
    instructions: Option<String>,
    methods: Vec<String>,
    currencies: Option<Vec<String>>,
    min_amount: Option<u64>,
    max_amount: Option<u64>,
}

pub(super) fn account(config: &serde_json::Value) -> Result<Account, AccountError> {
    let keys: Keys = account::keys(config)?;
    account::webhook_secrets(&keys.webhook_secrets)?;
    if keys.checkout.is_some() && keys.instructions.is_some() {
        let problem = "a hosted page tells the customer how to pay: leave out either it or the instructions";
        return Err(AccountError::new("instructions", problem));
    }
    let currencies = keys.currencies.map(currencies).transpose()?;
    let one_currency = currencies.as_ref().is_some_and(|known| known.len() == 1);
    let instructions = keys.instructions.map(|text| Instructions::parse("instructions", text)).transpose()?;
    Ok(Account {
        scheme: Scheme::parse(keys.signature, keys.webhook_secrets)?,
        reading: Reader::parse(keys.event)?,
        checkout: keys.checkout.map(|keys| Template::parse(keys, one_currency)).transpose()?,
        instructions,
        methods: methods(&keys.methods)?,
        currencies,
        limits: Limits::new(keys.min_amount, keys.max_amount)?,
    })
}

fn methods(words: &[String]) -> Result<Vec<Method>, AccountError> {
    let mut methods = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let all = Method::ALL.map(|method| (method.word(), method));
        let method = choose(&format!("methods[{index}]"), word, &all)?;
        if methods.contains(&method) {
            return Err(AccountError::new(format!("methods[{index}]"), "stands there twice: take one out"));
        }
        methods.push(method);
    }
    if methods.is_empty() {
        return Err(AccountError::new("methods", "at least one way to pay, or no order would ever go there"));
    }
    Ok(methods)
}

fn currencies(codes: Vec<String>) -> Result<Vec<Currency>, AccountError> {
    if codes.is_empty() {
        return Err(AccountError::new("currencies", "at least one, or leave it out where it takes any"));
    }
    let parse = |(index, code): (usize, String)| {
        let problem = "a currency of ISO 4217 in capitals, EUR";
        Currency::parse(&code).map_err(|_| AccountError::new(format!("currencies[{index}]"), problem))
    };
    codes.into_iter().enumerate().map(parse).collect()
}

/// What a word of the configuration stands for.
pub(super) fn choose<T: Copy>(path: &str, word: &str, options: &[(&str, T)]) -> Result<T, AccountError> {
    let found = options.iter().find(|(known, _)| *known == word).map(|(_, option)| *option);
    found.ok_or_else(|| {
        let known: Vec<_> = options.iter().map(|(known, _)| *known).collect();
        AccountError::new(path, format!("one of {}", known.join(", ")))
    })
}

/// A header's name, in lower case.
pub(super) fn header_name(path: &str, name: &str) -> Result<String, AccountError> {
    http::HeaderName::try_from(name)
        .map(|name| name.as_str().to_owned())
        .map_err(|_| AccountError::new(path, "a header's name: letters, digits and hyphens"))
}
