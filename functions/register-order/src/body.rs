//! The body of a registration, parsed once.

use std::collections::BTreeMap;

use payproof::payment::{Currency, Details, LineItem, Money};
use payproof::routing::is_country;
use payproof_edge::api::{Code, Problem, read};
use payproof_edge::limits::{
    DESCRIPTION_CHARS_MAX, EMAIL_BYTES_MAX, LINE_ITEM_NAME_CHARS_MAX, LINE_ITEM_QUANTITY_MAX, LINE_ITEMS_MAX,
    METADATA_ENTRIES_MAX, METADATA_NAME_CHARS_MAX, METADATA_VALUE_CHARS_MAX,
};

/// What a shop says of an order.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    amount: Option<u64>,
    currency: String,
    line_items: Option<Vec<read::Object<LineItem>>>,
    customer_email: Option<String>,
    country: Option<String>,
    description: Option<String>,
    #[serde(default)]
    metadata: read::Notes,
}

impl Order {
    /// The order's money and details.
    pub(crate) fn check(self) -> Result<(Money, Details), Problem> {
        let currency = Currency::parse(&self.currency).map_err(|_| Problem::new(Code::InvalidCurrency))?;
        let line_items = self.line_items.unwrap_or_default().into_iter().map(|read::Object(item)| item);
        let line_items: Vec<LineItem> = line_items.collect();
        let sum = sum_of(&line_items)?;
        let minor = match (self.amount, sum) {
            (Some(amount), Some(sum)) if amount != sum => {
                let detail = format!("The line items add up to {sum}, and amount is {amount}.");
                return Err(Problem::of(Code::AmountsDisagree, detail));
            }
            (Some(amount), _) => amount,
            (None, Some(sum)) => sum,
            (None, None) => {
                return Err(Problem::of(Code::InvalidRequest, "Send `amount`, or `line_items` to add up."));
            }
        };
        let money = Money::new(minor, currency).ok().filter(|money| money.minor() > 0);
        let money = money.ok_or_else(|| Problem::new(Code::InvalidAmount))?;
        if let Some(email) = &self.customer_email {
            check_email(email)?;
        }
        if self.country.as_deref().is_some_and(|country| !is_country(country)) {
            let detail = "`country` is an upper-case ISO 3166-1 alpha-2 code.";
            return Err(Problem::of(Code::InvalidRequest, detail));
        }
        if let Some(description) = &self.description {
            read::text("description", description, DESCRIPTION_CHARS_MAX)?;
        }
        let read::Notes(metadata) = self.metadata;
        check_metadata(&metadata)?;
        let details = Details {
            customer_email: self.customer_email,
            country: self.country,
            description: self.description,
            metadata,
            line_items,
        };
        Ok((money, details))
    }
}

fn sum_of(items: &[LineItem]) -> Result<Option<u64>, Problem> {
    if items.is_empty() {
        return Ok(None);
    }
    if items.len() > LINE_ITEMS_MAX {
        return Err(Problem::of(Code::InvalidRequest, format!("At most {LINE_ITEMS_MAX} line items.")));
    }
    let mut sum = 0_u64;
    for item in items {
        read::text("line_items.name", &item.name, LINE_ITEM_NAME_CHARS_MAX)?;
        if !(1..=LINE_ITEM_QUANTITY_MAX).contains(&item.quantity) {
            let detail = format!("`line_items.quantity` is 1 to {LINE_ITEM_QUANTITY_MAX}.");
            return Err(Problem::of(Code::InvalidRequest, detail));
        }
        let line = item.quantity.checked_mul(item.unit_amount);
        sum = line.and_then(|line| sum.checked_add(line)).ok_or_else(|| Problem::new(Code::InvalidAmount))?;
    }
    Ok(Some(sum))
}

/// No more than what any address has (RFC 5321, section 4.5.3.1): whether it is somebody's, only a mail can tell.
fn check_email(email: &str) -> Result<(), Problem> {
    let plain = email.len() <= EMAIL_BYTES_MAX && !email.chars().any(|c| c.is_control() || c.is_whitespace());
    let parts = email.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    if plain && parts {
        return Ok(());
    }
    Err(Problem::of(Code::InvalidRequest, "`customer_email` is an e-mail address of at most 254 bytes."))
}

fn check_metadata(metadata: &BTreeMap<String, String>) -> Result<(), Problem> {
    if metadata.len() > METADATA_ENTRIES_MAX {
        return Err(Problem::of(
            Code::InvalidRequest,
            format!("`metadata` has at most {METADATA_ENTRIES_MAX} entries."),
        ));
    }
    for (name, value) in metadata {
        read::text("metadata (a name)", name, METADATA_NAME_CHARS_MAX)?;
        read::text("metadata (a value)", value, METADATA_VALUE_CHARS_MAX)?;
    }
    Ok(())
}
