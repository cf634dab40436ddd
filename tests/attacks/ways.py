"""Every way to sign that cosign has, in both kinds of registries, and every kind of key."""

import attached
import corpus
import cosign
import hand
from corpus import ACCEPTED, WORKFLOW


def make(made):
    every_way(made)
    kinds_of_keys(made)


def every_way(made):
    for where in made.registries:
        for way in cosign.WAYS:
            keyless, logged = "keyless" in way, "no log" not in way
            if keyless and not logged:
                continue
            name = way.replace(",", "").replace(" ", "-").lower()
            image = made.image(f"{name}-{where}", where)
            made.cosign.sign(image, way, who=WORKFLOW)
            trust = made.by_workflow() if keyless else made.by_key(logged=logged)
            how = {"timestamps": True} if "timestamp" in way else {}
            made.case(image, f"signed; {where} registry", way, trust, ACCEPTED, **how)


def kinds_of_keys(made):
    for kind in ("p384", "ed25519", "rsa"):
        for way in ("cosign 2, key, no log", "cosign 3, key, no log", "cosign 3, key, Rekor 2"):
            # cosign 3 does not believe the Ed25519 signature that it has just made, and leaves nothing.
            if kind == "ed25519" and "cosign 3" in way:
                continue
            generation = way.split()[1].rstrip(",")
            logged = "no log" not in way
            image = made.image(f"key-{kind}-{generation}{'-log' if logged else ''}")
            made.cosign.sign(image, way, key=f"ours-{kind}")
            trust = made.by_key(f"ours-{kind}", logged)
            # Nor does it believe what it has made with P-384 and SHA-384: it always verifies with SHA-256.
            # Sindri reads no entry of Rekor 2 by an RSA key: it refuses.
            unread = (kind, way) == ("rsa", "cosign 3, key, Rekor 2") or kind == "p384" and "cosign 3" in way
            expected = corpus.REFUSED if unread else ACCEPTED
            made.case(image, f"signed by a key of the kind {kind}", way, trust, expected)

    image = made.image("key-ed25519-3", "referrers")
    trust = made.by_key("ours-ed25519")
    signer = made.signer("ours-ed25519")
    attached.put_bundle(
        image, hand.bundle(hand.envelope(hand.statement([hand.subject(image)]), signer), signer)
    )
    made.case(
        image, "signed by a key of the kind ed25519", "by hand as cosign 3, key, no log", trust, ACCEPTED
    )
