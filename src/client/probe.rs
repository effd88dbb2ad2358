//! Whether a server can be probe at all: the network alone, without a key.

use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};

use super::{Client, failure};
use crate::cloud::{Endpoint, Method, Reply, Request};
use crate::model::Result;

/// What reaching a server has shown.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    /// How long name, connection and TLS took together.
    pub connecting: Duration,
    /// How long a reply takes once there is a connection.
    pub latency: Duration,
    /// How far the server's clock is ahead of this machine's, to about a second; `None` when it does not tell.
    pub offset: Option<TimeDelta>,
}

impl Client<'_> {
    /// Sends two requests without a signature, the way that questions go: the first connects, the second need not.
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

    /// Any reply will do, whatever its status.
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
