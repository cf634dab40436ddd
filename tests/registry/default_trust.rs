//! Who may sign where the configuration names nobody: the workflows of the image's organisation.

use std::fs;
use std::time::Duration;

use sindri::config::reference::{Digest, Reference};
use sindri::config::spec::{Signer, Verification};
use sindri::image::trust::{Account, Policy, Refused, Root, Verdict, Who};
use sindri::image::{Network, Registry, Unverified, gather};

use crate::run;
use crate::server::{Seen, Server};
use crate::verified::{plain, signed};

/// What `verify_signature: true` alone means for an image of this organisation.
fn meant(organisation: &str) -> Verification {
    let text = format!(
        "version: \"1.0\"\nname: a\ndeployment:\n  provider: kubernetes\n  resources: {{memory: 1GB, cpus: 1}}\n  \
         image_config: {{registry: ghcr.io/{organisation}/dev, tag: \"1\", verify_signature: true}}\n"
    );
    let image = sindri::config::load(text.as_bytes()).unwrap().image;
    let sindri::config::spec::Image::Chosen { verification, .. } = image else { panic!("it is chosen") };
    verification
}

/// What is signed in a folder of `signed/`, judged by what that means.
fn judged(set: &'static str, organisation: &str) -> Result<Verdict, Refused> {
    let verification = meant(organisation);
    let root = Root::parse("root.json", &fs::read_to_string(signed("trusted_root.json")).unwrap()).unwrap();
    let Signer::Identity { issuer, subject } = &verification.trust[0].signer else { panic!("it is an account") };
    let who = Who::Identity { issuer: issuer.clone(), subject: Account::of(subject).unwrap(), root };
    let policy = Policy::new(&verification, vec![who]);
    let server = Server::new(move |seen: &Seen| plain(set, &seen.path));
    let digest = Digest::of(&fs::read(signed(&format!("{set}/manifests/1"))).unwrap());
    let reference = Reference::parse(&format!("{}/team/dev@{digest}", server.host())).unwrap();
    let repository = &reference.repository;
    let beside = run(async {
        let registry = Registry::new(repository, &Network::default(), None, Duration::from_secs(20)).unwrap();
        gather(&registry, &digest, &verification).await
    });
    beside.judged(&policy, repository, &digest).map_err(|error| match error {
        Unverified::Refused(refused) => refused,
        asked @ Unverified::Asked { .. } => panic!("{asked}"),
    })
}

#[test]
fn the_workflows_of_the_organisation_may_sign() {
    for set in ["with_2", "with_3"] {
        assert!(judged(set, "example").is_ok(), "{set}");
    }
}

#[test]
fn whoever_else_has_signed_is_refused_without_naming_a_key_that_nobody_wrote() {
    for set in ["with_2", "with_3"] {
        let refused = judged(set, "other").unwrap_err();
        let said = refused.to_string();
        let name = "https://github.com/example/project/.github/workflows/build.yml@refs/heads/main";
        let issuer = "https://token.actions.githubusercontent.com";
        let reason = format!(
            "it is signed by {name} (of {issuer}), and without `trust` only workflows of https://github.com/other/ may sign"
        );
        assert!(said.contains(&reason) && !said.contains("subject_regexp"), "{said}");
        assert_eq!(
            refused.hint(),
            format!(
                "if it may: add `trust: {{ identity: {{ issuer: \"{issuer}\", subject: \"{name}\" }} }}` to \
                 `deployment.image_config`"
            )
        );
    }
    let refused = judged("with_key", "example").unwrap_err();
    let reason = "it is signed with a key, and without `trust` only workflows of https://github.com/example/ may sign";
    assert!(refused.to_string().contains(reason), "{refused}");
    assert!(refused.hint().contains("`trust: { key: cosign.pub }`"), "{}", refused.hint());
}
