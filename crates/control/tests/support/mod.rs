//! A listener with a daemon that answers with little, and a client of it.

#![allow(dead_code)]

use control::model::{
    AssetDetail, AssetFound, CheckReport, Found, PlanReport, ReloadOutcome, ServiceNow,
};
use control::token::NewToken;
use control::{Control, Desk, Live, Machine, Order, Question, Refusal, Role, Settings};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub struct Station {
    pub control: Control,
    pub folder: tempfile::TempDir,
    pub tokens: Vec<(Role, String)>,
}

/// An answer: status, head, body.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        let mut found = lines.filter(|(n, _)| n.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.trim())
    }
}

impl Station {
    /// A listener with a token for each role, named like it, and the machine `headend-2`.
    pub fn start(change: impl FnOnce(&mut Settings)) -> Station {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::loopback("127.0.0.1:0".parse().unwrap());
        settings.calls_per_minute = 100_000;
        let mut tokens = Vec::new();
        for role in Role::ALL {
            let token = NewToken::for_name(role.as_str()).unwrap();
            settings.tokens.push((role.as_str().to_owned(), role, token.hash));
            tokens.push((role, token.text));
        }
        settings.machines.push(Machine { name: "headend-2".to_owned(), role: Role::Operator });
        change(&mut settings);
        let (control, desk) = Control::start(&settings, folder.path()).unwrap();
        serve(desk);
        Station { control, folder, tokens }
    }

    pub fn address(&self) -> SocketAddr {
        self.control.address()
    }

    pub fn token(&self, role: Role) -> &str {
        &self.tokens.iter().find(|(of, _)| *of == role).unwrap().1
    }

    pub fn client(&self) -> ClientConfig {
        client(self.folder.path(), None)
    }

    pub fn connect(&self, config: ClientConfig) -> StreamOwned<ClientConnection, TcpStream> {
        open(self.address(), config)
    }

    /// Sends a request as it is, on a connection of its own.
    pub fn send(&self, request: &[u8]) -> io::Result<Answer> {
        exchange(self.connect(self.client()), request)
    }

    /// A call with a token and perhaps a body.
    pub fn call(&self, method: &str, path: &str, token: Option<&str>, body: &str) -> Answer {
        let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        let token = token.map_or(String::new(), |t| format!("Authorization: Bearer {t}\r\n"));
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{token}{kind}\
             Content-Length: {length}\r\n\r\n{body}"
        );
        self.send(request.as_bytes()).unwrap()
    }
}

pub fn client(folder: &Path, identity: Option<(&str, &str)>) -> ClientConfig {
    let pem = std::fs::read(folder.join("ca.pem")).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&pem).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    match identity {
        None => builder.with_no_client_auth(),
        Some((chain, key)) => {
            let chain = CertificateDer::pem_slice_iter(chain.as_bytes()).map(Result::unwrap);
            let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
            builder.with_client_auth_cert(chain.collect(), key).unwrap()
        }
    }
}

pub fn open(address: SocketAddr, config: ClientConfig) -> StreamOwned<ClientConnection, TcpStream> {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), stream)
}

pub fn exchange(
    mut stream: StreamOwned<ClientConnection, TcpStream>,
    request: &[u8],
) -> io::Result<Answer> {
    stream.write_all(request)?;
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        // A listener that closes at once is an answer too.
        Err(error) if bytes.is_empty() => return Err(error),
        _ => {}
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Ok(Answer { status: status.unwrap_or(0), head: head.to_owned(), body: body.to_owned() })
}

/// How things stand in the tests.
pub fn live() -> Live {
    let services = vec![ServiceNow { service: "tv-1".to_owned(), ..ServiceNow::default() }];
    Live { at: "2027-03-01T08:00:00+08:00".to_owned(), revision: 3, services, ..Live::default() }
}

fn serve(desk: Desk) {
    let Desk { questions, checks, orders, publisher } = desk;
    publisher.publish(live());
    std::thread::spawn(move || {
        let _publisher = publisher;
        for question in questions {
            answer(question);
        }
    });
    std::thread::spawn(move || {
        for ask in checks {
            ask.answer(|text| {
                let errors = usize::from(text.text.is_empty());
                let (findings, diff) = (Vec::new(), None);
                Ok(CheckReport { sound: errors == 0, errors, warnings: 0, findings, diff })
            });
        }
    });
    std::thread::spawn(move || {
        for Order::Reload(ask) in orders {
            ask.answer(|wanted| match wanted.expected_revision {
                Some(expected) if expected != 3 => Err(Refusal::Conflict("it is 3".to_owned())),
                _ => Ok(ReloadOutcome {
                    outcome: "accepted".to_owned(),
                    revision: 4,
                    effective: None,
                    findings: Vec::new(),
                    message: None,
                    diff: None,
                }),
            });
        }
    });
}

fn answer(question: Question) {
    match question {
        Question::Plan(ask) => ask.answer(|_| {
            Ok(PlanReport { from: String::new(), until: String::new(), services: Vec::new() })
        }),
        Question::Week(ask) => ask.answer(|_| {
            Ok("<!DOCTYPE html><html><head><style>p { color: red; }</style></head></html>".into())
        }),
        Question::Search(ask) => ask.answer(|_| Ok(Found { assets: Vec::new(), more: false })),
        Question::Asset(ask) => ask.answer(|id| match id.as_str() {
            "maths/1" => Ok(AssetDetail {
                asset: AssetFound::default(),
                blake3: None,
                streams: Vec::new(),
                card: serde_json::json!({}),
            }),
            _ => Err(Refusal::NotThere("there is no such asset".to_owned())),
        }),
    }
}
