//! The ways to a cluster, and what comes of those that lead to none.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use std::{env, fs, io, thread};

use futures_util::future::join_all;
use serde_json::{Value, json};
use sindri::kubernetes::{Distrust, Options, Reason, Request, Unanswered, connect};

use crate::kubeconfig::{Kubeconfig, PATIENCE, ask, run};
use crate::support::{Outcome, kubectl, wait};

/// Who asks, as the server sees it.
fn name(kubeconfig: &Kubeconfig) -> Outcome<String> {
    let review = Request::review("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview", &json!({}));
    let reply = ask(&kubeconfig.file()?, &review, PATIENCE)??;
    Ok(reply.body["status"]["userInfo"]["username"].as_str().ok_or_else(|| format!("{reply:?}"))?.to_owned())
}

/// A listener of this test, for each connection of which `serve` runs.
fn listen(serve: impl Fn(TcpStream) -> io::Result<()> + Send + Sync + Clone + 'static) -> Outcome<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            thread::spawn(move || serve(stream));
        }
    });
    Ok(address)
}

/// Reads the head of a request.
fn head(stream: &TcpStream) -> io::Result<String> {
    let mut reader = BufReader::new(stream.try_clone()?.take(8192));
    let mut head = String::new();
    while reader.read_line(&mut head)? > 2 {}
    Ok(head)
}

/// A proxy that counts its tunnels.
fn proxy() -> Outcome<(String, Arc<AtomicUsize>)> {
    let count = Arc::new(AtomicUsize::new(0));
    let tunnels = count.clone();
    let address = listen(move |mut stream| {
        let head = head(&stream)?;
        let target = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()).unwrap_or_default();
        let server = TcpStream::connect(target)?;
        tunnels.fetch_add(1, Ordering::Relaxed);
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
        let (mut up, mut down) = (stream.try_clone()?, server.try_clone()?);
        thread::spawn(move || io::copy(&mut up, &mut down));
        io::copy(&mut &server, &mut stream).map(|_| ())
    })?;
    Ok((address, count))
}

#[test]
fn the_configured_credentials_are_understood() -> Outcome {
    Kubeconfig::new()?.reaches_the_server()
}

#[test]
fn many_questions_go_over_one_connection_even_through_a_proxy() -> Outcome {
    let (address, tunnels) = proxy()?;
    let kubeconfig = Kubeconfig::new()?.with_cluster("proxy-url", format!("http://{address}"));
    let file = kubeconfig.file()?;
    run(async {
        let options = Options { kubeconfig: Some(file), ..Options::default() };
        let (session, _) = connect(&options, PATIENCE).await?;
        assert_eq!(tunnels.load(Ordering::Relaxed), 0, "connecting sends nothing");
        let request = Request::raw("/api");
        for reply in join_all((0..30).map(|_| session.ask(&request))).await {
            assert_eq!(reply?.code, 200);
        }
        Ok(())
    })?;
    assert_eq!(tunnels.load(Ordering::Relaxed), 1);
    Ok(())
}

#[test]
fn a_server_that_speaks_only_plain_http_is_asked() -> Outcome {
    let address = listen(|mut stream| {
        head(&stream)?;
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 22\r\nConnection: close\r\n\r\n{\"kind\":\"APIVersions\"}")
    })?;
    Kubeconfig::at(&format!("http://{address}"))?.reaches_the_server()
}

#[test]
fn a_token_can_be_in_a_file() -> Outcome {
    let token = kubectl(&["create", "token", "default", "-n", "default"], "")?;
    let kubeconfig = Kubeconfig::new()?;
    // With the line break that every editor leaves.
    fs::write(kubeconfig.path("token"), format!("{}\n", token.trim()))?;
    let kubeconfig = kubeconfig.with_user(json!({"tokenFile": "token"}));
    assert_eq!(name(&kubeconfig)?, "system:serviceaccount:default:default");
    Ok(())
}

#[test]
fn somebody_else_can_be_impersonated() -> Outcome {
    let mut kubeconfig = Kubeconfig::new()?;
    kubeconfig.content["users"][0]["user"]["as"] = json!("ada@example.com");
    assert_eq!(name(&kubeconfig)?, "ada@example.com");
    Ok(())
}

#[test]
fn a_client_certificate_is_shown_to_the_server() -> Outcome {
    let kubeconfig = Kubeconfig::new()?;
    let person = format!("sindri-test-{}", std::process::id());
    let openssl = Command::new("openssl")
        .args([
            "req",
            "-new",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            "key",
            "-out",
        ])
        .args(["request", "-subj", &format!("/CN={person}")])
        .current_dir(kubeconfig.folder.path())
        .output()?;
    assert!(openssl.status.success(), "{openssl:?}");
    let encoded = Command::new("base64").args(["-w0", "request"]).current_dir(kubeconfig.folder.path()).output()?;
    let request = json!({
        "apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest", "metadata": {"name": person},
        "spec": {
            "request": String::from_utf8(encoded.stdout)?, "signerName": "kubernetes.io/kube-apiserver-client",
            "expirationSeconds": 3600, "usages": ["client auth"],
        },
    });
    kubectl(&["create", "-f", "-"], &request.to_string())?;
    kubectl(&["certificate", "approve", &person], "")?;
    let certificate = wait("the certificate", || {
        match kubectl(&["get", "csr", &person, "-o", "jsonpath={.status.certificate}"], "")? {
            empty if empty.is_empty() => Err(crate::support::Refusal::of("not signed yet")),
            certificate => Ok(certificate),
        }
    })?;
    kubectl(&["delete", "csr", &person], "")?;
    let key = Command::new("base64").args(["-w0", "key"]).current_dir(kubeconfig.folder.path()).output()?;
    let user = json!({"client-certificate-data": certificate, "client-key-data": String::from_utf8(key.stdout)?});
    let kubeconfig = kubeconfig.with_user(user);
    assert_eq!(name(&kubeconfig)?, person);
    // Both may be in files, whose paths are relative to the kubeconfig.
    let decoded = Command::new("sh").args(["-c", &format!("printf %s {certificate} | base64 -d")]).output()?;
    fs::write(kubeconfig.path("certificate"), decoded.stdout)?;
    let kubeconfig = kubeconfig.with_user(json!({"client-certificate": "certificate", "client-key": "key"}));
    assert_eq!(name(&kubeconfig)?, person);
    Ok(())
}

#[test]
fn a_credential_plugin_runs_once() -> Outcome {
    let token = kubectl(&["create", "token", "default", "-n", "default"], "")?;
    let kubeconfig = Kubeconfig::new()?;
    let credential = json!({
        "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
        "status": {"token": token.trim(), "expirationTimestamp": "2099-01-01T00:00:00Z"},
    });
    let script = format!(
        "#!/bin/sh\necho run >>\"$LOG\"\necho \"$KUBERNETES_EXEC_INFO\" >>\"$LOG.info\"\necho '{credential}'\n"
    );
    fs::write(kubeconfig.path("login"), script)?;
    fs::set_permissions(kubeconfig.path("login"), fs::Permissions::from_mode(0o755))?;
    let plugin = json!({
        "apiVersion": "client.authentication.k8s.io/v1", "command": "./login", "interactiveMode": "IfAvailable",
        "provideClusterInfo": true, "env": [{"name": "LOG", "value": kubeconfig.path("log")}],
    });
    let kubeconfig = kubeconfig.with_user(json!({"exec": plugin}));
    let file = kubeconfig.file()?;
    run(async {
        let options = Options { kubeconfig: Some(file), ..Options::default() };
        let (session, _) = connect(&options, PATIENCE).await?;
        let request = Request::raw("/api");
        for reply in join_all((0..10).map(|_| session.ask(&request))).await {
            assert_eq!(reply?.code, 200);
        }
        Ok(())
    })?;
    assert_eq!(fs::read_to_string(kubeconfig.path("log"))?, "run\n");
    let told: Value = serde_json::from_str(&fs::read_to_string(kubeconfig.path("log.info"))?)?;
    assert_eq!(told["spec"]["cluster"]["server"], kubeconfig.content["clusters"][0]["cluster"]["server"]);
    Ok(())
}

#[test]
fn a_token_that_the_server_does_not_know_is_not_accepted() -> Outcome {
    let error = Kubeconfig::new()?.with_user(json!({"token": "unknown"})).fails(PATIENCE)?;
    assert!(matches!(error, Unanswered::Unauthorized { .. }), "{error:?}");
    Ok(())
}

#[test]
fn what_a_person_may_not_do_is_an_answer() -> Outcome {
    let kubeconfig = Kubeconfig::new()?.with_user(json!({
        "token": kubectl(&["create", "token", "default", "-n", "default"], "")?.trim(),
    }));
    let reply = ask(&kubeconfig.file()?, &Request::raw("/api/v1/secrets"), PATIENCE)??;
    assert_eq!(reply.code, 403, "{reply:?}");
    assert!(reply.refusal().message.contains("secrets is forbidden"), "{reply:?}");
    Ok(())
}

#[test]
fn a_certificate_of_another_authority_is_not_trusted() -> Outcome {
    let kubeconfig = Kubeconfig::new()?;
    let folder = kubeconfig.folder.path().to_owned();
    let other = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            "other.key",
        ])
        .args(["-out", "other.crt", "-subj", "/CN=other"])
        .current_dir(&folder)
        .output()?;
    assert!(other.status.success(), "{other:?}");
    let mut kubeconfig = kubeconfig.with_cluster("certificate-authority", "other.crt");
    let cluster = kubeconfig.content["clusters"][0]["cluster"].as_object_mut().ok_or("no cluster")?;
    cluster.remove("certificate-authority-data");
    let error = kubeconfig.fails(PATIENCE)?;
    assert!(matches!(error, Unanswered::Untrusted { distrust: Distrust::Issuer, .. }), "{error:?}");
    // Whoever does not want to know is not told.
    cluster_without_checks(kubeconfig).reaches_the_server()
}

fn cluster_without_checks(mut kubeconfig: Kubeconfig) -> Kubeconfig {
    let cluster = &mut kubeconfig.content["clusters"][0]["cluster"];
    *cluster = json!({"server": cluster["server"], "insecure-skip-tls-verify": true});
    kubeconfig
}

#[test]
fn a_certificate_for_another_name_is_not_trusted() -> Outcome {
    let error = Kubeconfig::new()?.with_cluster("tls-server-name", "elsewhere.example.com").fails(PATIENCE)?;
    assert!(matches!(error, Unanswered::Untrusted { distrust: Distrust::Name, .. }), "{error:?}");
    assert!(format!("{error:?}").contains("elsewhere.example.com"), "{error:?}");
    // The name that is in every certificate of an API server.
    Kubeconfig::new()?.with_cluster("tls-server-name", "kubernetes.default.svc").reaches_the_server()
}

#[test]
fn nobody_listening_is_told_as_such() -> Outcome {
    let error = Kubeconfig::at("https://127.0.0.1:1")?.fails(PATIENCE)?;
    assert!(matches!(error, Unanswered::Unreachable { reason: Reason::Refused, .. }), "{error:?}");
    let error = Kubeconfig::at("https://no-such-host.invalid:6443")?.fails(PATIENCE)?;
    assert!(matches!(error, Unanswered::Unreachable { reason: Reason::NameUnknown, .. }), "{error:?}");
    Ok(())
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for_longer_than_allowed() -> Outcome {
    let address = listen(|stream| io::copy(&mut &stream, &mut io::sink()).map(|_| ()))?;
    let error = Kubeconfig::at(&format!("https://{address}"))?.fails(Duration::from_secs(2))?;
    assert!(matches!(error, Unanswered::Silent { .. }), "{error:?}");
    Ok(())
}

#[test]
fn a_server_without_tls_is_told_as_such() -> Outcome {
    let address = listen(|mut stream| {
        let mut hello = [0; 64];
        stream.read_exact(&mut hello)?;
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")
    })?;
    let error = Kubeconfig::at(&format!("https://{address}"))?.fails(PATIENCE)?;
    assert!(matches!(error, Unanswered::Unreachable { reason: Reason::Plain, .. }), "{error:?}");
    Ok(())
}

#[test]
fn a_person_with_few_rights_is_known() -> Outcome {
    // Only a bed has such a person.
    let Some(alice) = env::var_os("SINDRI_TEST_KUBECONFIG_ALICE") else { return Ok(()) };
    let reply = ask(Path::new(&alice), &Request::raw("/api/v1/nodes"), PATIENCE)??;
    assert_eq!(reply.code, 403, "{reply:?}");
    Ok(())
}
