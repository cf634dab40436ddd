"""What is not what it says it is: unknown forms, garbage, too little and too much."""

import json

import attached
import hand
import registry
from corpus import ACCEPTED

OLD_BUNDLES = (
    "application/vnd.dev.sigstore.bundle+json;version=0.1",
    "application/vnd.dev.sigstore.bundle+json;version=0.2",
)
NEW_BUNDLES = ("application/vnd.dev.sigstore.bundle.v0.4+json", "application/vnd.dev.sigstore.bundle.v9+json")
WAY = "cosign 3, key, no log"


def make(made):
    versions(made)
    contents(made)
    manifests(made)
    beside(made)
    lists(made)
    tags(made)
    too_much(made)


def versions(made):
    """Bundles of another version, in manifests that say so too or not."""
    for number, kind in enumerate([*OLD_BUNDLES, *NEW_BUNDLES, "garbage", ""]):
        signer = made.signer()
        for outside in (False, True):
            image = made.image(f"bundle-version-{number}-{'outside' if outside else 'inside'}", "referrers")
            bundle = right(image, signer) | {"mediaType": kind}
            how = {"media_type": kind, "artifact_type": kind} if outside and kind else {}
            attached.put_bundle(image, bundle, **how)
            also = ", and so does its manifest" if how else ", its manifest the usual one"
            made.case(
                image,
                f"the bundle says that its version is `{kind}`{also}",
                f"by hand as {WAY}",
                made.by_key(),
            )


def right(image, signer):
    return hand.bundle(hand.envelope(hand.statement([hand.subject(image)]), signer), signer)


def contents(made):
    """Anything instead of a bundle."""
    whole = {
        "null": b"null",
        "list": b"[]",
        "number": b"17",
        "nothing": b"",
        "text": b"garbage",
        "empty-object": b"{}",
        "deep": b'{"a":' * 20000 + b"1" + b"}" * 20000,
        "not-utf8": b'{"mediaType": "\xff\xfe"}',
    }
    for name, content in whole.items():
        image = made.image(f"content-{name}", "referrers")
        attached.put_bundle(image, content)
        made.case(image, f"instead of a bundle there is {name.replace('-', ' ')}", "by hand", made.by_key())

    def cut(bundle):
        return registry.encoded(bundle)[:-40]

    def twice(bundle):
        return registry.encoded(bundle) * 2

    def no_envelope(bundle):
        del bundle["dsseEnvelope"]

    def both(bundle):
        bundle["messageSignature"] = {
            "messageDigest": {"algorithm": "SHA2_256", "digest": ""},
            "signature": "",
        }

    def no_material(bundle):
        del bundle["verificationMaterial"]

    def unknown_field(bundle):
        bundle["approvedBy"] = "everybody"

    def numbers(bundle):
        bundle["dsseEnvelope"]["payload"] = 17

    changes = {
        "cut": ("the end of the bundle is missing", cut),
        "twice": ("two bundles one after the other", twice),
        "no-envelope": ("the bundle has no envelope", no_envelope),
        "two-contents": ("the bundle has an envelope and a signature over a file", both),
        "no-material": ("the bundle does not say how it is verified", no_material),
        "unknown-field": ("the bundle has a field that nobody knows", unknown_field),
        "wrong-type": ("what was signed is a number", numbers),
    }
    for name, (title, change) in changes.items():
        image = made.image(f"bundle-{name}", "referrers")
        made.cosign.sign(image, WAY)
        attached.edit_bundle(image, change)
        made.case(image, title, WAY, made.by_key())


def manifests(made):
    """Bundles without fault in manifests with some."""

    def no_layers(manifest):
        manifest["layers"] = []

    def two_layers(manifest):
        manifest["layers"] *= 2

    def other_layer(manifest):
        manifest["layers"][0]["mediaType"] = "application/json"

    changes = {
        "no-layers": ("the manifest of the bundle has no layers", no_layers),
        "two-layers": ("the manifest of the bundle has two layers", two_layers),
        "other-layer": ("the layer is not said to be a bundle", other_layer),
    }
    for name, (title, change) in changes.items():
        image = made.image(f"manifest-{name}", "referrers")
        attached.put_bundle(image, right(image, made.signer()), change=change)
        made.case(image, title, f"by hand as {WAY}", made.by_key())


def beside(made):
    """Whoever may write tags could take the signature away; he gains nothing by garbage beside it."""
    for where in made.registries:
        image = made.image(f"garbage-beside-{where}", where)
        attached.put_bundle(image, b"garbage")
        made.cosign.sign(image, WAY)
        made.case(image, "garbage beside the trusted bundle", WAY, made.by_key(), ACCEPTED)

    image = made.image("garbage-beside-2")
    made.cosign.sign(image, "cosign 2, key, no log")
    garbage = attached.Layer(b"garbage", {attached.SIGNATURE: "garbage"})
    attached.put_layers(image, "sig", [garbage, *attached.layers(image, "sig")])
    made.case(image, "garbage beside the trusted signature", "cosign 2, key, no log", made.by_key(), ACCEPTED)


def lists(made):
    """The fallback tag, which everybody who can write tags can write."""
    image = made.image("list-is-an-image")
    image.repository.push_manifest(
        image.repository.manifest(image.digest), tag=registry.fallback_tag(image.digest)
    )
    made.case(image, "the list of referrers is an image", "by hand", made.by_key(), says=())

    image = made.image("list-of-the-image-itself")
    attached.put_list(image, [image.descriptor])
    made.case(image, "the list of referrers has the image itself", "by hand", made.by_key())

    image = made.image("list-other-size")
    descriptor = attached.put_bundle(image, right(image, made.signer()), list_it=False)
    attached.put_list(image, [descriptor | {"size": 1}])
    title = "the list of referrers says that the bundle's manifest is smaller than it is"
    made.case(image, title, f"by hand as {WAY}", made.by_key())


def tags(made):
    """The same for cosign 2's."""
    image = made.image("tag-is-an-index")
    made.cosign.sign(image, "cosign 2, key, no log")
    tag = attached.tag(image, "sig")
    manifest = image.repository.manifest(tag)
    descriptor = image.repository.push_manifest(manifest)
    index = {"schemaVersion": 2, "mediaType": registry.INDEX, "manifests": [descriptor]}
    image.repository.push_manifest(index, registry.INDEX, tag)
    made.case(image, "the signature's tag is an index of signatures", "cosign 2, key, no log", made.by_key())

    image = made.image("tag-is-the-image")
    image.repository.push_manifest(image.repository.manifest(image.digest), tag=attached.tag(image, "sig"))
    made.case(image, "the signature's tag is the image itself", "by hand as cosign 2", made.by_key())

    image = made.image("tag-other-layer")
    made.cosign.sign(image, "cosign 2, key, no log")

    def other_kind(layer):
        layer.media_type = "application/vnd.oci.image.layer.v1.tar"

    attached.edit_layer(image, "sig", other_kind)
    title = "the signature's layer is said to be a part of an image"
    made.case(image, title, "cosign 2, key, no log", made.by_key())


def too_much(made):
    """Sizes that no signature has."""
    image = made.image("huge-bundle", "referrers")
    stranger = hand.Signer(hand.new_key())
    bundle = right(image, stranger) | {"padding": "x" * (24 << 20)}
    attached.put_bundle(image, bundle)
    made.case(image, "a bundle of 24 MiB", f"by hand as {WAY}", made.by_key(), says=())

    image = made.image("huge-payload")
    data = json.loads(hand.payload(image)) | {"padding": "x" * (24 << 20)}
    layer = hand.layer(made.ours, json.dumps(data).encode(), stranger, log=False)
    attached.put_layers(image, "sig", [layer])
    made.case(image, "what was signed has 24 MiB", "by hand as cosign 2, key, no log", made.by_key())

    image = made.image("thousand-signatures")
    attached.put_layers(
        image, "sig", [hand.layer(made.ours, hand.payload(image), stranger, log=False)] * 1000
    )
    made.case(image, "a thousand signatures by a stranger", "by hand as cosign 2, key, no log", made.by_key())

    image = made.image("many-bundles", "referrers")
    for _ in range(60):
        attached.put_bundle(image, right(image, stranger))
    made.case(image, "sixty bundles by a stranger", f"by hand as {WAY}", made.by_key())
