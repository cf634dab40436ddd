"""What must be accepted: without it the refusals of the other cases would prove nothing."""

import attached
import hand
import predicates
import registry
from corpus import ACCEPTED, PERSON, WORKFLOW, WORKFLOW_SUBJECT


def make(made):
    ways_to_write_the_policy(made)
    images(made)
    several_signatures(made)
    by_hand(made)
    provenance(made)


def ways_to_write_the_policy(made):
    way = "cosign 3, key, Rekor 2"
    image = made.image("log-not-asked-for", "referrers")
    made.cosign.sign(image, way)
    made.case(image, "signed and logged; the policy does not ask for a log", way, made.by_key(), ACCEPTED)

    image = made.image("key-in-the-file", "referrers")
    made.cosign.sign(image, way)
    made.case(
        image,
        "signed; the key is in sindri.yaml itself",
        way,
        made.by_key(inline=True),
        ACCEPTED,
        pinned=True,
    )

    image = made.image("second-of-two-entries")
    made.cosign.sign(image, "cosign 2, key")
    trust = [made.by_workflow(), made.by_key(logged=True)]
    made.case(image, "signed by the second of two who are trusted", "cosign 2, key", trust, ACCEPTED)

    image = made.image("person")
    made.cosign.sign(image, "cosign 2, keyless", who=PERSON)
    made.case(
        image, "signed by a person with a mail address", "cosign 2, keyless", made.by_person(), ACCEPTED
    )

    way = "cosign 3, keyless, Rekor 2"
    image = made.image("subject-by-pattern", "referrers")
    made.cosign.sign(image, way, who=WORKFLOW)
    pattern = r"https://github\.com/example/[a-z]+/\.github/workflows/build\.yml@refs/(heads|tags)/.+"
    made.case(image, "signed; the subject by a pattern", way, anybody(made, pattern), ACCEPTED)

    image = made.image("subject-by-alternation", "referrers")
    made.cosign.sign(image, way, who=WORKFLOW)
    made.case(
        image,
        "signed; the pattern is an alternation",
        way,
        anybody(made, f"nobody|{WORKFLOW_SUBJECT}"),
        ACCEPTED,
    )


def anybody(made, pattern):
    return made.by_workflow(subject=None, subject_regexp=pattern)


def images(made):
    for way in ("cosign 2, key", "cosign 3, keyless, Rekor 1"):
        image = index(made, f"index-{way[7]}")
        made.cosign.sign(image, way, who=WORKFLOW)
        trust = made.by_workflow() if "keyless" in way else made.by_key(logged=True)
        made.case(image, "an index for two platforms, signed", way, trust, ACCEPTED, pinned=True)

    image = made.image("by-tag", tag="1.0.0")
    made.cosign.sign(image, "cosign 2, key")
    made.case(
        image,
        "signed; asked for by its tag",
        "cosign 2, key",
        made.by_key(),
        ACCEPTED,
        tag="1.0.0",
        pinned=True,
    )


def index(made, name, where="plain", more=()):
    """An index in which each platform's image is one of its own."""
    repository = made.registries[where].repository(f"attacks/{name}")
    parts = [
        registry.push_image(repository, f"{name} {platform} {made.run}") for platform in ("amd64", "arm64")
    ]
    return registry.push_index(repository, parts, more=more)


def several_signatures(made):
    way = "cosign 2, key"
    image = made.image("one-of-three-2")
    for key in ("other", "ours", "third"):
        made.cosign.sign(image, way, key=key)
    made.case(image, "three signatures, one of them trusted", way, made.by_key(logged=True), ACCEPTED)

    way = "cosign 3, key, Rekor 2"
    for where in made.registries:
        image = made.image(f"one-of-three-3-{where}", where)
        for key in ("other", "ours", "third"):
            made.cosign.sign(image, way, key=key)
        made.case(image, "three bundles, one of them trusted", way, made.by_key(logged=True), ACCEPTED)

    image = made.image("old-beside-new")
    made.cosign.sign(image, "cosign 2, key")
    made.cosign.sign(image, way, key="other")
    title = "the trusted signature is a tag of cosign 2, and somebody else has added a bundle of cosign 3"
    made.case(image, title, "cosign 2, key", made.by_key(logged=True), ACCEPTED)

    image = made.image("second-page-of-referrers", "referrers")
    statement = hand.statement([hand.subject(image)])
    for _ in range(30):
        stranger = hand.Signer(hand.new_key())
        attached.put_bundle(image, hand.bundle(hand.envelope(statement, stranger), stranger))
    made.cosign.sign(image, "cosign 3, key, no log")
    made.case(
        image,
        "thirty bundles by strangers, and one trusted",
        "cosign 3, key, no log",
        made.by_key(),
        ACCEPTED,
    )


def by_hand(made):
    """What the forgeries are made with, forging nothing."""
    image = made.image("by-hand-2")
    signer = hand.keyless(made.ours, PERSON)
    attached.put_layers(image, "sig", [hand.layer(made.ours, hand.payload(image), signer)])
    made.case(image, "nothing", "by hand as cosign 2, keyless", made.by_person(), ACCEPTED)

    image = made.image("by-hand-2-timestamp")
    signer = hand.keyless(made.ours, PERSON)
    attached.put_layers(image, "sig", [hand.layer(made.ours, hand.payload(image), signer, timestamp=True)])
    way = "by hand as cosign 2, keyless, timestamp"
    made.case(image, "nothing", way, made.by_person(), ACCEPTED, timestamps=True)

    for log in (1, 2):
        image = made.image(f"by-hand-3-rekor{log}", "referrers")
        signer = hand.keyless(made.ours, PERSON)
        attached.put_bundle(
            image, hand.logged_bundle(made.ours, hand.statement([hand.subject(image)]), signer, log)
        )
        made.case(image, "nothing", f"by hand as cosign 3, keyless, Rekor {log}", made.by_person(), ACCEPTED)


def provenance(made):
    ways = {
        "cosign 2, key": made.by_key(logged=True, limits=predicates.limits()),
        "cosign 2, keyless": made.by_workflow(limits=predicates.limits()),
        "cosign 3, key, no log": made.by_key(limits=predicates.limits()),
        "cosign 3, keyless, Rekor 1": made.by_workflow(limits=predicates.limits()),
        "cosign 3, keyless, Rekor 2": made.by_workflow(limits=predicates.limits()),
    }
    versions = {"slsaprovenance": predicates.version02(), "slsaprovenance1": predicates.version1()}
    for number, (way, trust) in enumerate(ways.items()):
        for kind, predicate in versions.items():
            version = "1" if kind.endswith("1") else "0.2"
            name = way.replace(",", "").replace(" ", "-").lower()
            image = made.image(f"provenance-{version}-{name}", ("plain", "referrers")[number % 2])
            made.cosign.sign(image, way, who=WORKFLOW)
            made.cosign.attest(image, way, predicate, kind, who=WORKFLOW)
            title = f"signature and provenance {version}, with limits on builder, repository and branch"
            made.case(image, title, way, trust, ACCEPTED, provenance=True, pinned=number == 1)

    image = made.image("provenance-alone", "referrers")
    made.cosign.attest(image, "cosign 3, keyless, Rekor 2", predicates.version1(), who=WORKFLOW)
    trust = made.by_workflow()
    how = {"signature": False, "provenance": True}
    made.case(image, "provenance alone", "cosign 3, keyless, Rekor 2", trust, ACCEPTED, **how)

    image = made.image("provenance-by-hand", "referrers")
    signer = hand.keyless(made.ours, WORKFLOW)
    said = hand.statement([hand.subject(image)], hand.PROVENANCE_1, predicates.version1())
    attached.put_bundle(image, hand.logged_bundle(made.ours, said, signer, 2))
    trust = made.by_workflow(limits=predicates.limits())
    made.case(image, "nothing", "by hand as cosign 3, keyless, Rekor 2", trust, ACCEPTED, **how)
