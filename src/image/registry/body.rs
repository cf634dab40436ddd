//! The body of an answer, and no more of it than was agreed.

use http::header;
use http::{HeaderMap, Response};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

use super::trouble::Problem;

/// The body of what a host answers, up to a limit.
pub(super) async fn read(host: &str, response: Response<Incoming>, limit: usize) -> Result<Vec<u8>, Problem> {
    let too_large = || Problem::TooLarge { limit: u64::try_from(limit).unwrap_or(u64::MAX) };
    let announced = text(response.headers(), &header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| usize::try_from(length).is_ok_and(|length| length > limit)) {
        return Err(too_large());
    }
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Err(Problem::Cut { host: host.to_owned() }) };
        let Some(data) = frame.data_ref() else { continue };
        if bytes.len() + data.len() > limit {
            return Err(too_large());
        }
        bytes.extend_from_slice(data);
    }
    Ok(bytes)
}

/// A header that is text.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
