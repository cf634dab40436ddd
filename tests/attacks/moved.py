"""Right signatures, on the wrong image."""

import accepted
import attached
import predicates
from corpus import WORKFLOW
from signers import short

TITLE = "the signature of another image in the same repository, put where this one's belongs"
OTHER = "it is for sha256|is for another|another image"


def make(made):
    tags(made)
    lists(made)
    provenance(made)
    indexes(made)


def two_images(made, name, where="plain"):
    """One that will be signed, and the one that is deployed."""
    return made.image(name, where, tag="good"), made.image(name, where, tag="evil")


def tags(made):
    for way in (
        "cosign 2, key",
        "cosign 2, key, no log",
        "cosign 2, keyless",
        "cosign 2, keyless, timestamp",
    ):
        good, evil = two_images(made, f"moved-{short(way)}")
        made.cosign.sign(good, way, who=WORKFLOW)
        attached.put_layers(evil, "sig", attached.layers(good, "sig"))
        trust = made.by_workflow() if "keyless" in way else made.by_key(logged="no log" not in way)
        made.case(evil, TITLE, way, trust, says=OTHER, pinned=True)

    good, evil = made.image("moved-from", tag="good"), made.image("moved-between-repositories")
    made.cosign.sign(good, "cosign 2, key")
    attached.put_layers(evil, "sig", attached.layers(good, "sig"))
    title = "the signature of an image in another repository, put where this one's belongs"
    made.case(evil, title, "cosign 2, key", made.by_key(logged=True), says=OTHER)


def lists(made):
    """A bundle is found by the list of referrers, and says itself what it belongs to."""
    for way in ("cosign 3, key, no log", "cosign 3, key, Rekor 2", "cosign 3, keyless, Rekor 1"):
        for where in made.registries:
            good, evil = two_images(made, f"moved-{short(way)}-{where}", where)
            made.cosign.sign(good, way, who=WORKFLOW)
            ((bundle, _),) = attached.bundles(good)
            attached.put_bundle(evil, bundle)
            trust = made.by_workflow() if "keyless" in way else made.by_key(logged="no log" not in way)
            made.case(
                evil, f"{TITLE}; its manifest says that it belongs here", way, trust, says=OTHER, pinned=True
            )

    for way in ("cosign 3, key, no log", "cosign 3, keyless, Rekor 2"):
        good, evil = two_images(made, f"listed-{short(way)}")
        made.cosign.sign(good, way, who=WORKFLOW)
        ((_, descriptor),) = attached.bundles(good)
        attached.put_list(evil, [descriptor])
        trust = made.by_workflow() if "keyless" in way else made.by_key()
        made.case(evil, f"{TITLE}; its manifest says that it belongs to the other", way, trust, says=OTHER)


def provenance(made):
    title = "the provenance of another image in the same repository, put where this one's belongs"
    how = {"signature": False, "provenance": True, "says": OTHER}
    for way in ("cosign 2, key", "cosign 2, keyless"):
        good, evil = two_images(made, f"moved-provenance-{short(way)}")
        made.cosign.attest(good, way, predicates.version1(), who=WORKFLOW)
        attached.put_layers(evil, "att", attached.layers(good, "att"))
        trust = made.by_workflow() if "keyless" in way else made.by_key(logged=True)
        made.case(evil, title, way, trust, **how)
    for way, where in (("cosign 3, key, no log", "plain"), ("cosign 3, keyless, Rekor 2", "referrers")):
        good, evil = two_images(made, f"moved-provenance-{short(way)}", where)
        made.cosign.attest(good, way, predicates.version1(), who=WORKFLOW)
        ((bundle, _),) = attached.bundles(good)
        attached.put_bundle(evil, bundle)
        trust = made.by_workflow() if "keyless" in way else made.by_key()
        made.case(evil, title, way, trust, **how)


def indexes(made):
    """An index and what is in it are signed each for itself."""
    for way, where in (("cosign 2, key", "plain"), ("cosign 3, key, no log", "referrers")):
        for moved in (False, True):
            name = f"{'moved-' if moved else ''}{short(way)}"
            trust = made.by_key()
            whole, part = index_and_part(made, f"platform-for-index-{name}", where)
            made.cosign.sign(part, way)
            move(part, whole, moved)
            title = "a platform's image is signed, and the index is deployed"
            also = "; the signature was put where the index's belongs" if moved else ""
            made.case(whole, title + also, way, trust, says=OTHER if moved else "(no|not) .*sign")

            whole, part = index_and_part(made, f"index-for-platform-{name}", where)
            made.cosign.sign(whole, way)
            move(whole, part, moved)
            title = "the index is signed, and a platform's image is deployed by its own digest"
            also = "; the signature was put where the platform's belongs" if moved else ""
            made.case(part, title + also, way, trust, says=OTHER if moved else "(no|not) .*sign")


def index_and_part(made, name, where):
    whole = accepted.index(made, name, where)
    entry = whole.repository.manifest(whole.digest)["manifests"][0]
    return whole, type(whole)(
        whole.repository, {name: entry[name] for name in ("mediaType", "digest", "size")}
    )


def move(source, target, wanted):
    if not wanted:
        return
    if source.repository.registry.lists_referrers:
        ((bundle, _),) = attached.bundles(source)
        attached.put_bundle(target, bundle)
    else:
        attached.put_layers(target, "sig", attached.layers(source, "sig"))
