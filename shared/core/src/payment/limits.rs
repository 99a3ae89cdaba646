//! Every bound on a payment, named with its unit.

/// Sessions (attempts) an order can have; the next one is refused with `too_many_attempts`.
pub const ATTEMPTS_MAX: u8 = 20;
/// Facts that an order's item records; a verified event past that is kept beside it with outcome `past_cap`.
pub const FACTS_MAX: usize = 200;
/// Facts that decide nothing (declines, repeats) on one attempt before further ones are kept aside.
pub const IDLE_FACTS_PER_ATTEMPT_MAX: usize = 20;
/// Facts that decide nothing on one order before further ones are kept aside.
pub const IDLE_FACTS_PER_ORDER_MAX: usize = 60;
/// The largest amount, in minor units: 15 digits, which every JSON reader holds exactly (RFC 8259, section 6).
pub const AMOUNT_MINOR_MAX: u64 = 999_999_999_999_999;
/// Characters in a shop's order id.
pub const ORDER_ID_CHARS_MAX: usize = 64;
/// Characters in a shop id.
pub const SHOP_ID_CHARS_MAX: usize = 32;
/// Bytes of a provider's id (payment, refund, dispute or event) that are kept.
pub const PROVIDER_ID_BYTES_MAX: usize = 255;
/// Bytes of a provider's word or reason that are kept in a fact; the rest is cut at a character.
pub const WORD_BYTES_MAX: usize = 64;
/// Bytes of a person's note that are kept in a fact.
pub const NOTE_BYTES_MAX: usize = 500;
/// Bytes of line items, description and metadata that stay in the order's item; more goes beside it.
pub const TEXT_BYTES_IN_ITEM_MAX: usize = 200;

/// The latest first look at an open session, in milliseconds after its opening.
pub const FIRST_LOOK_MILLIS: u64 = 30 * MINUTE;
/// How old something is, in minutes, when it is looked at; after the last of these whenever it is twice as old.
pub const LOOKS_MINUTES: [u64; 4] = [1, 3, 10, 30];
/// The longest between two looks at something that is outstanding.
pub const LOOKS_APART_MILLIS_MAX: u64 = 12 * HOUR;
/// How long a question that the facts leave is put to the provider.
pub const QUESTION_MILLIS: u64 = DAY;
/// How long a provider is asked about a session that our clock ended: its checkout may be open longer than ours.
pub const DOUBT_MILLIS: u64 = DAY;
/// How long past its expiry a session may be unconfirmed before it is stuck.
pub const OVERDUE_STUCK_MILLIS: u64 = HOUR;
/// How long a slow method, or a review at the provider, may take before it is stuck.
pub const SLOW_STUCK_MILLIS: u64 = 7 * DAY;
/// How long it may be unknown whether a refund was made: until then it is asked for again where that is harmless.
pub const REFUND_UNKNOWN_STUCK_MILLIS: u64 = DAY;
/// How long a provider may have a refund under way before it is stuck.
pub const REFUND_PENDING_STUCK_MILLIS: u64 = 14 * DAY;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
