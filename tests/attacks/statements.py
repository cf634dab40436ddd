"""Provenance signed by who is trusted, and what it says: of other images, and in other forms."""

import hashlib

import attached
import hand
import predicates
import registry
from corpus import ACCEPTED

HOW = {"signature": False, "provenance": True}
OTHER_SOURCE = "https://github.com/mallory/project"


def make(made):
    subjects(made)
    predicates_by_hand(made)


def subjects(made):
    """What the provenance is of."""
    wrong = {"name": "other", "digest": {"sha256": "0" * 64}}

    def of(*found):
        return lambda image: hand.statement(
            [each(image) if callable(each) else each for each in found],
            hand.PROVENANCE_1,
            predicates.version1(),
        )

    def with_digest(**digests):
        return lambda image: {
            "name": "image",
            "digest": {name: value(image) for name, value in digests.items()},
        }

    def right(image):
        return image.digest.removeprefix("sha256:")

    def longer(image):
        manifest = image.repository.ask(
            "GET", f"manifests/{image.digest}", (200,), None, {"Accept": registry.MANIFEST}
        )[2]
        return hashlib.sha512(manifest).hexdigest()

    by_hand(made, "subject-removed", "the provenance names no image", of())
    by_hand(made, "subject-other", "the provenance names another image", of(wrong))
    by_hand(
        made,
        "subject-right-and-wrong",
        "the provenance names this image and another one",
        of(hand.subject, wrong),
        ACCEPTED,
    )
    by_hand(
        made,
        "subject-wrong-and-right",
        "the provenance names another image and this one",
        of(wrong, hand.subject),
        ACCEPTED,
    )
    by_hand(
        made,
        "subject-other-name",
        "the provenance names the image by its digest under another name",
        of(with_digest(sha256=right)),
        ACCEPTED,
    )
    by_hand(
        made,
        "subject-sha512",
        "the provenance names the image by another algorithm",
        of(with_digest(sha512=longer)),
    )
    by_hand(
        made,
        "subject-other-algorithm",
        "the image's digest stands under another algorithm",
        of(with_digest(sha1=right)),
    )
    by_hand(
        made,
        "subject-no-digest",
        "the provenance names the image by name alone",
        of(lambda image: {"name": image.written, "digest": {}}),
    )
    by_hand(
        made,
        "subject-prefixed",
        "the digest is written with its algorithm",
        of(with_digest(sha256=lambda image: image.digest)),
    )
    by_hand(
        made,
        "subject-shortened",
        "the digest is cut short",
        of(with_digest(sha256=lambda image: right(image)[:12])),
    )


def predicates_by_hand(made):
    """Predicates that are not what they should be."""
    limited = made.by_key(limits=predicates.limits())

    def said(predicate_type, predicate, **how):
        return lambda image: hand.statement([hand.subject(image)], predicate_type, predicate, **how)

    v1, v02 = predicates.version1(), predicates.version02()
    by_hand(
        made,
        "predicate-of-tomorrow",
        "the provenance is of a version that is not known",
        said("https://slsa.dev/provenance/v2", v1),
        says="https://slsa.dev/provenance/v2",
    )
    by_hand(
        made,
        "predicate-of-yesterday",
        "the provenance is of version 0.1",
        said("https://slsa.dev/provenance/v0.1", v02),
        says="https://slsa.dev/provenance/v0.1",
    )
    by_hand(
        made,
        "predicate-goes-on",
        "the type of the provenance goes on after the known one",
        said(hand.PROVENANCE_1 + "/evil", v1),
    )
    by_hand(
        made,
        "predicate-empty",
        "the provenance says nothing, and the policy has limits",
        said(hand.PROVENANCE_1, {}),
        trust=limited,
    )
    by_hand(
        made,
        "predicate-crossed",
        "the provenance of version 1 has the content of version 0.2",
        said(hand.PROVENANCE_1, v02),
        trust=limited,
    )
    by_hand(made, "predicate-list", "the provenance is a list", said(hand.PROVENANCE_1, [v1]), trust=limited)
    twisted = predicates.version1()
    twisted["runDetails"]["builder"]["id"] = [predicates.BUILDER]
    by_hand(
        made,
        "predicate-builder-list",
        "the builder is a list that has the right one",
        said(hand.PROVENANCE_1, twisted),
        trust=limited,
    )
    two = predicates.version1(source=OTHER_SOURCE)
    two["buildDefinition"]["resolvedDependencies"] += predicates.version1()["buildDefinition"][
        "resolvedDependencies"
    ]
    by_hand(
        made,
        "predicate-source-among-others",
        "the right source is only a dependency of another one",
        said(hand.PROVENANCE_1, two),
        trust=limited,
        says=r"trust\S*\.source_repository",
    )
    old = said(hand.PROVENANCE_1, v1, kind="https://in-toto.io/Statement/v0.2")
    by_hand(
        made,
        "statement-of-another-version",
        "the provenance is a statement of a version that is not known",
        old,
    )


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
