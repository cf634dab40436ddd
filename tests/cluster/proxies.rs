//! Proxies of every kind, with real traffic through them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::authority::{Authority, FUTURE, PAST, PRESENT};
use crate::forwarding::{Forwarder, Login, Speaks};
use crate::support::{Desk, Ended, Namespace, Outcome, dev, kubectl};

/// What only a proxy knows: the server of the tests.
const NAME: &str = "kubernetes.only-the-proxy-knows.invalid";
const SERVER: &str = "https://kubernetes.only-the-proxy-knows.invalid:6443";
const KNOWN: Login = Some(("ada", "p@ss:word/1"));
const WRITTEN: &str = "ada:p%40ss%3Aword%2F1@";

/// How often a proxy was asked for the server. The registry of the image is asked through the same one.
fn asked(forwarder: &Forwarder) -> Vec<String> {
    forwarder.asked().into_iter().filter(|name| name.starts_with(NAME)).collect()
}

/// A desk whose kubeconfig names the server so that only a proxy finds it, and the address where it really is.
struct Far {
    desk: Desk,
    really: String,
    namespace: Namespace,
    authority: Authority,
}

impl Far {
    fn new() -> Outcome<Self> {
        let namespace = Namespace::new("restricted")?;
        let desk = Desk::new(&dev(&namespace, "", ""))?;
        let mut far = Self { desk, really: String::new(), namespace, authority: Authority::new()? };
        far.really = far.point_at(None)?;
        Ok(far)
    }

    /// Writes the kubeconfig, and says where the server really is.
    fn point_at(&self, proxy: Option<&str>) -> Outcome<String> {
        let written = kubectl(&["config", "view", "--raw", "--minify", "--flatten", "-o", "json"], "")?;
        let mut kubeconfig: Value = serde_json::from_str(&written)?;
        let context = std::env::var("SINDRI_TEST_CONTEXT")?;
        kubeconfig["current-context"] = Value::from(context);
        let cluster = &mut kubeconfig["clusters"][0]["cluster"];
        let really = cluster["server"].as_str().unwrap_or_default().trim_start_matches("https://").to_owned();
        cluster["server"] = SERVER.into();
        // The name that is in every certificate of an API server.
        cluster["tls-server-name"] = "kubernetes.default.svc".into();
        let own = STANDARD.decode(cluster["certificate-authority-data"].as_str().ok_or("no authority")?)?;
        let both = format!("{}\n{}", String::from_utf8(own)?, self.authority.pem()?);
        cluster["certificate-authority-data"] = STANDARD.encode(both).into();
        if let Some(proxy) = proxy {
            cluster["proxy-url"] = proxy.into();
        }
        self.desk.write("kubeconfig", &kubeconfig.to_string())?;
        Ok(really)
    }

    fn plan(&self, variables: &[(&str, &str)]) -> Outcome<Ended> {
        self.desk.sindri_with(variables, &["plan", "--timeout", "20s"])
    }

    fn forwarder(&self, speaks: Speaks, login: Login) -> Outcome<Forwarder> {
        Forwarder::to(&self.really, speaks, login)
    }

    fn https(&self) -> Outcome<Speaks> {
        Ok(Speaks::Https(self.authority.sign("proxy", PRESENT)?.acceptor()?))
    }
}

#[test]
fn a_plan_is_made_through_every_kind_of_proxy_and_over_one_connection() -> Outcome {
    let far = Far::new()?;
    let kinds =
        [("http", Speaks::Http), ("https", far.https()?), ("socks5", Speaks::Socks), ("socks5h", Speaks::Socks)];
    for (scheme, speaks) in kinds {
        for (login, written) in [(None, ""), (KNOWN, WRITTEN)] {
            let forwarder = far.forwarder(speaks.clone(), login)?;
            let proxy = format!("{scheme}://{written}{}", forwarder.address);
            far.point_at(Some(&proxy))?;
            // What the kubeconfig says holds, whatever the environment says.
            far.plan(&[("NO_PROXY", "*"), ("HTTPS_PROXY", "http://127.0.0.1:1")])?
                .ends(0)
                .says(SERVER)
                .says("3 to create");
            far.point_at(None)?;
            far.plan(&[("HTTPS_PROXY", &proxy)])?.ends(0).says("3 to create");
            far.plan(&[("https_proxy", &proxy), ("NO_PROXY", "elsewhere.com,10.0.0.0/8")])?.ends(0);
            assert_eq!(asked(&forwarder), [format!("{NAME}:6443"), format!("{NAME}:6443"), format!("{NAME}:6443")]);
        }
    }
    Ok(())
}

#[test]
fn a_deploy_and_a_program_in_the_environment_go_through_a_proxy_over_one_connection_each() -> Outcome {
    let far = Far::new()?;
    let forwarder = far.forwarder(Speaks::Socks, KNOWN)?;
    far.point_at(Some(&format!("socks5://{WRITTEN}{}", forwarder.address)))?;
    far.desk.sindri(&["deploy", "--yes"])?.ends(0).says("dev is ready");
    far.namespace.get("deployment/dev")?;
    assert_eq!(asked(&forwarder).len(), 1);
    far.desk.sindri(&["connect", "--", "echo", "through"])?.ends(0).says("through");
    assert_eq!(asked(&forwarder).len(), 2);
    Ok(())
}

#[test]
fn whom_no_proxy_leaves_out_is_asked_directly() -> Outcome {
    let far = Far::new()?;
    let forwarder = far.forwarder(Speaks::Http, None)?;
    let proxy = format!("http://{}", forwarder.address);
    for left_out in ["*", NAME, "only-the-proxy-knows.invalid", ".invalid", "a.com, *.invalid:6443"] {
        let directly = far.plan(&[("HTTPS_PROXY", &proxy), ("NO_PROXY", left_out)])?;
        directly.ends(1).says("its name is not known here").hides("proxy http");
    }
    far.plan(&[("HTTP_PROXY", &proxy)])?.ends(1).says("its name is not known here");
    assert_eq!(asked(&forwarder), Vec::<String>::new());
    Ok(())
}

#[test]
fn a_proxy_that_does_not_lead_to_the_server_is_told_as_such() -> Outcome {
    let far = Far::new()?;
    let says = |proxy: &str, text: &str| -> Outcome {
        far.point_at(Some(proxy))?;
        let (_, address) = proxy.rsplit_once('@').unwrap_or(("", proxy));
        let address = address.split_once("://").map_or(address, |(_, address)| address);
        let failed = far.plan(&[])?;
        failed.ends(1).says(&format!("{address}, which should lead to the server {SERVER}, {text}")).hides("word");
        Ok(())
    };
    for (scheme, speaks) in [("http", Speaks::Http), ("https", far.https()?), ("socks5", Speaks::Socks)] {
        let forwarder = far.forwarder(speaks.clone(), KNOWN)?;
        says(&format!("{scheme}://{}", forwarder.address), "asks for a login")?;
        says(&format!("{scheme}://ada:word@{}", forwarder.address), "does not accept the login")?;
        assert_eq!(asked(&forwarder), Vec::<String>::new());
        says(&format!("{scheme}://127.0.0.1:1"), "cannot be reached: nobody listens there")?;
    }
    let forwarder = far.forwarder(Speaks::Http, None)?;
    says(&format!("https://{}", forwarder.address), "cannot be reached: it does not speak TLS")?;
    says(&format!("socks5://{}", forwarder.address), "does not speak SOCKS 5")?;
    says("http://no-such-proxy.invalid:3128", "cannot be reached: its name is not known here")?;
    Ok(())
}

#[test]
fn the_certificate_of_a_proxy_is_looked_at() -> Outcome {
    let far = Far::new()?;
    let stranger = Authority::new()?.sign("proxy", PRESENT)?;
    let cases = [
        (stranger, "is not from the authority that the kubeconfig trusts"),
        (far.authority.sign("proxy", PAST)?, "expired on 2020-02-01T00:00:00Z, and now it is 2"),
        (far.authority.sign("proxy", FUTURE)?, "is valid only from 2119-01-01T00:00:00Z on, and now it is 2"),
    ];
    for (signed, text) in cases {
        let forwarder = far.forwarder(Speaks::Https(signed.acceptor()?), None)?;
        far.point_at(Some(&format!("https://{}", forwarder.address)))?;
        let failed = far.plan(&[])?;
        failed
            .ends(1)
            .says(&format!("the proxy https://{}", forwarder.address))
            .says("has a certificate that ")
            .says(text);
        failed.says(&format!("openssl s_client -connect {}", forwarder.address));
    }
    Ok(())
}
