//! The least a balance costs: one signed DescribeAccountBalance over std's socket and rustls, the body printed as it came.
//!
//! `floor ADDRESS CA-FILE` asks the server at the address in the cloud's name, with the key from the environment.

use std::error::Error;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use sha2::{Digest as _, Sha256};

const HOST: &str = "billing.intl.tencentcloudapi.com";
const ACTION: &str = "DescribeAccountBalance";
const BODY: &str = r#"{"TempCredit":true}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(ca_file)) = (arguments.next(), arguments.next()) else {
        return Err("usage: floor ADDRESS CA-FILE".into());
    };
    let (id, key) = (std::env::var("TENCENTCLOUD_SECRET_ID")?, std::env::var("TENCENTCLOUD_SECRET_KEY")?);
    let mut stream = connect(&address, &ca_file)?;
    stream.write_all(signed(&id, &key, Utc::now()).as_bytes())?;
    let body = read(&mut BufReader::new(stream))?;
    io::stdout().write_all(&body)?;
    Ok(())
}

fn connect(address: &str, ca_file: &str) -> Result<StreamOwned<ClientConnection, TcpStream>, Box<dyn Error>> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    roots.add(CertificateDer::from_pem_file(ca_file)?)?;
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), ServerName::try_from(HOST)?)?;
    let socket = TcpStream::connect(address)?;
    socket.set_nodelay(true)?;
    Ok(StreamOwned::new(connection, socket))
}

/// The request, signed with TC3-HMAC-SHA256: head and body.
fn signed(id: &str, key: &str, time: DateTime<Utc>) -> String {
    let (timestamp, date) = (time.timestamp(), time.date_naive());
    let canonical = format!(
        "POST\n/\n\ncontent-type:application/json\nhost:{HOST}\n\ncontent-type;host\n{}",
        hash(BODY.as_bytes())
    );
    let scope = format!("{date}/billing/tc3_request");
    let to_sign = format!("TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{}", hash(canonical.as_bytes()));
    let derived = [&date.to_string(), "billing", "tc3_request"]
        .into_iter()
        .fold(format!("TC3{key}").into_bytes(), |key, part| keyed_hash(&key, part));
    let signature = hex::encode(keyed_hash(&derived, &to_sign));
    let length = BODY.len();
    format!(
        "POST / HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         X-TC-Action: {ACTION}\r\nX-TC-Version: 2018-07-09\r\nX-TC-Timestamp: {timestamp}\r\n\
         Authorization: TC3-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders=content-type;host, \
         Signature={signature}\r\n\r\n{BODY}"
    )
}

fn hash(data: &[u8]) -> String {
    hex::encode(Sha256::digest(data))
}

fn keyed_hash(key: &[u8], data: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(data.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// The body of a reply whose head tells its length.
fn read(stream: &mut BufReader<impl io::Read>) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut length = None;
    let mut line = String::new();
    while stream.read_line(&mut line)? > 2 {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = Some(value.trim().parse()?);
        }
        line.clear();
    }
    let mut body = vec![0; length.ok_or("the reply does not tell its length")?];
    stream.read_exact(&mut body)?;
    Ok(body)
}
