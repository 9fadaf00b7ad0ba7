//! One connection for thousands of requests, and requests that no careful client would make.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::support::{ADMIN, Answer};

/// A request to be sent. A header's value may be any bytes that HTTP allows.
#[derive(Clone, Debug)]
pub struct Sent {
    pub method: Method,
    pub path: String,
    pub headers: Vec<(&'static str, Vec<u8>)>,
    pub body: Bytes,
}

impl Sent {
    /// A request with the admin's key.
    pub fn new(method: Method, path: impl Into<String>) -> Sent {
        let key = format!("Bearer {ADMIN}").into_bytes();
        let headers = vec![(header::AUTHORIZATION.as_str(), key)];
        Sent { method, path: path.into(), headers, body: Bytes::new() }
    }

    pub fn get(path: impl Into<String>) -> Sent {
        Sent::new(Method::GET, path)
    }

    /// A request that appends events, with this content type.
    pub fn events(kind: &str, body: impl Into<Bytes>) -> Sent {
        let request = Sent::new(Method::POST, "/api/v1/events").body(body);
        request.header("content-type", kind.as_bytes())
    }

    pub fn header(mut self, name: &'static str, value: &[u8]) -> Sent {
        self.headers.push((name, value.to_vec()));
        self
    }

    pub fn body(mut self, body: impl Into<Bytes>) -> Sent {
        self.body = body.into();
        self
    }

    fn request(&self, host: SocketAddr) -> Request<Full<Bytes>> {
        let mut request = Request::builder().method(&self.method).uri(&self.path);
        request = request.header(header::HOST, host.to_string());
        for (name, value) in &self.headers {
            request = request.header(*name, HeaderValue::from_bytes(value).unwrap());
        }
        request.body(Full::new(self.body.clone())).unwrap()
    }
}

/// A connection that is opened again whenever the server has closed it.
pub struct Connection {
    address: SocketAddr,
    sender: Option<SendRequest<Full<Bytes>>>,
}

impl Connection {
    pub fn new(address: SocketAddr) -> Connection {
        Connection { address, sender: None }
    }

    /// Sends a request and reads the full answer. The server may have closed a kept connection
    /// meanwhile, so a second one is tried; a server that answers on neither fails the test.
    pub async fn send(&mut self, request: Sent) -> Answer {
        for kept in [true, false] {
            match self.try_send(&request).await {
                Ok(answer) => return answer,
                Err(error) => {
                    self.sender = None;
                    assert!(kept, "no answer to {request:?}: {error}");
                }
            }
        }
        unreachable!("the second try answers or fails")
    }

    async fn try_send(&mut self, request: &Sent) -> Result<Answer, hyper::Error> {
        if self.sender.as_ref().is_none_or(SendRequest::is_closed) {
            let stream = TcpStream::connect(self.address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (sender, connection) = handshake(TokioIo::new(stream)).await?;
            tokio::spawn(connection);
            self.sender = Some(sender);
        }
        let sender = self.sender.as_mut().unwrap();
        sender.ready().await?;
        let response = sender.send_request(request.request(self.address)).await?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
    }
}
