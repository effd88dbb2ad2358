//! What is sent back: a reply as the cloud wrote it, and the body that may drip or break off.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame};
use tokio::time::Sleep;

/// How long one byte of a dripping body takes: a few hundred of them outlast every sensible time-out.
const DRIP: Duration = Duration::from_millis(250);
/// How long a broken body waits before it breaks off, so that its first part is really sent.
const BEFORE_THE_CUT: Duration = Duration::from_millis(20);

/// A reply before it goes onto the wire.
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Value of `Content-Type`.
    pub content_type: &'static str,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
    /// The whole body.
    pub body: String,
}

impl Reply {
    /// A reply without headers of its own.
    pub fn new(status: u16, content_type: &'static str, body: String) -> Self {
        Self { status, content_type, headers: Vec::new(), body }
    }

    /// A JSON reply with status 200.
    pub fn json(body: &serde_json::Value) -> Self {
        Self::new(200, "application/json", body.to_string())
    }

    /// A line of plain text.
    pub fn text(status: u16, body: &str) -> Self {
        Self::new(status, "text/plain", body.to_owned())
    }
}

/// A body that ends before its announced length; the connection is closed.
#[derive(Debug)]
pub struct CutShort;

impl std::fmt::Display for CutShort {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the connection is closed on purpose")
    }
}

impl std::error::Error for CutShort {}

/// A body sent in pieces with a pause after each; it ends well or by breaking off.
pub struct ReplyBody {
    pieces: VecDeque<Bytes>,
    pause: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
    cut: bool,
}

impl ReplyBody {
    /// The body at once.
    pub fn whole(body: Bytes) -> Self {
        Self { pieces: VecDeque::from([body]), pause: Duration::ZERO, sleep: None, cut: false }
    }

    /// The body byte by byte, for minutes.
    pub fn dripping(body: &Bytes) -> Self {
        let pieces = (0..body.len()).map(|at| body.slice(at..=at)).collect();
        Self { pieces, pause: DRIP, sleep: None, cut: false }
    }

    /// The first half of the body, then the end of the connection.
    pub fn cut_short(body: &Bytes) -> Self {
        let pieces = VecDeque::from([body.slice(..body.len() / 2)]);
        Self { pieces, pause: BEFORE_THE_CUT, sleep: None, cut: true }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = CutShort;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutShort>>> {
        if let Some(sleep) = &mut self.sleep {
            std::task::ready!(sleep.as_mut().poll(context));
            self.sleep = None;
        }
        match self.pieces.pop_front() {
            Some(piece) => {
                if !self.pause.is_zero() {
                    self.sleep = Some(Box::pin(tokio::time::sleep(self.pause)));
                }
                Poll::Ready(Some(Ok(Frame::data(piece))))
            }
            None if self.cut => Poll::Ready(Some(Err(CutShort))),
            None => Poll::Ready(None),
        }
    }
}
