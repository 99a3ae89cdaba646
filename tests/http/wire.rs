//! Requests written byte by byte, for those that a client library would tidy up.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::world::{Answer, Shop, World};

/// A request exactly as it stands here.
#[derive(Debug, Clone, Default)]
pub struct Raw {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Raw {
    pub fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned(), ..Self::default() }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn key(self, key: &str) -> Self {
        self.header("authorization", &format!("Bearer {key}"))
    }

    pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }.header("content-type", "application/json")
    }
}

impl World {
    /// Sends it on a connection of its own.
    pub async fn sends(&self, raw: &Raw) -> Answer {
        let host = self.stack.url.strip_prefix("http://").expect("an address");
        let mut head =
            format!("{} {} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n", raw.method, raw.path);
        for (name, value) in &raw.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", raw.body.len()));
        let mut stream = TcpStream::connect(host).await.expect("a connection");
        stream.write_all(head.as_bytes()).await.expect("a request");
        stream.write_all(&raw.body).await.expect("a body");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("an answer");
        read(&answer).held(&raw.method, &raw.path)
    }

    /// Sends it with a shop's secret key.
    pub async fn sends_as(&self, shop: &Shop, raw: Raw) -> Answer {
        self.sends(&raw.key(&shop.secret_key)).await
    }
}

fn read(bytes: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status");
    let mut headers = reqwest::header::HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        let name: reqwest::header::HeaderName = name.parse().expect("a name");
        headers.append(name, value.parse().expect("a value"));
    }
    Answer { status: status.parse().expect("a number"), headers, body: body.to_owned() }
}
