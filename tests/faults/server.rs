//! A server that does to each request exactly what a script says, down to the bytes.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Request line and headers.
    pub head: String,
    pub body: String,
    pub at: Instant,
}

impl Seen {
    /// The value of a header, by its name in any letter case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The value of a field of a form that needs no decoding.
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.body.split('&').filter_map(|field| field.split_once('='));
        fields.find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

/// One thing that the server does. After the last of them it reads the next request of the connection.
#[derive(Clone)]
pub enum Step {
    Send(Vec<u8>),
    /// The same bytes so many times, as fast as they are taken.
    Repeat(Vec<u8>, u64),
    /// Byte by byte, with this pause before each.
    Drip(Vec<u8>, Duration),
    /// Says nothing until the client goes away.
    Hang,
    /// Drops the connection as if the machine had crashed.
    Reset,
    Close,
    /// Speaks TLS from now on, as the far end of a tunnel.
    StartTls(Arc<ServerConfig>),
}

type Script = dyn Fn(&Seen, usize) -> Vec<Step> + Send + Sync;

/// A server on a loopback address. It listens until the test ends.
pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Follows a script, which gets each request and its number from 1.
    pub fn start(script: impl Fn(&Seen, usize) -> Vec<Step> + Send + Sync + 'static) -> Self {
        Self::listen("127.0.0.1:0", None, script)
    }

    /// Does the same to every request.
    pub fn always(steps: Vec<Step>) -> Self {
        Self::start(move |_, _| steps.clone())
    }

    /// Speaks TLS.
    pub fn with_tls(
        tls: Arc<ServerConfig>,
        script: impl Fn(&Seen, usize) -> Vec<Step> + Send + Sync + 'static,
    ) -> Self {
        Self::listen("127.0.0.1:0", Some(tls), script)
    }

    pub fn listen(
        address: &str,
        tls: Option<Arc<ServerConfig>>,
        script: impl Fn(&Seen, usize) -> Vec<Step> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address)
            .unwrap_or_else(|error| panic!("this test needs the loopback address {address}: {error}"));
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let script: Arc<Script> = Arc::new(script);
        let record = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (tls, script, record) = (tls.clone(), Arc::clone(&script), Arc::clone(&record));
                // A client may go away at any time.
                std::thread::spawn(move || serve(stream?, tls, &*script, &record));
            }
        });
        Self { address, seen }
    }

    /// Every request that came so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// What `--endpoint` takes.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

enum Wire {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Wire {
    fn encrypted(tls: Arc<ServerConfig>, stream: TcpStream) -> Self {
        Self::Tls(Box::new(StreamOwned::new(ServerConnection::new(tls).unwrap(), stream)))
    }

    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => &stream.sock,
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.write_all(bytes),
            Self::Tls(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
        }
    }
}

fn serve(
    stream: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    script: &Script,
    record: &Mutex<Vec<Seen>>,
) -> io::Result<()> {
    let mut wire = match tls {
        Some(tls) => Wire::encrypted(tls, stream),
        None => Wire::Plain(stream),
    };
    while let Some(seen) = next_request(&mut wire)? {
        let number = {
            let mut record = record.lock().unwrap();
            record.push(seen.clone());
            record.len()
        };
        for step in script(&seen, number) {
            match step {
                Step::Send(bytes) => wire.send(&bytes)?,
                Step::Repeat(bytes, times) => (0..times).try_for_each(|_| wire.send(&bytes))?,
                Step::Drip(bytes, pause) => {
                    for byte in bytes {
                        std::thread::sleep(pause);
                        wire.send(&[byte])?;
                    }
                }
                Step::Hang => while wire.read(&mut [0; 1024])? > 0 {},
                Step::Reset => {
                    return socket2::SockRef::from(wire.socket()).set_linger(Some(Duration::ZERO));
                }
                Step::Close => return Ok(()),
                Step::StartTls(tls) => wire = Wire::encrypted(tls, wire.socket().try_clone()?),
            }
        }
    }
    Ok(())
}

fn next_request(wire: &mut Wire) -> io::Result<Option<Seen>> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = wire.read(&mut buffer)?;
        if read == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let seen = Seen { head: head.to_owned(), body: body.to_owned(), at: Instant::now() };
        let length = seen.header("content-length").map_or(0, |length| length.parse().unwrap());
        if body.len() >= length {
            return Ok(Some(seen));
        }
    }
}

/// A whole reply with its length.
pub fn reply(status: &str, headers: &str, body: &[u8]) -> Vec<Step> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    vec![Step::Send([head.as_bytes(), body].concat())]
}

/// A whole reply of JSON.
pub fn json(body: &str) -> Vec<Step> {
    reply("200 OK", "Content-Type: application/json\r\n", body.as_bytes())
}

/// Alibaba Cloud's answer to the question of the balance.
pub const BALANCE: &str = r#"{"Code":"200","Success":true,"RequestId":"r-1","Data":{"AvailableAmount":"1,828.72","Currency":"CNY"}}"#;

/// That answer as a reply.
pub fn balance() -> Vec<Step> {
    json(BALANCE)
}
