//! The two pipes to the library: messages of a length prefix and a FlatBuffer (fact sheet 5.4).

mod frames;

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};

use miso_worker_schema::fbs::{log, message, notification, response};

use crate::stderr::complain;

pub(crate) use frames::{Frame, Frames};

/// Bytes fetched by one read.
const READ_BYTES: usize = 65_536;
/// Bytes of answers that may wait for the library before no more requests are read. More outlives longer pauses of its
/// process, less takes less memory here.
const MAX_QUEUED: usize = 16 << 20;
/// Bytes that may wait before media, messages, traces and log lines are dropped instead of queued.
const MAX_QUEUED_BULK: usize = 4 << 20;

/// The channel.
pub(crate) struct Channel {
    reader: File,
    writer: File,
    pub(crate) frames: Frames,
    queue: VecDeque<u8>,
    builder: planus::Builder,
    /// Notifications and log lines that were dropped since too much was waiting.
    dropped: u64,
    buffer: Box<[u8]>,
}

impl Channel {
    /// A channel over two descriptors that do not block.
    pub(crate) fn new(reader: File, writer: File) -> Self {
        Self {
            reader,
            writer,
            frames: Frames::default(),
            queue: VecDeque::new(),
            builder: planus::Builder::new(),
            dropped: 0,
            buffer: vec![0; READ_BYTES].into_boxed_slice(),
        }
    }

    /// Where requests come from.
    pub(crate) fn reader(&self) -> BorrowedFd<'_> {
        self.reader.as_fd()
    }

    /// Where answers go.
    pub(crate) fn writer(&self) -> BorrowedFd<'_> {
        self.writer.as_fd()
    }

    /// Fetches what one read gives. False when there is nothing more at present.
    ///
    /// # Errors
    /// `UnexpectedEof` when the library closed its end, else those of the system.
    pub(crate) fn read(&mut self) -> io::Result<bool> {
        loop {
            match self.reader.read(&mut self.buffer) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(length) => {
                    self.frames
                        .push(self.buffer.get(..length).unwrap_or_default());
                    return Ok(true);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
        }
    }

    /// Whether so much waits for the library that it must not be served further for now.
    pub(crate) fn is_congested(&self) -> bool {
        self.queue.len() > MAX_QUEUED
    }

    /// Whether anything waits for the library.
    pub(crate) fn has_queued(&self) -> bool {
        !self.queue.is_empty()
    }

    /// How much was dropped since too much was waiting.
    pub(crate) const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Queues an answer, or an error if it is too long for the channel.
    pub(crate) fn respond(&mut self, response: response::Response) {
        let id = response.id;
        if self.send(message::Body::Response(Box::new(response))) {
            return;
        }
        self.send(message::Body::Response(Box::new(response::Response {
            id,
            accepted: false,
            body: None,
            error: Some("Error".to_owned()),
            reason: Some("the answer is too long for the channel".to_owned()),
        })));
    }

    /// Queues a notification.
    pub(crate) fn notify(
        &mut self,
        handler_id: String,
        event: notification::Event,
        body: Option<notification::Body>,
    ) {
        use notification::Event::{
            ConsumerRtp, ConsumerTrace, DataconsumerMessage, DirecttransportRtcp, ProducerTrace,
            TransportTrace,
        };
        let is_bulk = matches!(
            event,
            ConsumerRtp
                | ConsumerTrace
                | DataconsumerMessage
                | DirecttransportRtcp
                | ProducerTrace
                | TransportTrace
        );
        if is_bulk && self.queue.len() > MAX_QUEUED_BULK {
            self.dropped += 1;
            return;
        }
        let notification = notification::Notification {
            handler_id,
            event,
            body,
        };
        self.send(message::Body::Notification(Box::new(notification)));
    }

    /// Queues a log line.
    pub(crate) fn log(&mut self, data: String) {
        if self.queue.len() > MAX_QUEUED_BULK {
            self.dropped += 1;
            return;
        }
        self.send(message::Body::Log(Box::new(log::Log { data })));
    }

    /// Queues a message; false if it is too long.
    fn send(&mut self, data: message::Body) -> bool {
        self.builder.clear();
        let bytes = self.builder.finish(message::Message { data }, None);
        let Some(prefix) = frames::prefix(bytes.len()) else {
            self.dropped += 1;
            complain(format_args!(
                "a message of {} bytes is too long for the channel",
                bytes.len()
            ));
            return false;
        };
        self.queue.extend(prefix);
        self.queue.extend(bytes);
        true
    }

    /// Writes what the pipe takes.
    ///
    /// # Errors
    /// Those of the system: the library is gone.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        while !self.queue.is_empty() {
            let (front, back) = self.queue.as_slices();
            match self
                .writer
                .write_vectored(&[IoSlice::new(front), IoSlice::new(back)])
            {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(taken) => drop(self.queue.drain(..taken)),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
