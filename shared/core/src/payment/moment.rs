use std::fmt;

/// A moment in milliseconds since the Unix epoch.
///
/// Written in JSON as RFC 3339 in UTC with milliseconds, `2026-11-24T21:05:09.120Z`.
///
/// ```
/// use payproof::payment::Moment;
/// let moment = Moment::from_millis(1_795_539_242_000);
/// assert_eq!(moment.to_string(), "2026-11-24T16:54:02.000Z");
/// assert_eq!(Moment::parse_rfc3339("2026-11-24T16:54:02Z"), Some(moment));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Moment(u64);

impl Moment {
    /// The moment `millis` milliseconds after the Unix epoch.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// The moment `seconds` seconds after the Unix epoch, as providers write it.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1_000))
    }

    /// Reads RFC 3339 text; `None` for anything else or for a moment before 1970.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let millis = text.parse::<jiff::Timestamp>().ok()?.as_millisecond();
        u64::try_from(millis).ok().map(Self)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// Whole seconds since the Unix epoch.
    pub const fn seconds(self) -> u64 {
        self.0 / 1_000
    }

    /// This moment and `millis` milliseconds.
    pub const fn plus_millis(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// This moment and `seconds` seconds.
    pub const fn plus_seconds(self, seconds: u64) -> Self {
        self.plus_millis(seconds.saturating_mul(1_000))
    }

    /// Milliseconds from `earlier` to this moment, 0 where `earlier` is later.
    pub const fn millis_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The UTC day, `2026-11-24`.
    pub fn day(self) -> String {
        self.to_string().chars().take(10).collect()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = i64::try_from(self.0).unwrap_or(i64::MAX);
        let stamp = jiff::Timestamp::from_millisecond(millis).unwrap_or(jiff::Timestamp::MAX);
        write!(f, "{stamp:.3}")
    }
}

impl serde::Serialize for Moment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
