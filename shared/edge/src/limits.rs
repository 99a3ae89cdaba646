//! Every bound of the edge, named with its unit. Those of a payment are in [`payproof::payment::limits`].

use std::time::Duration;

/// Bytes of a webhook's body; more is 413.
pub const WEBHOOK_BODY_BYTES_MAX: usize = 256 * 1024;
/// Bytes of any other request's body; more is 413.
pub const REQUEST_BODY_BYTES_MAX: usize = 64 * 1024;
/// Lines of an order. (How deep JSON may nest is serde_json's own bound, 128.)
pub const LINE_ITEMS_MAX: usize = 100;
/// Characters of a line item's name.
pub const LINE_ITEM_NAME_CHARS_MAX: usize = 250;
/// The largest quantity of one line.
pub const LINE_ITEM_QUANTITY_MAX: u64 = 1_000_000;
/// Characters of an order's description.
pub const DESCRIPTION_CHARS_MAX: usize = 500;
/// Entries of an order's metadata.
pub const METADATA_ENTRIES_MAX: usize = 20;
/// Characters of a metadata name.
pub const METADATA_NAME_CHARS_MAX: usize = 40;
/// Characters of a metadata value.
pub const METADATA_VALUE_CHARS_MAX: usize = 200;
/// Bytes of an e-mail address (RFC 5321, section 4.5.3.1.3).
pub const EMAIL_BYTES_MAX: usize = 254;
/// Characters of an idempotency key.
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 255;

/// How often a write that lost its race is decided again before the answer is 503.
pub const RACES_MAX: usize = 20;
/// How long an opening may be under way before another request may take it over.
pub const OPENING_MILLIS: u64 = 20_000;
/// How long an idempotency key may be `running` before another request may take it over.
pub const IDEMPOTENCY_RUNNING_MILLIS: u64 = 35_000;
/// How long an idempotency key is remembered.
pub const IDEMPOTENCY_KEPT_SECONDS: u64 = 24 * 3_600;
/// How long a provider has to make a checkout.
pub const CREATE_TIMEOUT: Duration = Duration::from_secs(7);
/// Events that came early and are looked at when their order or session comes.
pub const EARLY_AT_ONCE_MAX: usize = 50;
/// How long all the asking of one delivery, or of all that came early for an order, may take.
pub const WEBHOOK_ASK_TIMEOUT: Duration = Duration::from_secs(7);
/// Events of one delivery that are asked about at the same time.
pub const ASKED_AT_ONCE: usize = 16;
/// How long connecting to a provider may take.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long opening a session may take in all.
pub const OPEN_TIMEOUT: Duration = Duration::from_secs(20);
/// What is left of that for our own writes: no provider is begun that could not be ended.
pub const OPEN_MARGIN: Duration = Duration::from_secs(1);
/// How long a provider has to answer a request for a refund.
pub const REFUND_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a provider has to close a checkout, or to say what is true of it, while a merchant waits.
pub const ACT_TIMEOUT: Duration = Duration::from_secs(7);
/// How long one request works that does many things.
pub const BULK_TIMEOUT: Duration = Duration::from_secs(15);
/// How long providers are asked whose a payment is, all together.
pub const FIND_TIMEOUT: Duration = Duration::from_secs(12);
/// How long each of them is.
pub const FIND_EACH_TIMEOUT: Duration = Duration::from_secs(4);
/// Facts that one refund can take: asked for, answered, ended. An order that has no room for them takes none.
pub const FACTS_OF_A_REFUND: usize = 3;
/// Characters of what is kept of why an attempt went to its provider.
pub const WHY_CHARS_MAX: usize = 600;
/// Bytes of a provider's answer.
pub const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// Requests that one question to a provider may take.
pub const EXCHANGES_MAX: usize = 6;

/// A timer is set at least this far ahead, so that none lands behind the sweep's cursor.
pub const TIMER_AHEAD_MILLIS: u64 = 60_000;
/// How long a timer is kept past its moment.
pub const TIMER_KEPT_SECONDS: u64 = 30 * 86_400;
/// How long looking at one order may take; what is left then is due again in a minute.
pub const RECONCILE_TIMEOUT: Duration = Duration::from_secs(20);
/// Sessions of one order that are looked at in one run.
pub const RECONCILE_SESSIONS_MAX: usize = 8;
/// How long looking at one session may take while somebody waits for it.
pub const RECONCILE_BY_HAND_TIMEOUT: Duration = Duration::from_secs(8);
/// How long a provider has to answer one question about a session.
pub const LOOK_TIMEOUT: Duration = Duration::from_secs(7);
/// And how long at least, once it is asked.
pub const LOOK_TIMEOUT_LEAST: Duration = Duration::from_secs(1);
/// How long the last order of a run over many has at least: what was begun is not left undone at once.
pub const LOOK_LAST: Duration = Duration::from_secs(3);
/// How long a refund may be under way with whoever asked for it before it is asked for again.
pub const REFUND_UNDER_WAY_MILLIS: u64 = 60_000;
/// Partitions that timers are spread over.
pub const TIMER_SHARDS: u8 = 16;
/// Timers that are read and handed on at once.
pub const TIMERS_PAGE: i32 = 100;
/// How long one run of the sweep works. The next goes on where it stopped.
pub const SWEEP_TIMEOUT: Duration = Duration::from_secs(45);
/// Orders that may wait on a queue before the sweep puts no more on it.
pub const QUEUE_LONG: u64 = 10_000;
/// What we add to our own expiry for the provider's, so that ours is over first.
pub const PROVIDER_EXPIRY_MARGIN_SECONDS: u64 = 15 * 60;
/// How long an attempt item that lost its race is kept.
pub const ORPHAN_KEPT_SECONDS: u64 = 7 * 86_400;

/// How long a payment link can be used, in seconds.
pub const LINK_SECONDS: std::ops::RangeInclusive<u64> = 60..=90 * 86_400;
/// The same where nothing is said: a week.
pub const LINK_SECONDS_DEFAULT: u64 = 7 * 86_400;
/// How long a link is kept after it expired.
pub const LINK_KEPT_SECONDS: u64 = 30 * 86_400;

/// How long a note that a provider is left alone is kept after that is over.
pub const LEFT_ALONE_KEPT_SECONDS: u64 = 86_400;
/// Pages of the newest orders that one look at a shop's health reads.
pub const DIAGNOSED_PAGES_MAX: usize = 2;
/// How long all providers of a shop together have to list their webhook endpoints.
pub const ENDPOINT_CHECK_TIMEOUT: Duration = Duration::from_secs(4);
/// How long stored events are kept.
pub const EVENT_KEPT_SECONDS: u64 = 90 * 86_400;
/// Slots for notes of refused deliveries, for each shop and provider.
pub const REFUSED_SLOTS: u8 = 64;
/// How long a slot is taken.
pub const REFUSED_KEPT_SECONDS: u64 = 7 * 86_400;
/// The least time between two notes from one container.
pub const REFUSED_EVERY_MILLIS: u64 = 1_000;
/// The least time between two looks at a session that refused deliveries name, for each container.
pub const HINT_EVERY_MILLIS: u64 = 60_000;
/// Sessions that refused deliveries name and that one container looks up within that time.
pub const HINTS_MAX: usize = 60;

/// How long a shop's configuration is served from memory.
pub const SHOP_FRESH_MILLIS: u64 = 60_000;
/// How long it may be served when it cannot be read again.
pub const SHOP_USABLE_MILLIS: u64 = 15 * 60_000;
/// How long a shop that does not exist is remembered as such.
pub const SHOP_ABSENT_MILLIS: u64 = 30_000;
/// A wrong key or signature reads the configuration again, at most this often.
pub const SHOP_REREAD_MILLIS: u64 = 10_000;
/// Shops in memory.
pub const SHOPS_MAX: usize = 512;

/// Orders or events in one page of a list.
pub const PAGE_MAX: u32 = 50;

/// How long a shop has to answer when it is told something, connecting included.
pub const TELL_TIMEOUT: Duration = Duration::from_secs(8);
/// After so long a run tells its shop nothing further; what is left goes to the next run.
pub const TELL_RUN: Duration = Duration::from_secs(20);

/// Orders that `retell` has looked at at once.
pub const RETOLD_AT_ONCE: usize = 8;

/// Circuits in memory: providers and shops that failed lately.
pub const CIRCUITS_MAX: usize = 4_096;
/// For how long a session is open that is paid by hand, where its shop or its request says nothing longer: a bank
/// transfer takes days, and nobody closes it meanwhile.
pub const BY_HAND_TTL_SECONDS: u64 = 14 * 86_400;
