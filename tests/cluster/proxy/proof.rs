//! The proxy does what it says: otherwise nothing that is tried through it means anything.

use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::Request;
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use tokio::time::timeout;

use super::{End, Fault, Proxy, Round, Speech, trace};
use crate::support::Outcome;

const BOTH: [Speech; 2] = [Speech::Plain, Speech::Secure];

/// What one request through the proxy comes to: the status and the body, or the word `broken`.
async fn ask(client: &Client, path: &str) -> Outcome<String> {
    let Ok(response) = client.send(Request::get(path).body(Body::empty())?).await else {
        return Ok("broken".to_owned());
    };
    let status = response.status().as_u16();
    let after = response.headers().get("retry-after").cloned();
    let after = after.map(|value| format!(" after {}", value.to_str().unwrap_or("?"))).unwrap_or_default();
    match response.into_body().collect().await {
        Ok(body) => Ok(format!("{status}{after} {}", String::from_utf8_lossy(&body.to_bytes()))),
        Err(_) => Ok(format!("{status} broken")),
    }
}

async fn client(proxy: &Proxy) -> Outcome<Client> {
    let kubeconfig = Kubeconfig::read_from(proxy.kubeconfig())?;
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await?;
    config.default_retry = false;
    Ok(Client::try_from(config)?)
}

fn play(work: impl Future<Output = Outcome>) -> Outcome {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

#[test]
fn each_fault_is_what_a_client_meets() -> Outcome {
    for speech in BOTH {
        let proxy = Proxy::start(speech)?;
        play(async {
            let client = client(&proxy).await?;
            let namespace = "/api/v1/namespaces/default";
            let whole = ask(&client, namespace).await?;
            assert!(whole.starts_with("200 {") && whole.trim_end().ends_with('}'), "{whole}");
            for (fault, expected) in [
                (Fault::Refused { code: 429, retry_after: Some(1), page: false }, "429 after 1 {"),
                (Fault::Refused { code: 503, retry_after: None, page: true }, "503 <html>"),
                (Fault::ResetBefore, "broken"),
                (Fault::ResetAfter, "broken"),
                (Fault::Cut, "200 broken"),
                (Fault::Slow(Duration::from_millis(20)), "200 {"),
            ] {
                let named = format!("{fault:?}");
                proxy.play(Box::new(move |_| fault.clone()));
                let met = ask(&client, namespace).await?;
                assert!(met.starts_with(expected), "{speech:?} {named}: {met}");
                let records = proxy.records();
                let forwarded = !named.starts_with("Refused") && named != "ResetBefore";
                assert!(records.iter().all(|record| record.forwarded == forwarded), "{}", trace(&records));
            }
            for (fault, answered) in [(Fault::Deaf, false), (Fault::Mute, true)] {
                proxy.play(Box::new(move |_| fault.clone()));
                let waited = timeout(Duration::from_millis(500), ask(&client, namespace)).await;
                assert!(waited.is_err(), "{waited:?}");
                let done = |records: &[super::Record]| records.iter().any(|record| record.answered.is_some());
                assert_eq!(proxy.wait(Duration::from_millis(500), done), answered);
            }
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn a_watch_ends_as_the_script_says() -> Outcome {
    for speech in BOTH {
        let proxy = Proxy::start(speech)?;
        play(async {
            let client = client(&proxy).await?;
            let watch = "/api/v1/namespaces?watch=true&timeoutSeconds=20";
            for (end, expected) in [(End::Closed, "200 "), (End::Gone, "200 "), (End::Cut, "200 broken")] {
                proxy.play(Box::new(move |_| Fault::Watch { events: 2, end }));
                let met = ask(&client, watch).await?;
                assert!(met.starts_with(expected), "{speech:?} {end:?}: {met}");
                if !matches!(end, End::Cut) {
                    let events = met.lines().filter(|line| line.contains("\"ADDED\"")).count();
                    let gone = met.lines().filter(|line| line.contains("\"code\":410")).count();
                    assert_eq!((events, gone), (2, usize::from(matches!(end, End::Gone))), "{end:?}: {met}");
                }
            }
            proxy.play(Box::new(|_| Fault::Watch { events: 2, end: End::Silent }));
            assert!(timeout(Duration::from_millis(500), ask(&client, watch)).await.is_err());
            assert_eq!(proxy.records()[0].seen.name(), "watch namespaces");
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn a_round_is_answered_when_all_of_it_has_arrived() -> Outcome {
    for speech in BOTH {
        let proxy = Proxy::start(speech)?;
        play(async {
            let client = client(&proxy).await?;
            let round = Round::of(3);
            let held = round.clone();
            proxy.play(Box::new(move |_| Fault::Held(held.clone())));
            let first = ask(&client, "/version");
            let mut first = std::pin::pin!(first);
            assert!(timeout(Duration::from_millis(300), &mut first).await.is_err());
            assert!(!round.is_complete());
            let second = ask(&client, "/version");
            let third = ask(&client, "/readyz");
            let (first, second, third) = tokio::join!(first, second, third);
            assert!([first?, second?, third?].iter().all(|met| met.starts_with("200 ")));
            assert!(round.is_complete());
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn connections_that_are_broken_lose_what_they_carry() -> Outcome {
    for speech in BOTH {
        let proxy = Proxy::start(speech)?;
        play(async {
            let client = client(&proxy).await?;
            proxy.play(Box::new(|_| Fault::Mute));
            let asked = ask(&client, "/version");
            let broken = async {
                while proxy.records().is_empty() {
                    tokio::task::yield_now().await;
                }
                proxy.break_connections();
            };
            let (met, ()) = tokio::join!(asked, broken);
            assert_eq!(met?, "broken");
            Ok(())
        })?;
    }
    Ok(())
}
