//! Connections: how many, for how long, and what they may send.
//!
//! Who connects has a few seconds for the handshake and for each head of a request; a connection
//! on which nothing moves is closed; and neither one address nor all together have more than their
//! share. A connection too many is closed at once, so that nobody waits behind it.

use crate::guard::Peer;
use crate::limit::prefix;
use crate::server::Shared;
use crate::settings::Settings;
use crate::tls::Tls;
use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, Sleep};
use tokio_rustls::TlsAcceptor;

/// The time for a handshake.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// The time for the head of a request, and between two requests of HTTP/1.1.
const HEAD: Duration = Duration::from_secs(15);
/// How long nothing may move.
const IDLE: Duration = Duration::from_secs(60);
/// Bytes of a request's head.
const HEAD_BYTES: usize = 32 * 1024;
/// Fields of a request's head.
const HEAD_FIELDS: usize = 64;
/// Requests at the same time on one connection of HTTP/2.
const STREAMS: u32 = 32;

/// What connections come through.
#[derive(Debug)]
pub(crate) struct Door {
    tls: Arc<Tls>,
    router: Router,
    shared: Arc<Shared>,
    connections: Arc<Connections>,
}

impl Door {
    pub fn new(tls: Arc<Tls>, router: Router, shared: Arc<Shared>, settings: &Settings) -> Door {
        let most = settings.connections as usize;
        let connections = Connections { most, of_one: most.div_ceil(4), open: Mutex::default() };
        Door { tls, router, shared, connections: Arc::new(connections) }
    }
}

/// Takes connections for ever.
pub(crate) async fn serve(listener: TcpListener, door: Arc<Door>) {
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                if let Some(place) = Connections::take(&door.connections, address.ip()) {
                    let door = Arc::clone(&door);
                    tokio::spawn(async move {
                        connection(&door, stream, address).await;
                        drop(place);
                    });
                }
            }
            // No descriptor is left, or who connected has gone; neither passes at once.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Whatever goes wrong with a connection is its own end and nobody else's.
async fn connection(door: &Door, stream: TcpStream, address: SocketAddr) {
    let _ = stream.set_nodelay(true);
    let acceptor = TlsAcceptor::from(door.tls.config());
    let handshake = tokio::time::timeout(HANDSHAKE, acceptor.accept(Watched::new(stream)));
    let Ok(Ok(stream)) = handshake.await else { return };
    let certificate = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    let machine = certificate.and_then(|c| door.shared.identities.by_certificate(c));
    let peer = Peer { address, machine };
    let router = TowerToHyperService::new(door.router.clone());
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(peer.clone());
        router.call(request.map(Body::new))
    });
    let mut builder = Builder::new(TokioExecutor::new());
    let mut http1 = builder.http1();
    http1.timer(TokioTimer::new()).header_read_timeout(HEAD);
    http1.max_buf_size(HEAD_BYTES).max_headers(HEAD_FIELDS);
    let mut http2 = builder.http2();
    http2.timer(TokioTimer::new()).max_concurrent_streams(STREAMS);
    http2.max_header_list_size(HEAD_BYTES as u32).max_send_buf_size(1 << 20);
    http2.keep_alive_interval(Duration::from_secs(20)).keep_alive_timeout(HEAD);
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}

/// The connections that are open, by address.
#[derive(Debug)]
struct Connections {
    most: usize,
    of_one: usize,
    open: Mutex<(usize, HashMap<IpAddr, usize>)>,
}

/// The place of one connection.
struct Place {
    connections: Arc<Connections>,
    address: IpAddr,
}

impl Connections {
    fn take(connections: &Arc<Connections>, address: IpAddr) -> Option<Place> {
        let address = prefix(address);
        let mut open = connections.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, by_address) = &mut *open;
        let of_one = by_address.get(&address).copied().unwrap_or(0);
        if *all >= connections.most || of_one >= connections.of_one {
            return None;
        }
        *all += 1;
        by_address.insert(address, of_one + 1);
        drop(open);
        Some(Place { connections: Arc::clone(connections), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.connections.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, by_address) = &mut *open;
        *all -= 1;
        if let Some(of_one) = by_address.get_mut(&self.address) {
            *of_one -= 1;
            if *of_one == 0 {
                by_address.remove(&self.address);
            }
        }
    }
}

/// A stream that ends when nothing has moved for a while.
struct Watched {
    stream: TcpStream,
    silence: Pin<Box<Sleep>>,
}

impl Watched {
    fn new(stream: TcpStream) -> Watched {
        Watched { stream, silence: Box::pin(tokio::time::sleep(IDLE)) }
    }

    /// Takes note of what a reading or writing did; one that waits for too long ends in an error.
    fn note<T>(
        &mut self,
        done: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        match done {
            Poll::Ready(done) => {
                self.silence.as_mut().reset(Instant::now() + IDLE);
                Poll::Ready(done)
            }
            Poll::Pending => match self.silence.as_mut().poll(context) {
                Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
                Poll::Pending => Poll::Pending,
            },
        }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.note(done, context)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.note(done, context)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
