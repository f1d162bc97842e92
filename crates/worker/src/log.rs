//! What is told to the library's log (fact sheet 5.6).

/// How grave a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// Nothing is told.
    None,
    /// What should not happen.
    Error,
    /// What was refused or dropped.
    Warn,
    /// What happens.
    Debug,
}

impl Level {
    /// The level of this name, in any case.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let names = [
            ("debug", Self::Debug),
            ("warn", Self::Warn),
            ("error", Self::Error),
            ("none", Self::None),
        ];
        let found = names.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, level)| *level)
    }

    const fn letter(self) -> char {
        match self {
            Self::Debug => 'D',
            Self::Warn => 'W',
            Self::Error | Self::None => 'E',
        }
    }
}

/// The known tags; their order is of no account.
const TAGS: [&str; 13] = [
    "info",
    "ice",
    "dtls",
    "rtp",
    "srtp",
    "rtcp",
    "rtx",
    "bwe",
    "score",
    "simulcast",
    "svc",
    "sctp",
    "message",
];

/// Tags that are enabled, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tags(u16);

impl Tags {
    fn bit(tag: &str) -> u16 {
        TAGS.iter()
            .position(|it| *it == tag)
            .map_or(0, |index| 1 << index)
    }

    /// Enables a tag; an unknown one has no effect.
    pub(crate) fn insert(&mut self, tag: &str) {
        self.0 |= Self::bit(tag);
    }

    /// Whether a tag is enabled.
    pub(crate) fn contains(self, tag: &str) -> bool {
        self.0 & Self::bit(tag) != 0
    }

    const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Which lines are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogSettings {
    pub(crate) level: Level,
    pub(crate) tags: Tags,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            level: Level::Error,
            tags: Tags::default(),
        }
    }
}

impl LogSettings {
    /// Whether lines of this level about one of these subjects are told; those without a subject are always.
    pub(crate) fn wants(self, level: Level, tags: &[&str]) -> bool {
        let is_wanted = tags.is_empty() || tags.iter().any(|tag| self.tags.contains(tag));
        level <= self.level && is_wanted
    }

    /// Whether lines of this level about any subject are told.
    pub(crate) fn wants_tagged(self, level: Level) -> bool {
        level <= self.level && !self.tags.is_empty()
    }

    /// The line as it is sent, if it is to be told at all. `place` names the part of the program, `tags` the subjects
    /// where there are some.
    pub(crate) fn line(
        self,
        level: Level,
        tags: &[&str],
        (place, text): (&str, &str),
    ) -> Option<String> {
        /// As the original.
        const MAX_LINE_BYTES: usize = 50_000;
        self.wants(level, tags).then(|| {
            let mut line = format!("{}{place}() | {text}", level.letter());
            let mut end = line.len().min(MAX_LINE_BYTES);
            while !line.is_char_boundary(end) {
                end -= 1;
            }
            line.truncate(end);
            line
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_told_when_level_and_tag_are_wanted() {
        let mut settings = LogSettings::default();
        let line = |it: LogSettings, level, tags: &[&str]| it.line(level, tags, ("A::b", "text"));
        assert_eq!(line(settings, Level::Error, &[]).unwrap(), "EA::b() | text");
        assert_eq!(line(settings, Level::Warn, &[]), None);
        settings.level = Level::Debug;
        assert_eq!(line(settings, Level::Debug, &["ice", "dtls"]), None);
        settings.tags.insert("ice");
        assert_eq!(
            line(settings, Level::Debug, &["ice", "dtls"]).unwrap(),
            "DA::b() | text"
        );
        settings.level = Level::None;
        assert_eq!(line(settings, Level::Error, &[]), None);
    }
}
