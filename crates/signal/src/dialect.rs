//! Which of the demo's two servers a client was written for.

/// Which of mediasoup-demo's two servers a client was written for. Their clients share one protocol but for names,
/// and for what cannot have two names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// The client has not shown it yet, or shows both. It is told what either understands.
    #[default]
    Unknown,
    /// The JavaScript server, until 2025.
    JavaScript,
    /// The TypeScript server that came after.
    TypeScript,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Unknown, Self::JavaScript, Self::TypeScript];

    /// What is known after a client showed `shown`. What it showed first stays, so that nothing changes its form in
    /// the middle of a session.
    #[must_use]
    pub const fn or(self, shown: Self) -> Self {
        match self {
            Self::Unknown => shown,
            known => known,
        }
    }
}

#[cfg(test)]
mod tests;
