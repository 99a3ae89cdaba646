//! The attribute names of the order's item, listed once. A write costs the whole item, so names are short.

/// Second after which DynamoDB may delete an item: the table's TTL attribute.
pub(super) const UNTIL: &str = "until";
/// Partition key: `pay_…`.
pub(super) const PK: &str = "pk";
/// Sort key: `order`.
pub(super) const SK: &str = "sk";
/// Partition of the order list.
pub(super) const LIST: &str = "l";
/// Sort key of the order list: 13 digits of the creation's millisecond, `#`, the payment id.
pub(super) const CREATED: &str = "c";
/// There while the order needs somebody: a copy of [`LIST`].
pub(super) const NEEDS: &str = "n";
/// The shop's id.
pub(super) const SHOP: &str = "sh";
/// The shop's id of the order.
pub(super) const ORDER: &str = "o";
/// Minor units.
pub(super) const AMOUNT: &str = "a";
/// ISO 4217 code.
pub(super) const CURRENCY: &str = "cu";
/// Millisecond of the last change.
pub(super) const UPDATED: &str = "u";
/// How often it was written.
pub(super) const VERSION: &str = "v";
/// The order's status: the fold's result.
pub(super) const STATUS: &str = "st";
/// What somebody has to look at, likewise; absent for nothing.
pub(super) const ATTENTION: &str = "att";
/// Whether the next event can be decided without reading, likewise.
pub(super) const PLAIN: &str = "p";
/// There once a try was declined, since facts are only ever added; the ordinary order never has it.
pub(super) const DECLINED: &str = "dec";
/// There when the last write changed what the shop is told.
pub(super) const TELL: &str = "tel";
/// The facts in the order of recording.
pub(super) const FACTS: &str = "f";
/// The hashes of the facts' ids; absent until the first.
pub(super) const FACT_IDS: &str = "h";
/// The sessions by attempt number.
pub(super) const SESSIONS: &str = "s";
/// The customer's e-mail address.
pub(super) const EMAIL: &str = "e";
/// The customer's country.
pub(super) const COUNTRY: &str = "co";
/// Description, metadata and line items as JSON, while they are short.
pub(super) const TEXT: &str = "tx";
/// Of those texts where they are kept beside the item.
pub(super) const TEXT_HASH: &str = "th";

/// A session's provider, within [`SESSIONS`].
pub(super) const SESSION_PROVIDER: &str = "p";
