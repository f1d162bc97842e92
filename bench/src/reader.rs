//! The process at which all packets end.
//!
//! **One socket, many destinations.** The reader has one UDP socket bound to the wildcard
//! address, and each destination is an address of its own in `127.0.0.0/8` with the port of
//! that socket. To the sender they are as many remotes: a route is looked up and a message is
//! sent for each. The reader needs no more than one descriptor.
//!
//! **As cheap as a network card.** On loopback the receiving half of the network stack runs in
//! the sender's time, up to the queue of the socket. So the socket accepts merged segments
//! (`UDP_GRO`), else the kernel would cut them there, which a card does by itself. The reader
//! never sleeps in a system call for the socket either, else the sender would pay for waking
//! it, tens of times per frame: while packets come it asks again and again, and between frames
//! it naps by the clock. That takes a receive buffer that holds what comes in the meantime; where
//! the system grants only a small one (`net.core.rmem_max`, for other users than root) it asks
//! without napping.

mod repeat;

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use miso_netio::process::{Core, pin_thread};
use miso_netio::{RecvBatch, UdpOptions, UdpSocket};
use miso_wire::{PacketKind, classify};
use repeat::{Repeated, Repeater};

/// Receive buffer that is asked for: several frames for 500 destinations.
const RECV_BUFFER: usize = 64 << 20;

/// The least granted buffer with which napping loses nothing.
const NAPPING_BUFFER: usize = 32 << 20;

/// How long the reader goes on asking after the last packet. Longer than the gaps within a
/// frame, shorter than those between frames.
const ASKING: Duration = Duration::from_micros(500);

/// How long it naps between two questions. Longer spares the machine, shorter needs less buffer.
const NAP: Duration = Duration::from_micros(100);

/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// How long the count of received packets must stand still to be final. Longer outlives a busier
/// machine, shorter ends sooner where packets are lost; where none is, nothing waits for it.
const SETTLED: Duration = Duration::from_secs(2);

/// A reader process, ended on drop.
#[derive(Debug)]
pub struct Reader {
    /// The process.
    child: Child,
    /// Where questions go; `None` once it was told to end.
    questions: Option<ChildStdin>,
    /// Where answers come from.
    answers: BufReader<ChildStdout>,
    /// The port of its socket.
    port: u16,
}

/// What a reader has received since its start, RTP alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Datagrams.
    pub datagrams: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Reader {
    /// Starts `program reader [--core N]`, which must call [`serve`].
    ///
    /// # Errors
    /// Those of the system; `InvalidData` if the program answers something else.
    pub fn start(program: &Path, core: Option<Core>) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.arg("reader");
        if let Some(core) = core {
            command.arg("--core").arg(core.0.to_string());
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let questions = child.stdin.take();
        let answers = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut reader = Self {
            child,
            questions,
            answers: BufReader::new(answers),
            port: 0,
        };
        let [port] = reader.answer()?;
        reader.port = u16::try_from(port).map_err(|_| io::ErrorKind::InvalidData)?;
        Ok(reader)
    }

    /// The address of destination `index`; below 10,000,000 each has its own.
    ///
    /// # Panics
    /// With a larger index.
    #[must_use]
    pub fn destination(&self, index: usize) -> SocketAddr {
        let index = u32::try_from(index)
            .ok()
            .filter(|index| *index < 10_000_000);
        let index = index.expect("fewer than ten million destinations");
        let first = u32::from(Ipv4Addr::new(127, 1, 0, 1));
        SocketAddr::from((Ipv4Addr::from(first + index), self.port))
    }

    /// Has the reader send a datagram from destination `index` every few seconds, to keep a consent alive.
    ///
    /// What must be exchanged before, a handshake for example, can be done by a socket of one's own that is bound to the
    /// destination with `reuse_port`: as long as it is open, the kernel prefers it to the reader's.
    ///
    /// # Errors
    /// Those of the pipe: the reader has ended.
    pub fn repeat(&mut self, index: usize, remote: SocketAddr, bytes: &[u8]) -> io::Result<()> {
        let source = self.destination(index).ip();
        let questions = self.questions.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        let repeated = Repeated::new(source, remote, bytes.to_vec());
        writeln!(questions, "{repeated}")
    }

    /// Has the reader forget all that it sends.
    ///
    /// # Errors
    /// Those of the pipe: the reader has ended.
    pub fn repeat_nothing(&mut self) -> io::Result<()> {
        let questions = self.questions.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        writeln!(questions, "silence")
    }

    /// What has been received, once the count stands still or has reached `expected` datagrams.
    ///
    /// # Errors
    /// Those of the pipe: the reader has ended.
    pub fn settle(&mut self, expected: u64) -> io::Result<Received> {
        let mut last = self.received()?;
        let mut since = Instant::now();
        while last.datagrams < expected && since.elapsed() < SETTLED {
            thread::sleep(LOOK);
            let now = self.received()?;
            if now != last {
                (last, since) = (now, Instant::now());
            }
        }
        Ok(last)
    }

    /// What has been received until now.
    ///
    /// # Errors
    /// Those of the pipe: the reader has ended.
    pub fn received(&mut self) -> io::Result<Received> {
        let questions = self.questions.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        questions.write_all(b"count\n")?;
        let [datagrams, bytes] = self.answer()?;
        Ok(Received { datagrams, bytes })
    }

    /// Reads a line of `N` numbers.
    fn answer<const N: usize>(&mut self) -> io::Result<[u64; N]> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let numbers: Option<Vec<u64>> = line
            .split_ascii_whitespace()
            .map(|number| number.parse().ok())
            .collect();
        let numbers = numbers.and_then(|numbers| numbers.try_into().ok());
        numbers.ok_or_else(|| io::ErrorKind::InvalidData.into())
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // The end of its input ends the process; should it hang, it is killed.
        drop(self.questions.take());
        let deadline = Instant::now() + Duration::from_secs(1);
        while matches!(self.child.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                drop(self.child.kill());
                drop(self.child.wait());
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// The counts that the socket's thread keeps for the thread that answers.
#[derive(Debug, Default)]
struct Counts {
    datagrams: AtomicU64,
    bytes: AtomicU64,
    ended: AtomicBool,
}

/// The reader process: binds a socket, prints its port, receives until the standard input ends
/// and answers each line there by the counts of datagrams and bytes.
///
/// # Errors
/// Those of the system.
pub fn serve(core: Option<Core>) -> io::Result<()> {
    let options = UdpOptions {
        // For the handshakes, see [`Reader::repeat`].
        reuse_port: true,
        recv_buffer: Some(RECV_BUFFER),
        ..UdpOptions::default()
    };
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0).into(), &options)?;
    let port = socket.local_addr().port();
    let counts = Arc::new(Counts::default());
    let (news, to_repeat) = mpsc::channel();
    let receiver = thread::spawn({
        let counts = Arc::clone(&counts);
        move || receive(socket, core, Repeater::new(to_repeat), &counts)
    });
    let mut output = io::stdout();
    writeln!(output, "{port}")?;
    output.flush()?;
    for line in io::stdin().lines() {
        let line = line?;
        let command = line.split_ascii_whitespace().next();
        let gone = match command {
            Some("repeat") => news.send(Some(line.parse()?)).is_err(),
            Some("silence") => news.send(None).is_err(),
            _ => {
                let datagrams = counts.datagrams.load(Ordering::Relaxed);
                let bytes = counts.bytes.load(Ordering::Relaxed);
                writeln!(output, "{datagrams} {bytes}")?;
                output.flush()?;
                false
            }
        };
        if gone {
            break;
        }
    }
    counts.ended.store(true, Ordering::Relaxed);
    receiver
        .join()
        .map_err(|_| io::Error::other("the receiving thread panicked"))?
}

/// Receives until told to end.
fn receive(
    mut socket: UdpSocket,
    core: Option<Core>,
    mut repeater: Repeater,
    counts: &Counts,
) -> io::Result<()> {
    core.map_or(Ok(()), pin_thread)?;
    let naps = socket.recv_buffer()? >= NAPPING_BUFFER;
    let mut batch = RecvBatch::default();
    let mut last = Instant::now();
    while !counts.ended.load(Ordering::Relaxed) {
        let datagrams = socket.recv(&mut batch)?;
        if datagrams > 0 {
            counts.add(&mut batch);
            last = Instant::now();
        } else if last.elapsed() > ASKING {
            repeater.turn(&mut socket);
            if naps {
                thread::sleep(NAP);
            }
        }
    }
    Ok(())
}

impl Counts {
    /// Counts what is RTP: a server also sends STUN, DTLS and RTCP.
    fn add(&self, batch: &mut RecvBatch) {
        let is_media = |datagram: &[u8]| classify(datagram) == PacketKind::Rtp;
        let lengths = batch
            .datagrams_mut()
            .filter(|got| is_media(got.payload))
            .map(|got| got.payload.len());
        let (datagrams, bytes) = lengths.fold((0, 0), |(datagrams, bytes), length| {
            (datagrams + 1, bytes + length as u64)
        });
        self.datagrams.fetch_add(datagrams, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}
