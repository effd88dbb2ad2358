//! A fresh certificate authority and a server certificate with the clouds' own host names.

use std::error::Error;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;

use super::registry::PROVIDERS;

/// The names of this machine, which the certificate holds beside the hosts of the clouds: a client may dial the loopback
/// address and still name the cloud.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// The server's side of TLS, and the authority's certificate a client has to trust.
pub struct Certificate {
    /// For the listener.
    pub server: Arc<ServerConfig>,
    /// For the client, as PEM.
    pub authority: String,
}

/// Makes both anew; their keys never leave the process.
pub fn issue() -> Result<Certificate, Box<dyn Error + Send + Sync>> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority.distinguished_name.push(DnType::CommonName, "cloudbal sandbox authority");
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;

    let hosts = PROVIDERS.iter().flat_map(|provider| provider.hosts);
    let names = LOCAL.iter().chain(hosts).map(|name| (*name).to_owned());
    let mut server = CertificateParams::new(names.collect::<Vec<_>>())?;
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    server.distinguished_name.push(DnType::CommonName, "cloudbal sandbox");
    server.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate()?;
    let certificate = server.signed_by(&key, &authority)?;

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Certificate { server: Arc::new(config), authority: authority.pem() })
}
