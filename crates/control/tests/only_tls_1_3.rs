//! What is not TLS 1.3 with a sound certificate is refused.

mod support;

use control::authority::Authority;
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use rustls::{ClientConfig, RootCertStore};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;
use support::{Station, client, exchange, open};

const ME: &[u8] = b"GET /v1/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

#[test]
fn plain_http_gets_no_answer_of_http() {
    let station = Station::start(|_| {});
    let mut stream = TcpStream::connect(station.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    assert!(!String::from_utf8_lossy(&bytes).contains("HTTP/"), "{bytes:?}");
}

#[test]
fn tls_1_2_is_refused_and_tls_1_3_is_taken() {
    let station = Station::start(|_| {});
    let mut roots = RootCertStore::empty();
    let pem = std::fs::read(station.folder.path().join("ca.pem")).unwrap();
    use rustls::pki_types::pem::PemObject;
    roots.add(rustls::pki_types::CertificateDer::from_pem_slice(&pem).unwrap()).unwrap();
    let of = |version| {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider);
        let builder = builder.with_protocol_versions(&[version]).unwrap();
        builder.with_root_certificates(roots.clone()).with_no_client_auth()
    };
    let health = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let old = exchange(open(station.address(), of(&rustls::version::TLS12)), health);
    assert!(old.is_err(), "TLS 1.2 was taken");
    let new = exchange(open(station.address(), of(&rustls::version::TLS13)), health).unwrap();
    assert_eq!(new.status, 200);
}

#[test]
fn a_machine_is_known_by_its_certificate() {
    let station = Station::start(|_| {});
    let authority = Authority::open(station.folder.path()).unwrap();
    let issued = authority.client("headend-2").unwrap();
    let identity = Some((issued.chain_pem.as_str(), issued.key_pem.as_str()));
    let config = client(station.folder.path(), identity);
    let answer = exchange(station.connect(config), ME).unwrap();
    assert_eq!(answer.body, r#"{"name":"headend-2","role":"operator"}"#);
    // A machine that nobody named is nobody, however sound its certificate is.
    let issued = authority.client("headend-3").unwrap();
    let identity = Some((issued.chain_pem.as_str(), issued.key_pem.as_str()));
    let config = client(station.folder.path(), identity);
    assert_eq!(exchange(station.connect(config), ME).unwrap().status, 401);
}

/// A certificate for `headend-2` by an authority, until a year.
fn issued(issuer: &Issuer<'_, KeyPair>, until: i32) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["headend-2".to_owned()]).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(until, 1, 1));
    (params.signed_by(&key, issuer).unwrap().pem(), key.serialize_pem())
}

#[test]
fn a_certificate_of_a_stranger_or_one_that_has_expired_ends_the_connection() {
    let folder = tempfile::tempdir().unwrap();
    let mut authority = CertificateParams::new(Vec::<String>::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let known = folder.path().join("known.pem");
    std::fs::write(&known, authority.self_signed(&key).unwrap().pem()).unwrap();
    let station = Station::start(|settings| settings.client_authority = Some(known));
    let good = Issuer::from_params(&authority, key);
    let strange = Issuer::from_params(&authority, KeyPair::generate().unwrap());
    let ask = |(chain, key): (String, String)| {
        let config = client(station.folder.path(), Some((&chain, &key)));
        exchange(station.connect(config), ME)
    };
    assert_eq!(ask(issued(&good, 2099)).unwrap().status, 200);
    assert!(ask(issued(&good, 2021)).is_err(), "an expired certificate was taken");
    assert!(ask(issued(&strange, 2099)).is_err(), "a stranger's certificate was taken");
}

#[test]
fn the_authority_and_its_certificate_stay_over_a_restart_and_keys_are_for_the_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = [(); 2].map(|()| {
        let authority = Authority::open(folder.path()).unwrap();
        let server = authority.server(&[]).unwrap();
        (authority.certificate_pem().to_owned(), server.chain_pem, server.key_pem)
    });
    assert_eq!(first, second);
    let other = Authority::open(folder.path()).unwrap();
    let other = other.server(&["headend.example".to_owned()]).unwrap();
    assert_ne!(other.chain_pem, first.1);
    use std::os::unix::fs::PermissionsExt;
    for name in ["ca.key", "server.key"] {
        let mode = folder.path().join(name).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}
