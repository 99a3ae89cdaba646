//! What the shop sells. Prices are here, on the server, and nowhere else: a browser names products and quantities.

use std::collections::HashMap;

use payproof::payment::{Currency, Money};
use serde::{Deserialize, Serialize};

/// The currency of every price.
pub(super) const CURRENCY: &str = "EUR";
/// The most of one product in one order.
pub(super) const QUANTITY_MAX: u64 = 20;

/// Something to buy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Product {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) text: &'static str,
    /// Minor units.
    pub(super) price: u64,
}

/// Everything that there is.
pub(super) const PRODUCTS: [Product; 3] = [
    Product {
        id: "tea",
        name: "Mountain tea",
        text: "100 g of whole leaves, picked in spring.",
        price: 1_290,
    },
    Product {
        id: "mug",
        name: "Enamel mug",
        text: "Blue rim, 350 ml, for outside and inside.",
        price: 1_850,
    },
    Product {
        id: "kettle",
        name: "Copper kettle",
        text: "1.2 litres, tinned inside, made to be repaired.",
        price: 8_900,
    },
];

/// Some of one product, at the price that it had when it was ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) product: String,
    pub(super) name: String,
    pub(super) quantity: u64,
    /// Minor units.
    pub(super) unit_amount: u64,
}

/// Why a cart is no order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum CartError {
    #[error("Please choose at least one thing.")]
    Empty,
    #[error("Of each thing there can be 0 to 20.")]
    Quantity,
}

/// The lines of what a browser sent: quantities by product. Whatever else it sent says nothing.
pub(super) fn lines(sent: &HashMap<String, String>) -> Result<Vec<Line>, CartError> {
    let mut lines = Vec::new();
    for product in PRODUCTS {
        let text = sent.get(product.id).map_or("", |text| text.trim());
        let quantity: u64 =
            if text.is_empty() { 0 } else { text.parse().map_err(|_| CartError::Quantity)? };
        match quantity {
            0 => {}
            1..=QUANTITY_MAX => lines.push(Line {
                product: product.id.to_owned(),
                name: product.name.to_owned(),
                quantity,
                unit_amount: product.price,
            }),
            _ => return Err(CartError::Quantity),
        }
    }
    if lines.is_empty() { Err(CartError::Empty) } else { Ok(lines) }
}

/// What the lines cost, in minor units.
pub(super) fn sum(lines: &[Line]) -> u64 {
    lines.iter().map(|line| line.quantity.saturating_mul(line.unit_amount)).sum()
}

/// A price, for people.
pub(super) fn shown(minor: u64) -> String {
    let money = Currency::parse(CURRENCY).and_then(|currency| Money::new(minor, currency));
    money.map_or_else(|_| format!("{minor} {CURRENCY}"), |money| money.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cart(fields: &[(&str, &str)]) -> HashMap<String, String> {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_server_holds_the_prices() {
        let sent = cart(&[("tea", "2"), ("mug", "1"), ("price", "1"), ("unit_amount", "1"), ("yacht", "1")]);
        let lines = lines(&sent).unwrap();
        assert_eq!(lines.len(), 2);
        assert_eq!(sum(&lines), 2 * 1_290 + 1_850);
        assert_eq!(shown(sum(&lines)), "44.30 EUR");
    }

    #[test]
    fn a_cart_that_is_no_order_is_refused() {
        for fields in [&[][..], &[("tea", "0")], &[("tea", "")], &[("yacht", "1")]] {
            assert_eq!(lines(&cart(fields)), Err(CartError::Empty), "{fields:?}");
        }
        for quantity in ["-1", "21", "1.5", "1e1", "x", "99999999999999999999"] {
            assert_eq!(lines(&cart(&[("tea", quantity)])), Err(CartError::Quantity), "{quantity}");
        }
    }
}
