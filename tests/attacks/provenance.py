"""Provenance that is by somebody else, is not there, says what the policy does not allow, or that nobody signed."""

import json
import re

import attached
import corpus
import hand
import predicates
import registry
import statements
from corpus import PERSON, WORKFLOW
from signers import short
from statements import HOW, OTHER_SOURCE


def make(made):
    missing(made)
    other_kinds(made)
    limits(made)
    contradictions(made)
    unsigned(made)


def missing(made):
    for way, where in (("cosign 2, key", "plain"), ("cosign 3, keyless, Rekor 2", "referrers")):
        image = made.image(f"provenance-missing-{short(way)}", where)
        made.cosign.sign(image, way, who=WORKFLOW)
        trust = made.by_workflow() if "keyless" in way else made.by_key(logged=True)
        made.case(
            image,
            "signed, and there is no provenance",
            way,
            trust,
            provenance=True,
            says="provenance",
            pinned=True,
        )

        image = made.image(f"provenance-without-signature-{short(way)}", where)
        made.cosign.attest(image, way, predicates.version1(), who=WORKFLOW)
        title = "there is provenance and no signature, and both are asked for"
        made.case(image, title, way, trust, provenance=True, says="sign")

        image = made.image(f"provenance-other-signer-{short(way)}", where)
        made.cosign.sign(image, way, who=WORKFLOW)
        made.cosign.attest(image, way, predicates.version1(), who=PERSON, key="other")
        title = "the signature is by who is trusted, the provenance by somebody else"
        made.case(image, title, way, trust, provenance=True, says=("provenance", "trust"))


def other_kinds(made):
    """A signature is not an attestation, and no attestation is a signature."""
    for way, where in (("cosign 2, key", "plain"), ("cosign 3, key, no log", "referrers")):
        trust = made.by_key()
        image = made.image(f"attestation-as-signature-{short(way)}", where)
        made.cosign.attest(image, way, predicates.version1())
        made.case(image, "there is provenance, and a signature is asked for", way, trust, says="sign")

        image = made.image(f"signature-as-provenance-{short(way)}", where)
        made.cosign.sign(image, way)
        made.case(
            image, "there is a signature, and provenance is asked for", way, trust, says="provenance", **HOW
        )

        image = made.image(f"other-attestation-{short(way)}", where)
        made.cosign.attest(image, way, {"name": "a bill of materials"}, "spdxjson")
        title = "there is a signed bill of materials, and provenance is asked for"
        made.case(image, title, way, trust, says="provenance", **HOW)

    way, trust = "cosign 2, key", made.by_key()
    image = made.image("attestation-at-the-signature")
    made.cosign.attest(image, way, predicates.version1())
    attached.put_layers(image, "sig", attached.layers(image, "att"))
    made.case(image, "an attestation was put where the signature belongs", way, trust, says="sign")

    image = made.image("signature-at-the-attestation")
    made.cosign.sign(image, way)
    attached.put_layers(image, "att", attached.layers(image, "sig"))
    made.case(
        image, "a signature was put where the attestation belongs", way, trust, says="provenance", **HOW
    )

    image = made.image("annotation-says-provenance", "referrers")
    made.cosign.sign(image, "cosign 3, key, no log")

    def claim(manifest):
        manifest["annotations"]["dev.sigstore.bundle.predicateType"] = hand.PROVENANCE_1

    attached.edit_bundle(image, lambda bundle: None, change=claim)
    title = "a signature whose manifest says that it is provenance"
    made.case(image, title, "cosign 3, key, no log", trust, says="provenance", **HOW)


def limits(made):
    """The provenance is by who is trusted, and says something else than the policy asks for."""
    others = {
        "builder": ("builder", {"builder": "https://evil.example/builder"}),
        "repository": ("source_repository", {"source": OTHER_SOURCE}),
        "repository-goes-on": ("source_repository", {"source": corpus.SOURCE + "-evil"}),
        "ref": ("ref", {"ref": "refs/heads/evil"}),
        "ref-goes-on": ("ref", {"ref": "refs/heads/main2"}),
    }
    versions = {"slsaprovenance": predicates.version02, "slsaprovenance1": predicates.version1}
    for number, (name, (key, other)) in enumerate(others.items()):
        for kind, predicate in versions.items():
            way = "cosign 2, key" if number % 2 else "cosign 3, key, no log"
            image = made.image(
                f"limit-{name}-{'1' if kind.endswith('1') else '0.2'}", ("plain", "referrers")[number % 2]
            )
            made.cosign.attest(image, way, predicate(**other), kind)
            trust = made.by_key(logged="no log" not in way, limits=predicates.limits())
            (value,) = other.values()
            title = f"the provenance is by who is trusted; its {key.replace('_', ' ')} is another"
            made.case(image, title, way, trust, says=(rf"trust\S*\.{key}", re.escape(value)), **HOW)

    way = "cosign 3, keyless, Rekor 2"
    other = WORKFLOW | {"repository": "mallory/project", "repository_owner": "mallory"}
    image = made.image("limit-certificate-repository", "referrers")
    made.cosign.attest(image, way, predicates.version1(source=OTHER_SOURCE), who=other)
    trust = made.by_workflow(limits=predicates.limits())
    title = "provenance and certificate are of another repository, whose workflow calls the trusted one"
    made.case(image, title, way, trust, says=r"trust\S*\.source_repository", **HOW)

    image = made.image("limit-certificate-ref", "referrers")
    made.cosign.attest(
        image, way, predicates.version1(ref="refs/heads/evil"), who=WORKFLOW | {"ref": "refs/heads/evil"}
    )
    title = "provenance and certificate are of another branch"
    made.case(image, title, way, trust, says=r"trust\S*\.ref", **HOW)


def contradictions(made):
    """Whoever holds a certificate can write what he likes into the provenance, but not into the certificate."""
    for way, where in (("cosign 2, keyless", "plain"), ("cosign 3, keyless, Rekor 2", "referrers")):
        others = {
            "repository": {"repository": "mallory/project", "repository_owner": "mallory"},
            "ref": {"ref": "refs/heads/evil"},
            "commit": {"sha": "f" * 40},
            "runner": {"runner_environment": "self-hosted"},
        }
        for name, claims in others.items():
            image = made.image(f"contradiction-{name}-{short(way)}", where)
            made.cosign.attest(image, way, predicates.version1(), who=WORKFLOW | claims)
            trust = made.by_workflow(limits=predicates.limits())
            title = f"the provenance says what the policy asks for; the certificate says another {name}"
            made.case(image, title, way, trust, says="certificate", **HOW)

    way = "cosign 3, keyless, Rekor 2"
    image = made.image("contradiction-without-limits", "referrers")
    made.cosign.attest(image, way, predicates.version1(source=OTHER_SOURCE), who=WORKFLOW)
    title = "the certificate is of the trusted workflow, the provenance of another repository; no limits"
    made.case(image, title, way, made.by_workflow(), says="certificate", **HOW)


def unsigned(made):
    said = predicates.version1()

    def no_signatures(bundle):
        bundle["dsseEnvelope"]["signatures"] = []

    def statement(image):
        return hand.statement([hand.subject(image)], hand.PROVENANCE_1, said)

    statements.by_hand(
        made,
        "provenance-unsigned-bundle",
        "provenance in an envelope without signatures",
        statement,
        change=no_signatures,
    )

    image = made.image("provenance-unsigned-tag")
    envelope = hand.envelope(statement(image))
    layer = attached.Layer(
        json.dumps(envelope).encode(),
        {attached.SIGNATURE: "", "predicateType": hand.PROVENANCE_1},
        attached.ENVELOPE,
    )
    attached.put_layers(image, "att", [layer])
    title = "provenance in an envelope without signatures"
    made.case(image, title, "by hand as cosign 2, key", made.by_key(), **HOW)

    image = made.image("provenance-bare", "referrers")
    attached.put_bundle(
        image,
        statement(image),
        media_type="application/vnd.in-toto+json",
        artifact_type="application/vnd.in-toto+json",
    )
    title = "provenance attached as it is, without an envelope"
    made.case(image, title, "by hand", made.by_key(), says="provenance", **HOW)

    image = inline(made, "provenance-inline")
    title = "provenance as BuildKit puts it into the index, which nobody signs"
    made.case(image, title, "by hand as BuildKit", made.by_key(), says="provenance", cosign=(2, 3), **HOW)

    image = inline(made, "provenance-inline-signed")
    made.cosign.sign(image, "cosign 3, key, no log")
    title = "provenance as BuildKit puts it into the index, and the index is signed"
    made.case(image, title, "cosign 3, key, no log", made.by_key(), says="provenance", provenance=True)


def inline(made, name):
    """An index with an attestation manifest beside the images, as `docker buildx build --provenance` makes it."""
    repository = made.registries["plain"].repository(f"attacks/{name}")
    part = registry.push_image(repository, f"{name} {made.run}")
    said = hand.statement(
        [hand.subject(part)], hand.PROVENANCE_1, predicates.version1(), "https://in-toto.io/Statement/v0.1"
    )
    layer = repository.push_blob(registry.encoded(said), "application/vnd.in-toto+json")
    layer["annotations"] = {"in-toto.io/predicate-type": hand.PROVENANCE_1}
    configuration = {
        "architecture": "unknown",
        "os": "unknown",
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
    }
    config = repository.push_blob(registry.encoded(configuration), registry.CONFIG)
    manifest = {"schemaVersion": 2, "mediaType": registry.MANIFEST, "config": config, "layers": [layer]}
    entry = repository.push_manifest(manifest) | {
        "platform": {"os": "unknown", "architecture": "unknown"},
        "annotations": {
            "vnd.docker.reference.type": "attestation-manifest",
            "vnd.docker.reference.digest": part.digest,
        },
    }
    return registry.push_index(repository, [part], more=[entry])
