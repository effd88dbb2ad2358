//! TLS with rustls and ring, and the trusted certificates.

use std::path::Path;
use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::file;
use crate::model::{Error, ErrorKind, Result};

/// The largest certificate file that is read, in bytes.
const LARGEST_FILE: u64 = 64 << 20;

/// Which certificates are trusted.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    /// The system's certificates instead of the embedded ones (`SSL_CERT_FILE` and `SSL_CERT_DIR` name them, when set).
    pub system: bool,
    /// Further certificates, from PEM files.
    pub files: Vec<CertificateFile>,
    /// Further certificates, as PEM text.
    pub pem: Option<String>,
    /// The system's certificates as well as the embedded ones.
    pub also_system: bool,
}

/// A file of certificates. It is read only once, because a pipe cannot be read again.
#[derive(Clone, Debug)]
pub struct CertificateFile(Arc<[CertificateDer<'static>]>);

impl CertificateFile {
    /// Reads a PEM file with one or more certificates.
    pub fn read(path: &Path) -> Result<Self> {
        let shown = format!("`{}`", path.display());
        let hint = "pass a PEM certificate file with `--ca-file`";
        let content = file::read_public(path, LARGEST_FILE)
            .map_err(|error| error.explain(ErrorKind::Configuration, &shown, hint))?;
        let certificates = certificates(content.bytes()).and_then(|certificates| {
            add(&mut RootCertStore::empty(), &certificates)?;
            Ok(certificates)
        });
        let wrong = |why| {
            Error::new(ErrorKind::Configuration, format!("no usable certificate in {shown}: {why}"))
                .hint(hint)
        };
        Ok(Self(certificates.map_err(wrong)?.into()))
    }
}

impl Roots {
    /// Returns whether the system's certificates may be tried after an unknown issuer.
    pub fn may_fall_back(&self) -> bool {
        !self.system && self.pem.is_none()
    }

    /// Returns the same roots with the system's certificates added.
    #[must_use]
    pub fn with_system(&self) -> Self {
        Self { also_system: true, ..self.clone() }
    }
}

/// The only place that chooses the cryptography.
fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Returns a TLS configuration that trusts these certificates.
pub fn configuration(roots: &Roots) -> Result<ClientConfig> {
    let mut store = RootCertStore::empty();
    if !roots.system {
        store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    if roots.system || roots.also_system {
        let found = rustls_native_certs::load_native_certs();
        let (added, _) = store.add_parsable_certificates(found.certs);
        if added == 0 && roots.system {
            let why = found.errors.first().map_or_else(String::new, |error| format!(": {error}"));
            return Err(Error::new(ErrorKind::Configuration, format!("no usable system certificates{why}"))
                .hint("check SSL_CERT_FILE and SSL_CERT_DIR, or pass a PEM file with `--ca-file`"));
        }
    }
    for CertificateFile(certificates) in &roots.files {
        add(&mut store, certificates).expect("they were validated when they were read");
    }
    if let Some(pem) = &roots.pem {
        certificates(pem.as_bytes())
            .and_then(|certificates| add(&mut store, &certificates))
            .map_err(|why| Error::new(ErrorKind::Configuration, why))?;
    }
    let mut configuration = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("ring supports TLS 1.2 and 1.3")
        .with_root_certificates(store)
        .with_no_client_auth();
    configuration.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(configuration)
}

fn certificates(pem: &[u8]) -> std::result::Result<Vec<CertificateDer<'static>>, String> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<std::result::Result<_, _>>()
        .map_err(|error| error.to_string())?;
    if certificates.is_empty() { Err("no `BEGIN CERTIFICATE` found".to_owned()) } else { Ok(certificates) }
}

fn add(
    store: &mut RootCertStore,
    certificates: &[CertificateDer<'static>],
) -> std::result::Result<(), String> {
    certificates
        .iter()
        .try_for_each(|certificate| store.add(certificate.clone()).map_err(|error| error.to_string()))
}
