"""Provenance that says the wrong thing, of the wrong image, or that nobody signed."""

import hashlib
import json
import re

import attached
import corpus
import hand
import predicates
import registry
from corpus import ACCEPTED, PERSON, WORKFLOW
from signers import short

HOW = {"signature": False, "provenance": True}
OTHER_SOURCE = "https://github.com/mallory/project"


def make(made):
    missing(made)
    other_kinds(made)
    limits(made)
    contradictions(made)
    subjects(made)
    unsigned(made)
    predicates_by_hand(made)


def missing(made):
    for way, where in (("cosign 2, key", "plain"), ("cosign 3, keyless, Rekor 2", "referrers")):
        image = made.image(f"provenance-missing-{short(way)}", where)
        made.cosign.sign(image, way, who=WORKFLOW)
        trust = made.by_workflow() if "keyless" in way else made.by_key(logged=True)
        made.case(image, "signed, and there is no provenance", way, trust, provenance=True, says="provenance", pinned=True)

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
        made.case(image, "there is a signature, and provenance is asked for", way, trust, says="provenance", **HOW)

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
    made.case(image, "a signature was put where the attestation belongs", way, trust, says="provenance", **HOW)

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
            image = made.image(f"limit-{name}-{'1' if kind.endswith('1') else '0.2'}", ("plain", "referrers")[number % 2])
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
    made.cosign.attest(image, way, predicates.version1(ref="refs/heads/evil"), who=WORKFLOW | {"ref": "refs/heads/evil"})
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


def by_hand(made, name, title, said, expected="refused", where="referrers", says=(), trust=None, change=None):
    """A bundle signed by the trusted key; `said` makes the statement for the image."""
    image = made.image(name, where)
    signer = made.signer()
    bundle = hand.bundle(hand.envelope(said(image), signer), signer)
    if change:
        change(bundle)
    attached.put_bundle(image, bundle)
    way = "by hand as cosign 3, key, no log"
    made.case(image, title, way, trust or made.by_key(), expected, says=says, **HOW)


def subjects(made):
    """What the provenance is of."""
    wrong = {"name": "other", "digest": {"sha256": "0" * 64}}

    def of(*found):
        return lambda image: hand.statement(
            [each(image) if callable(each) else each for each in found], hand.PROVENANCE_1, predicates.version1()
        )

    def with_digest(**digests):
        return lambda image: {"name": "image", "digest": {name: value(image) for name, value in digests.items()}}

    def right(image):
        return image.digest.removeprefix("sha256:")

    def longer(image):
        manifest = image.repository.ask("GET", f"manifests/{image.digest}", (200,), None, {"Accept": registry.MANIFEST})[2]
        return hashlib.sha512(manifest).hexdigest()

    by_hand(made, "subject-removed", "the provenance names no image", of())
    by_hand(made, "subject-other", "the provenance names another image", of(wrong))
    by_hand(made, "subject-right-and-wrong", "the provenance names this image and another one", of(hand.subject, wrong), ACCEPTED)
    by_hand(made, "subject-wrong-and-right", "the provenance names another image and this one", of(wrong, hand.subject), ACCEPTED)
    by_hand(made, "subject-other-name", "the provenance names the image by its digest under another name", of(with_digest(sha256=right)), ACCEPTED)
    by_hand(made, "subject-sha512", "the provenance names the image by another algorithm", of(with_digest(sha512=longer)))
    by_hand(made, "subject-other-algorithm", "the image's digest stands under another algorithm", of(with_digest(sha1=right)))
    by_hand(made, "subject-no-digest", "the provenance names the image by name alone", of(lambda image: {"name": image.written, "digest": {}}))
    by_hand(made, "subject-prefixed", "the digest is written with its algorithm", of(with_digest(sha256=lambda image: image.digest)))
    by_hand(made, "subject-shortened", "the digest is cut short", of(with_digest(sha256=lambda image: right(image)[:12])))


def unsigned(made):
    way, said = "by hand as cosign 3, key, no log", predicates.version1()

    def no_signatures(bundle):
        bundle["dsseEnvelope"]["signatures"] = []

    def statement(image):
        return hand.statement([hand.subject(image)], hand.PROVENANCE_1, said)

    by_hand(made, "provenance-unsigned-bundle", "provenance in an envelope without signatures", statement, change=no_signatures)

    image = made.image("provenance-unsigned-tag")
    envelope = hand.envelope(statement(image))
    layer = attached.Layer(json.dumps(envelope).encode(), {attached.SIGNATURE: "", "predicateType": hand.PROVENANCE_1}, attached.ENVELOPE)
    attached.put_layers(image, "att", [layer])
    title = "provenance in an envelope without signatures"
    made.case(image, title, "by hand as cosign 2, key", made.by_key(), **HOW)

    image = made.image("provenance-bare", "referrers")
    attached.put_bundle(image, statement(image), media_type="application/vnd.in-toto+json", artifact_type="application/vnd.in-toto+json")
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
    said = hand.statement([hand.subject(part)], hand.PROVENANCE_1, predicates.version1(), "https://in-toto.io/Statement/v0.1")
    layer = repository.push_blob(registry.encoded(said), "application/vnd.in-toto+json")
    layer["annotations"] = {"in-toto.io/predicate-type": hand.PROVENANCE_1}
    configuration = {"architecture": "unknown", "os": "unknown", "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]}}
    config = repository.push_blob(registry.encoded(configuration), registry.CONFIG)
    manifest = {"schemaVersion": 2, "mediaType": registry.MANIFEST, "config": config, "layers": [layer]}
    entry = repository.push_manifest(manifest) | {
        "platform": {"os": "unknown", "architecture": "unknown"},
        "annotations": {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": part.digest},
    }
    return registry.push_index(repository, [part], more=[entry])


def predicates_by_hand(made):
    """Predicates that are not what they should be."""
    limited = made.by_key(limits=predicates.limits())

    def said(predicate_type, predicate, **how):
        return lambda image: hand.statement([hand.subject(image)], predicate_type, predicate, **how)

    v1, v02 = predicates.version1(), predicates.version02()
    by_hand(made, "predicate-of-tomorrow", "the provenance is of a version that is not known", said("https://slsa.dev/provenance/v2", v1), says="https://slsa.dev/provenance/v2")
    by_hand(made, "predicate-of-yesterday", "the provenance is of version 0.1", said("https://slsa.dev/provenance/v0.1", v02), says="https://slsa.dev/provenance/v0.1")
    by_hand(made, "predicate-goes-on", "the type of the provenance goes on after the known one", said(hand.PROVENANCE_1 + "/evil", v1))
    by_hand(made, "predicate-empty", "the provenance says nothing, and the policy has limits", said(hand.PROVENANCE_1, {}), trust=limited)
    by_hand(made, "predicate-crossed", "the provenance of version 1 has the content of version 0.2", said(hand.PROVENANCE_1, v02), trust=limited)
    by_hand(made, "predicate-list", "the provenance is a list", said(hand.PROVENANCE_1, [v1]), trust=limited)
    twisted = predicates.version1()
    twisted["runDetails"]["builder"]["id"] = [predicates.BUILDER]
    by_hand(made, "predicate-builder-list", "the builder is a list that has the right one", said(hand.PROVENANCE_1, twisted), trust=limited)
    two = predicates.version1(source=OTHER_SOURCE)
    two["buildDefinition"]["resolvedDependencies"] += predicates.version1()["buildDefinition"]["resolvedDependencies"]
    by_hand(made, "predicate-source-among-others", "the right source is only a dependency of another one", said(hand.PROVENANCE_1, two), trust=limited, says=r"trust\S*\.source_repository")
    old = said(hand.PROVENANCE_1, v1, kind="https://in-toto.io/Statement/v0.2")
    by_hand(made, "statement-of-another-version", "the provenance is a statement of a version that is not known", old)
