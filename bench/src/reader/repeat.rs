//! Datagrams that the reader sends every few seconds, so that consents do not end.

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use miso_netio::{Outgoing, UdpSocket};

/// How often all are sent: as RFC 7675, section 5.1, says for consents.
const INTERVAL: Duration = Duration::from_secs(5);

/// A datagram to be sent again and again. As text it is a line for the reader's standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Repeated {
    /// The address that it leaves from.
    source: IpAddr,
    /// Where it goes.
    remote: SocketAddr,
    /// The datagram.
    bytes: Vec<u8>,
}

impl Repeated {
    pub(super) const fn new(source: IpAddr, remote: SocketAddr, bytes: Vec<u8>) -> Self {
        Self {
            source,
            remote,
            bytes,
        }
    }
}

impl fmt::Display for Repeated {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "repeat {} {} ", self.source, self.remote)?;
        self.bytes
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl FromStr for Repeated {
    type Err = io::Error;

    fn from_str(line: &str) -> io::Result<Self> {
        let invalid = || io::Error::from(io::ErrorKind::InvalidData);
        let mut words = line.split_ascii_whitespace().skip(1);
        let mut word = || words.next().ok_or_else(invalid);
        let source = word()?.parse().map_err(|_| invalid())?;
        let remote = word()?.parse().map_err(|_| invalid())?;
        let pairs = word()?.as_bytes().chunks(2);
        let bytes: Option<Vec<u8>> = pairs
            .map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok())
            .collect();
        Ok(Self::new(source, remote, bytes.ok_or_else(invalid)?))
    }
}

/// What the reader repeats.
#[derive(Debug)]
pub(super) struct Repeater {
    /// What is to be repeated from now on; `None` forgets all.
    news: mpsc::Receiver<Option<Repeated>>,
    /// What is repeated.
    list: Vec<Repeated>,
    /// When it was last sent.
    sent: Instant,
}

impl Repeater {
    pub(super) fn new(news: mpsc::Receiver<Option<Repeated>>) -> Self {
        Self {
            news,
            list: Vec::new(),
            sent: Instant::now(),
        }
    }

    /// Sends what is due. Something lost is made up for by the next turn.
    pub(super) fn turn(&mut self, socket: &mut UdpSocket) {
        while let Ok(news) = self.news.try_recv() {
            match news {
                Some(repeated) => self.list.push(repeated),
                None => self.list.clear(),
            }
        }
        if self.sent.elapsed() < INTERVAL {
            return;
        }
        self.sent = Instant::now();
        socket.send(self.list.iter().map(|repeated| Outgoing {
            remote: repeated.remote,
            source: Some(repeated.source),
            payload: &repeated.bytes,
            segment_size: None,
        }));
    }
}
