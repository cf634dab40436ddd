//! Frames of WebSocket (RFC 6455), as a client writes and reads them. Pure.
//!
//! The server's messages begin with the number of a channel. What comes of a message is handed on at once, whole or not: nothing
//! is collected, however long a message is.

use bytes::{Buf as _, Bytes, BytesMut};

/// The longest payload of a control frame.
const LONGEST_CONTROL: u64 = 125;
/// The most that a header takes: two bytes, a length of eight, a mask of four.
pub(super) const LONGEST_HEADER: usize = 14;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

/// Something that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Some bytes of a message of a channel, and whether the message ends with them.
    Message { channel: u8, bytes: Bytes, is_last: bool },
    /// The server asks whether somebody is there, and wants this back.
    Ping(Bytes),
    /// The server is there.
    Pong,
    /// The server says goodbye, and why.
    Close { code: u16, reason: String },
}

/// What no server may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server does not keep to the WebSocket protocol: {0}")]
pub struct Malformed(&'static str);

/// Takes apart what a server sends, however it is cut.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// What is left of the present frame of a message.
    left: u64,
    /// Whether the present frame is the last of its message.
    is_final: bool,
    /// Whether a message has begun and not ended.
    is_inside: bool,
    /// The channel of the present message, once it is known.
    channel: Option<u8>,
}

struct Header {
    is_final: bool,
    code: u8,
    length: u64,
    size: usize,
}

impl Reader {
    /// The next piece; none as long as more bytes are needed.
    pub(super) fn next(&mut self, read: &mut BytesMut) -> Result<Option<Piece>, Malformed> {
        loop {
            if self.left > 0 {
                return Ok(self.message(read));
            }
            let Some(header) = header(read)? else { return Ok(None) };
            if header.code >= Code::Close as u8 {
                return control(&header, read);
            }
            match (header.code, self.is_inside) {
                (0, false) => return Err(Malformed("a message goes on that has not begun")),
                (1 | 2, true) => return Err(Malformed("a message begins within another one")),
                (0..=2, _) => {}
                _ => return Err(Malformed("a frame of an unknown kind")),
            }
            read.advance(header.size);
            self.left = header.length;
            self.is_final = header.is_final;
            self.is_inside = true;
            if self.left == 0 && self.is_final {
                let channel = self.end();
                // A message that says nothing about nothing.
                let Some(channel) = channel else { continue };
                return Ok(Some(Piece::Message { channel, bytes: Bytes::new(), is_last: true }));
            }
        }
    }

    fn message(&mut self, read: &mut BytesMut) -> Option<Piece> {
        let channel = match self.channel {
            Some(channel) => channel,
            None if read.is_empty() => return None,
            None => {
                self.left -= 1;
                *self.channel.insert(read.get_u8())
            }
        };
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(read.len());
        if length == 0 && self.left > 0 {
            return None;
        }
        let bytes = read.split_to(length).freeze();
        self.left -= length as u64;
        let is_last = self.left == 0 && self.is_final;
        if is_last {
            self.end();
        }
        Some(Piece::Message { channel, bytes, is_last })
    }

    fn end(&mut self) -> Option<u8> {
        self.is_inside = false;
        self.channel.take()
    }
}

fn header(read: &[u8]) -> Result<Option<Header>, Malformed> {
    let [first, second, rest @ ..] = read else { return Ok(None) };
    if first & 0x70 != 0 {
        return Err(Malformed("an extension that nobody asked for"));
    }
    if second & 0x80 != 0 {
        return Err(Malformed("a mask"));
    }
    let (is_final, code) = (first & 0x80 != 0, first & 0x0f);
    let (length, size) = match (second & 0x7f, rest.first_chunk(), rest.first_chunk()) {
        (126, Some(length), _) => (u64::from(u16::from_be_bytes(*length)), 4),
        (127, _, Some(length)) => (u64::from_be_bytes(*length), 10),
        (126 | 127, ..) => return Ok(None),
        (short, ..) => (u64::from(short), 2),
    };
    if code >= Code::Close as u8 && (length > LONGEST_CONTROL || !is_final) {
        return Err(Malformed("a control frame that is too long"));
    }
    Ok(Some(Header { is_final, code, length, size }))
}

fn control(header: &Header, read: &mut BytesMut) -> Result<Option<Piece>, Malformed> {
    let length = usize::try_from(header.length).unwrap_or_default();
    if read.len() < header.size + length {
        return Ok(None);
    }
    read.advance(header.size);
    let payload = read.split_to(length).freeze();
    match header.code {
        code if code == Code::Close as u8 => {
            // 1005 stands for "no code".
            let (code, reason) = match payload.as_ref() {
                [high, low, reason @ ..] => (u16::from_be_bytes([*high, *low]), reason),
                _ => (1005, &[][..]),
            };
            Ok(Some(Piece::Close { code, reason: String::from_utf8_lossy(reason).into_owned() }))
        }
        code if code == Code::Ping as u8 => Ok(Some(Piece::Ping(payload))),
        code if code == Code::Pong as u8 => Ok(Some(Piece::Pong)),
        _ => Err(Malformed("a frame of an unknown kind")),
    }
}

/// Writes one whole frame to the end of `out`: with the number of a channel before the payload, if there is one.
pub(super) fn write(out: &mut BytesMut, code: Code, channel: Option<u8>, payload: &[u8], mask: [u8; 4]) {
    let length = payload.len() + usize::from(channel.is_some());
    out.reserve(LONGEST_HEADER + length);
    out.extend_from_slice(&[0x80 | code as u8]);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ ..=125), _) => out.extend_from_slice(&[0x80 | length]),
        (_, Ok(length)) => {
            out.extend_from_slice(&[0xfe]);
            out.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            out.extend_from_slice(&[0xff]);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(&mask);
    let start = out.len();
    out.extend_from_slice(channel.as_slice());
    out.extend_from_slice(payload);
    hide(out.get_mut(start..).unwrap_or_default(), mask);
}

/// Eight bytes at a time: it is done to all that is sent.
fn hide(bytes: &mut [u8], mask: [u8; 4]) {
    let [a, b, c, d] = mask;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (words, rest) = bytes.as_chunks_mut::<8>();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ wide).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= mask;
    }
}

#[cfg(test)]
mod tests {
    use bytes::{Bytes, BytesMut};
    use proptest::prelude::*;

    use super::{Code, Piece, Reader, hide, write};

    /// A frame as a server sends it.
    fn served(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![first];
        match payload.len() {
            length @ ..=125 => frame.push(u8::try_from(length).unwrap()),
            length @ ..=0xffff => {
                frame.push(126);
                frame.extend(u16::try_from(length).unwrap().to_be_bytes());
            }
            length => {
                frame.push(127);
                frame.extend((length as u64).to_be_bytes());
            }
        }
        frame.extend(payload);
        frame
    }

    /// Everything that comes of bytes that arrive in pieces of this size.
    fn read(bytes: &[u8], size: usize) -> Result<Vec<Piece>, super::Malformed> {
        let (mut reader, mut buffer, mut pieces) = (Reader::default(), BytesMut::new(), Vec::new());
        for part in bytes.chunks(size.max(1)) {
            buffer.extend_from_slice(part);
            while let Some(piece) = reader.next(&mut buffer)? {
                pieces.push(piece);
            }
        }
        assert!(buffer.is_empty(), "left: {buffer:?}");
        Ok(pieces)
    }

    /// The messages, put together again.
    fn whole(pieces: Vec<Piece>) -> Vec<(u8, Vec<u8>)> {
        let mut messages: Vec<(u8, Vec<u8>)> = Vec::new();
        let mut is_open = false;
        for piece in pieces {
            let Piece::Message { channel, bytes, is_last } = piece else { continue };
            match messages.last_mut().filter(|_| is_open) {
                Some((known, message)) => {
                    assert_eq!(*known, channel);
                    message.extend_from_slice(&bytes);
                }
                None => messages.push((channel, bytes.to_vec())),
            }
            is_open = !is_last;
        }
        assert!(!is_open);
        messages
    }

    #[test]
    fn control_frames_may_stand_within_a_message() {
        let frames = [served(0x02, &[1, 7]), served(0x89, b"hi"), served(0x8a, b""), served(0x80, &[8, 9])].concat();
        let message = |bytes: &'static [u8], is_last| Piece::Message { channel: 1, bytes: bytes.into(), is_last };
        assert_eq!(
            read(&frames, frames.len()).unwrap(),
            [message(&[7], false), Piece::Ping(Bytes::from_static(b"hi")), Piece::Pong, message(&[8, 9], true)]
        );
    }

    #[test]
    fn a_goodbye_has_a_code_and_a_reason_or_none() {
        let close = |code, reason: &str| Piece::Close { code, reason: reason.to_owned() };
        assert_eq!(read(&served(0x88, b"\x03\xe8done"), 1).unwrap(), [close(1000, "done")]);
        assert_eq!(read(&served(0x88, b""), 1).unwrap(), [close(1005, "")]);
    }

    #[test]
    fn what_no_server_may_send_is_refused() {
        for (frame, why) in [
            (served(0xc2, b"a"), "extension"),
            (served(0x80, b"a"), "not begun"),
            ([served(0x02, b"ab"), served(0x82, b"cd")].concat(), "within another"),
            (served(0x83, b"a"), "unknown kind"),
            (served(0x8b, b"a"), "unknown kind"),
            (served(0x09, b"a"), "too long"),
            (served(0x89, &[0; 126]), "too long"),
            (vec![0x82, 0x81, 0, 0, 0, 0, 1], "mask"),
        ] {
            let error = read(&frame, 1).unwrap_err();
            assert!(error.to_string().contains(why), "{frame:?}: {error}");
        }
    }

    proptest! {
        #[test]
        fn messages_arrive_however_they_are_cut(
            messages in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 0..300), 1_usize..400), 0..8),
            size in 1_usize..500,
        ) {
            let mut sent = Vec::new();
            for (channel, payload, part) in &messages {
                let message = [&[*channel], payload.as_slice()].concat();
                let parts: Vec<_> = message.chunks(*part).collect();
                for (index, part) in parts.iter().enumerate() {
                    let code = if index == 0 { 2 } else { 0 };
                    let end = if index + 1 == parts.len() { 0x80 } else { 0 };
                    sent.extend(served(code | end, part));
                }
            }
            let expected: Vec<_> = messages.into_iter().map(|(channel, payload, _)| (channel, payload)).collect();
            prop_assert_eq!(whole(read(&sent, size).unwrap()), expected);
        }

        #[test]
        fn what_is_written_can_be_read_by_a_server(
            channel in any::<Option<u8>>(),
            payload in prop::collection::vec(any::<u8>(), 0..70_000),
            mask in any::<[u8; 4]>(),
        ) {
            let mut out = BytesMut::new();
            write(&mut out, Code::Binary, channel, &payload, mask);
            let length = payload.len() + usize::from(channel.is_some());
            let size = match length { ..=125 => 2, 126..=0xffff => 4, _ => 10 };
            prop_assert_eq!((out[0], out.len()), (0x82, size + 4 + length));
            prop_assert_eq!(&out[size..size + 4], &mask);
            let mut hidden = out[size + 4..].to_vec();
            hide(&mut hidden, mask);
            prop_assert_eq!(hidden, [channel.as_slice(), &payload].concat());
        }

        #[test]
        fn nothing_that_a_server_sends_makes_it_fail(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let (mut reader, mut buffer) = (Reader::default(), BytesMut::from(bytes.as_slice()));
            while let Ok(Some(_)) = reader.next(&mut buffer) {}
        }
    }
}
