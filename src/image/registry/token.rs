//! Tokens: what a registry's own place for logins gives, and where a login may go.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{self, HeaderValue};
use http::{Request, StatusCode, Uri};
use serde::Deserialize;

use super::body::text;
use super::challenge::encoded;
use super::client::Registry;
use super::limits::TOKEN;
use super::said;
use super::trouble::Problem;
use crate::image::Login;
use crate::web::Detour;

#[derive(Deserialize)]
struct Answer {
    token: Option<String>,
    access_token: Option<String>,
}

/// A token to read one repository, and nothing else, whatever the registry asks to be asked for.
pub(super) async fn fetch(registry: &Registry, realm: &str, service: Option<&str>) -> Result<HeaderValue, Problem> {
    let place = place(registry, realm)?;
    let (request, body) = question(registry, &place, service);
    let response = registry.send(request, body).await?;
    if response.status().is_redirection() {
        let to = text(response.headers(), &header::LOCATION).unwrap_or_default();
        return Err(Problem::Elsewhere { from: super::client::host(&place), to: said::place(to), why: Detour::Login });
    }
    if response.status() != StatusCode::OK {
        return Err(match registry.refusal(&place, response).await {
            // Whoever gives out tokens has no images: this is not about the image.
            Problem::Absent { host, said } => Problem::Refused { host, status: 404, said },
            other => other,
        });
    }
    let body = registry.read(&place, response, TOKEN).await?;
    let unclear = || Problem::NoToken { host: super::client::host(&place) };
    let answer: Answer = serde_json::from_slice(&body).ok().ok_or_else(unclear)?;
    let token = answer.token.or(answer.access_token).filter(|token| !token.is_empty()).ok_or_else(unclear)?;
    secret(&format!("Bearer {token}")).ok_or_else(unclear)
}

/// What is sent there: an identity token as a form, a name and a password as a header.
fn question(registry: &Registry, place: &Uri, service: Option<&str>) -> (http::request::Builder, String) {
    let scope = format!("scope={}", encoded(&format!("repository:{}:pull", registry.repository.path())));
    let service = service.map(|service| format!("service={}&", encoded(service))).unwrap_or_default();
    if let Some(token) = registry.login.as_ref().and_then(Login::identity_token) {
        let token = encoded(token);
        let form = format!("grant_type=refresh_token&{service}client_id=sindri&{scope}&refresh_token={token}");
        return (Request::post(place).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded"), form);
    }
    let between = if place.query().is_some() { '&' } else { '?' };
    let request = Request::get(format!("{place}{between}{service}{scope}"));
    match &registry.login {
        Some(login) => (request.header(header::AUTHORIZATION, basic(login)), String::new()),
        None => (request, String::new()),
    }
}

/// Where tokens are given out. Docker sends a login wherever the registry says; here it must be as safe on the way as the
/// registry itself: with TLS, or without it only where both hosts may be spoken to so.
fn place(registry: &Registry, realm: &str) -> Result<Uri, Problem> {
    let refused = |why| {
        let to = said::place(realm);
        Problem::Elsewhere { from: registry.address.host().to_owned(), to, why }
    };
    let uri: Uri = realm.parse().ok().ok_or_else(|| refused(Detour::Unclear))?;
    let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'));
    let authority = authority.ok_or_else(|| refused(Detour::Unclear))?;
    match uri.scheme_str() {
        Some("https") => Ok(uri),
        Some("http") if registry.address.is_plain() && registry.insecure.covers(authority.as_str()) => Ok(uri),
        Some("http") => Err(refused(Detour::Plain)),
        _ => Err(refused(Detour::Unclear)),
    }
}

/// A login as it is shown to a registry.
pub(super) fn basic(login: &Login) -> HeaderValue {
    let coded = STANDARD.encode(format!("{}:{}", login.username(), login.secret()));
    // Letters, digits, `+`, `/` and `=` are always fit for a header.
    secret(&format!("Basic {coded}")).unwrap_or_else(|| HeaderValue::from_static(""))
}

fn secret(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
