//! The listener, its connections, and the way of one request to its reply.

use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::fault::FaultKind;
use super::registry::PROVIDERS;
use super::reply::{CutShort, Reply, ReplyBody};
use super::request::Request;
use super::state::State;

/// The largest body that the clouds accept.
const LARGEST_BODY: usize = 10 << 20;
/// How far the clock is ahead under the fault `skew`.
const SKEW: chrono::TimeDelta = chrono::TimeDelta::minutes(20);
/// How long to wait for connections to end when no more can be opened.
const BREATH: Duration = Duration::from_millis(10);

/// Accepts connections for ever; when this future is dropped they all end.
pub async fn listen(listener: TcpListener, acceptor: Option<TlsAcceptor>, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, acceptor.clone(), Arc::clone(&state)));
                }
                Err(_) => tokio::time::sleep(BREATH).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn converse(stream: TcpStream, acceptor: Option<TlsAcceptor>, state: Arc<State>) {
    // Both only concern speed, and a failed handshake is the client's to report.
    let _ = stream.set_nodelay(true);
    match acceptor {
        None => serve(stream, state).await,
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                serve(stream, state).await;
            }
        }
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, state: Arc<State>) {
    let service = service_fn(|request| answer(request, &state));
    // A connection that breaks, by a fault or by the client, is not an error of the sandbox.
    let _ =
        http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
}

/// `Err` closes the connection without a reply.
async fn answer(request: hyper::Request<Incoming>, state: &State) -> Result<Response<ReplyBody>, CutShort> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, LARGEST_BODY).collect().await.map_err(|_| CutShort)?.to_bytes();
    let request = Request {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body,
    };
    let metadata =
        PROVIDERS.iter().find_map(|provider| (provider.metadata)(&request, state.now().timestamp()));
    if let Some(reply) = metadata {
        return Ok(respond(reply, state.now(), None));
    }
    let Some(provider) = PROVIDERS.iter().find(|provider| (provider.recognizes)(&request)) else {
        return Ok(respond(Reply::text(404, "this is not a call of a cloud"), state.now(), None));
    };
    let struck = state.strike();
    let skew = if struck.contains(&FaultKind::Skew) { SKEW } else { chrono::TimeDelta::zero() };
    let now = state.now() + skew;
    // Faults come after the call is judged, so that a repeated nonce shows even when the first reply was lost.
    let reply = (provider.answer)(state, &request, now.timestamp());
    // Even a sleep of zero would cost a tick of the timer.
    if !state.latency.is_zero() {
        tokio::time::sleep(state.latency).await;
    }
    let fault = struck.into_iter().find(|fault| *fault != FaultKind::Skew);
    let reply = match fault {
        Some(FaultKind::Reset) => return Err(CutShort),
        Some(FaultKind::Html) => captive_portal(),
        Some(FaultKind::Error500) => (provider.failing)(state, &request),
        Some(FaultKind::Throttle) => (provider.throttled)(state, &request),
        _ => reply,
    };
    Ok(respond(reply, now, fault))
}

fn captive_portal() -> Reply {
    let page = "<!DOCTYPE html><html><head><title>Welcome</title></head><body><h1>Welcome to the hotel network</h1>\
                <p>Please sign in to go on.</p></body></html>";
    Reply::new(200, "text/html; charset=utf-8", page.to_owned())
}

fn respond(
    reply: Reply,
    now: chrono::DateTime<chrono::Utc>,
    fault: Option<FaultKind>,
) -> Response<ReplyBody> {
    let bytes = Bytes::from(reply.body);
    let mut response = Response::builder()
        .status(StatusCode::from_u16(reply.status).expect("the sandbox names real statuses"))
        .header(CONTENT_TYPE, reply.content_type)
        .header(CONTENT_LENGTH, bytes.len())
        .header(DATE, now.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    let body = match fault {
        Some(FaultKind::Slow) => ReplyBody::dripping(&bytes),
        Some(FaultKind::Truncated) => ReplyBody::cut_short(&bytes),
        _ => ReplyBody::whole(bytes),
    };
    response.body(body).expect("the sandbox's headers are plain text")
}
