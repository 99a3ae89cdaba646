//! What items weigh, by the rules that DynamoDB bills by.
//!
//! Source: DynamoDB developer guide, "Item sizes and formats": names and strings by UTF-8 bytes, numbers by about a
//! byte for two digits and one more, a list or map 3 bytes and 1 for each entry.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

/// Bytes that DynamoDB counts for an item.
pub fn item_bytes(item: &HashMap<String, AttributeValue>) -> usize {
    item.iter().map(|(name, value)| name.len().saturating_add(value_bytes(value))).sum()
}

/// Write units that writing an item of this many bytes costs.
pub const fn write_units(bytes: usize) -> usize {
    if bytes == 0 { 1 } else { bytes.div_ceil(1_024) }
}

fn value_bytes(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(text) => number_bytes(text),
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::Ss(texts) => texts.iter().map(String::len).sum(),
        AttributeValue::Ns(numbers) => numbers.iter().map(|text| number_bytes(text)).sum(),
        AttributeValue::Bs(blobs) => blobs.iter().map(|blob| blob.as_ref().len()).sum(),
        AttributeValue::L(list) => {
            let entries: usize = list.iter().map(|value| value_bytes(value).saturating_add(1)).sum();
            entries.saturating_add(3)
        }
        AttributeValue::M(map) => item_bytes(map).saturating_add(map.len()).saturating_add(3),
        _ => 1,
    }
}

fn number_bytes(text: &str) -> usize {
    let digits = text.trim_start_matches('-').trim_matches('0').len();
    digits.div_ceil(2).saturating_add(1)
}
