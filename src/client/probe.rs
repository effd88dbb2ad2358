//! Checks whether a server can be reached, without a key.

use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};

use super::{Client, failure};
use crate::cloud::{Endpoint, Method, Reply, Request};
use crate::model::Result;

/// The result of probing a server.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    /// How long name lookup, connection and TLS took together.
    pub connecting: Duration,
    /// How long a reply takes over an open connection.
    pub latency: Duration,
    /// How far the server's clock is ahead of this machine's, to about a second; `None` if the reply has no date.
    pub offset: Option<TimeDelta>,
}

impl Client<'_> {
    /// Sends two requests without a signature, over the same route as questions. Only the first opens a connection, so
    /// the difference is the time to connect.
    pub async fn probe(&self, endpoint: &Endpoint) -> Result<Probe> {
        let (_, first) = self.knock(endpoint).await?;
        let (reply, latency) = self.knock(endpoint).await?;
        let half = TimeDelta::from_std(latency / 2).unwrap_or_default();
        Ok(Probe {
            connecting: first.saturating_sub(latency),
            latency,
            offset: reply.server_time().map(|time| time - (Utc::now() - half)),
        })
    }

    /// Sends one request; a reply with any status will do.
    async fn knock(&self, endpoint: &Endpoint) -> Result<(Reply, Duration)> {
        let request = Request {
            method: Method::Get,
            endpoint: endpoint.clone(),
            target: "/".to_owned(),
            headers: Vec::new(),
            body: String::new(),
            signature: String::new(),
        };
        let start = Instant::now();
        match self.send(&request).await {
            Ok(reply) => Ok((reply, start.elapsed())),
            Err(failed) => Err(*failure::advise(failed, endpoint.authority(), &self.settings).error),
        }
    }
}
