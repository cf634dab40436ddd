//! How a connection becomes one of WebSocket: what is asked for, and whether the answer is to that. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use sha1::{Digest as _, Sha1};

/// What RFC 6455 adds to the key.
const ADDED: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// What is sent so that the server answers in frames.
#[derive(Clone, Debug)]
pub(super) struct Handshake {
    key: String,
    protocols: &'static [&'static str],
}

/// Why the answer is no beginning.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Foreign {
    #[error("it answers something else than was asked")]
    Accept,
    #[error("it wants to speak `{0}`")]
    Protocol(String),
}

impl Handshake {
    /// `chance` is another one each time. The protocols are those that are understood, the best first.
    pub(super) fn new(chance: [u8; 16], protocols: &'static [&'static str]) -> Self {
        Self { key: STANDARD.encode(chance), protocols }
    }

    pub(super) fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let mut headers = vec![
            (header::CONNECTION, HeaderValue::from_static("Upgrade")),
            (header::UPGRADE, HeaderValue::from_static("websocket")),
            (header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13")),
        ];
        // Both are plain letters: they always are values of a header.
        let rest = [
            (header::SEC_WEBSOCKET_KEY, self.key.clone()),
            (header::SEC_WEBSOCKET_PROTOCOL, self.protocols.join(", ")),
        ];
        headers.extend(rest.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::try_from(value).ok()?))));
        headers
    }

    /// Which of the protocols is spoken.
    pub(super) fn agree(&self, answer: &HeaderMap) -> Result<&'static str, Foreign> {
        let value = |name| answer.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
        let expected = STANDARD.encode(Sha1::digest(format!("{}{ADDED}", self.key)));
        if value(header::SEC_WEBSOCKET_ACCEPT) != expected {
            return Err(Foreign::Accept);
        }
        let wanted = value(header::SEC_WEBSOCKET_PROTOCOL);
        let known = self.protocols.iter().find(|protocol| **protocol == wanted);
        known.copied().ok_or_else(|| Foreign::Protocol(wanted.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, header};

    use super::{Foreign, Handshake};

    /// The example of RFC 6455.
    fn example() -> Handshake {
        Handshake::new(*b"the sample nonce", &["v5.channel.k8s.io", "v4.channel.k8s.io"])
    }

    fn answer(accept: &str, protocol: &str) -> HeaderMap {
        let mut answer = HeaderMap::new();
        answer.insert(header::SEC_WEBSOCKET_ACCEPT, HeaderValue::from_str(accept).unwrap());
        answer.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_str(protocol).unwrap());
        answer
    }

    #[test]
    fn the_answer_is_to_what_was_asked() {
        let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
        assert_eq!(example().agree(&answer(accept, "v4.channel.k8s.io")), Ok("v4.channel.k8s.io"));
        assert_eq!(example().agree(&answer("s3pPLMBiTxaQ9kYGzzhZRbK+xOp=", "v4.channel.k8s.io")), Err(Foreign::Accept));
        assert_eq!(example().agree(&answer(accept, "v9")), Err(Foreign::Protocol("v9".to_owned())));
        assert_eq!(example().agree(&HeaderMap::new()), Err(Foreign::Accept));
    }

    #[test]
    fn all_protocols_that_are_understood_are_offered() {
        let headers: HeaderMap = example().headers().into_iter().collect();
        assert_eq!(headers[header::SEC_WEBSOCKET_KEY], "dGhlIHNhbXBsZSBub25jZQ==");
        assert_eq!(headers[header::SEC_WEBSOCKET_PROTOCOL], "v5.channel.k8s.io, v4.channel.k8s.io");
    }
}
