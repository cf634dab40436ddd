"""Signatures that were right until somebody changed a byte, and signatures over something else than they should be."""

import json

import attached
import hand
import registry
from attached import decode, encode
from corpus import ACCEPTED, PERSON, PERSON_ISSUER
from signers import short

HEX_OF_NOTHING = "0" * 64


def make(made):
    simple_signing(made)
    simple_signing_by_hand(made)
    annotations(made)
    envelopes(made)
    envelopes_by_hand(made)
    borrowed_certificates(made)
    signed_as_a_file(made)


def by(made, way):
    return made.by_person() if "keyless" in way else made.by_key(logged="no log" not in way)


def simple_signing(made):
    for way in ("cosign 2, key", "cosign 2, key, no log", "cosign 2, keyless"):
        good, evil = (made.image(f"payload-{short(way)}", tag=tag) for tag in ("good", "evil"))
        made.cosign.sign(good, way, who=PERSON)
        (layer,) = attached.layers(good, "sig")
        layer.payload = layer.payload.replace(good.digest.encode(), evil.digest.encode())
        attached.put_layers(evil, "sig", [layer])
        title = "another image's signature, with this one's digest written into what was signed"
        made.case(evil, title, way, by(made, way), says="signature")


def simple_signing_by_hand(made):
    """Signed by who is trusted, saying something else than cosign would."""
    ours = made.signer()
    way = "by hand as cosign 2, key, no log"

    def case(name, title, payload, expected="refused", **how):
        image = made.image(name)
        attached.put_layers(image, "sig", [hand.layer(made.ours, payload(image), ours, log=False)])
        made.case(image, title, way, made.by_key(), expected, **how)

    title = "the signature names another repository: the image was copied with its signatures"
    case(
        "payload-other-repository",
        title,
        lambda image: hand.payload(image, "registry.example/other/project"),
        ACCEPTED,
    )
    other = f"sha256:{HEX_OF_NOTHING}"
    case(
        "payload-other-digest",
        "the signature is over another digest",
        lambda image: hand.payload(image, digest=other),
        says="digest|image",
    )
    case(
        "payload-short-digest",
        "the signature is over the digest without its algorithm",
        lambda image: hand.payload(image, digest=image.digest.removeprefix("sha256:")),
    )
    case(
        "payload-other-type",
        "what was signed says that it is no signature of an image",
        lambda image: hand.payload(image, kind="cosign blob"),
    )
    case(
        "payload-no-digest",
        "what was signed names no digest",
        lambda image: b'{"critical": {"type": "cosign container image signature"}}',
    )
    case("payload-not-json", "what was signed is the bare digest", lambda image: image.digest.encode())
    case(
        "payload-manifest",
        "what was signed is the image's manifest",
        lambda image: registry.encoded(image.repository.manifest(image.digest)),
    )

    def twice(image):
        plain = hand.payload(image, digest=other)
        return plain.replace(
            b'"image": {', b'"image": {"docker-manifest-digest": "%s", ' % image.digest.encode()
        )

    case("payload-two-digests", "what was signed names two digests under one key, first this one", twice)


def annotations(made):
    def removed(name):
        return lambda layer: layer.annotations.pop(name)

    def set_to(name, value):
        return lambda layer: layer.annotations.update({name: value})

    def flipped(layer):
        signature = bytearray(decode(layer.annotations[attached.SIGNATURE]))
        signature[-1] ^= 1
        layer.annotations[attached.SIGNATURE] = encode(bytes(signature))

    changes = {
        "signature-flipped": ("one bit of the signature was changed", "key", flipped),
        "signature-missing": (
            "the annotation with the signature was removed",
            "key",
            removed(attached.SIGNATURE),
        ),
        "signature-empty": ("the signature was made empty", "key", set_to(attached.SIGNATURE, "")),
        "signature-not-base64": (
            "the signature is not base64",
            "key",
            set_to(attached.SIGNATURE, "%%% no base64 %%%"),
        ),
        "entry-missing": ("the log's entry was removed", "keyless", removed(attached.LOG_ENTRY)),
        "entry-not-json": ("the log's entry is garbage", "keyless", set_to(attached.LOG_ENTRY, "{garbage")),
        "entry-null": ("the log's entry is `null`", "keyless", set_to(attached.LOG_ENTRY, "null")),
        "certificate-missing": ("the certificate was removed", "keyless", removed(attached.CERTIFICATE)),
        "certificate-not-pem": (
            "the certificate is garbage",
            "keyless",
            set_to(attached.CERTIFICATE, "garbage"),
        ),
        "certificate-broken": (
            "the certificate is PEM around garbage",
            "keyless",
            set_to(
                attached.CERTIFICATE, "-----BEGIN CERTIFICATE-----\nZ2FyYmFnZQ==\n-----END CERTIFICATE-----\n"
            ),
        ),
    }
    for name, (title, who, change) in changes.items():
        way = f"cosign 2, {who}"
        image = made.image(f"annotation-{name}")
        made.cosign.sign(image, way, who=PERSON)
        (layer,) = attached.layers(image, "sig")
        change(layer)
        attached.put_layers(image, "sig", [layer])
        made.case(image, title, way, by(made, way))

    image = made.image("annotation-entry-missing-key")
    made.cosign.sign(image, "cosign 2, key, no log")
    title = "signed without a log, and the policy asks for one"
    made.case(image, title, "cosign 2, key, no log", made.by_key(logged=True), says="log")

    image = made.image("layers-none")
    attached.put_layers(image, "sig", [])
    made.case(image, "a signature's manifest without signatures", "by hand as cosign 2, key", made.by_key())


def envelopes(made):
    def payload(bundle):
        statement = json.loads(decode(bundle["dsseEnvelope"]["payload"]))
        statement["predicate"] = {"added": "later"}
        bundle["dsseEnvelope"]["payload"] = encode(json.dumps(statement).encode())

    def kind(bundle):
        bundle["dsseEnvelope"]["payloadType"] = "text/plain"

    def flipped(bundle):
        signature = bytearray(decode(bundle["dsseEnvelope"]["signatures"][0]["sig"]))
        signature[-1] ^= 1
        bundle["dsseEnvelope"]["signatures"][0]["sig"] = encode(bytes(signature))

    def none(bundle):
        bundle["dsseEnvelope"]["signatures"] = []

    def doubled(bundle):
        bundle["dsseEnvelope"]["signatures"] *= 2

    def garbage(bundle):
        bundle["dsseEnvelope"]["signatures"][0]["sig"] = "%%% no base64 %%%"

    changes = {
        "payload": ("what was signed was changed", payload),
        "kind": ("the type of what was signed was changed", kind),
        "flipped": ("one bit of the signature was changed", flipped),
        "no-signature": ("the signature was removed", none),
        "doubled": ("the signature was doubled", doubled),
        "not-base64": ("the signature is not base64", garbage),
    }
    for name, (title, change) in changes.items():
        for way, where in (("cosign 3, key, no log", "plain"), ("cosign 3, keyless, Rekor 2", "referrers")):
            image = made.image(f"envelope-{name}-{short(way)}", where)
            made.cosign.sign(image, way, who=PERSON)
            attached.edit_bundle(image, change)
            made.case(image, title, way, by(made, way))


def envelopes_by_hand(made):
    ours, stranger = made.signer(), hand.Signer(hand.new_key())
    way = "by hand as cosign 3, key, no log"

    def case(name, title, document, *signers, where="referrers", kind=hand.IN_TOTO, **how):
        image = made.image(name, where)
        signed = hand.envelope(document(image), *signers, kind=kind)
        attached.put_bundle(image, hand.bundle(signed, ours))
        made.case(image, title, way, made.by_key(), **how)

    def right(image):
        return hand.statement([hand.subject(image)])

    case("envelope-two-signatures", "two signatures, of which the first is trusted", right, ours, stranger)
    case(
        "envelope-two-signatures-second",
        "two signatures, of which the second is trusted",
        right,
        stranger,
        ours,
    )
    case("envelope-other-kind", "signed as another type than in-toto", right, ours, kind="application/json")
    case("envelope-simple-signing", "what was signed is what cosign 2 signs", hand.payload, ours)
    case("envelope-not-json", "what was signed is no JSON", lambda image: b"garbage", ours)
    case(
        "envelope-other-statement",
        "what was signed is no statement of in-toto",
        lambda image: right(image) | {"_type": "https://example.com/Statement/v1"},
        ours,
    )
    case("envelope-no-subject", "what was signed names no image", lambda image: hand.statement([]), ours)
    wrong = {"digest": {"sha256": HEX_OF_NOTHING}}
    case(
        "envelope-other-subject",
        "what was signed names another image",
        lambda image: hand.statement([wrong]),
        ours,
    )
    case(
        "envelope-other-predicate",
        "what was signed says something else of the image",
        lambda image: hand.statement([hand.subject(image)], "https://example.com/reviewed/v1"),
        ours,
        says="https://example.com/reviewed/v1",
    )
    case(
        "envelope-deep",
        "what was signed is nested 20,000 deep",
        lambda image: b"[" * 20000 + b"]" * 20000,
        ours,
    )


def borrowed_certificates(made):
    """The trusted person's certificate, which everybody can read, beside a signature by another key."""
    image = made.image("borrowed-certificate-2")
    person, stranger = hand.keyless(made.ours, PERSON), hand.Signer(hand.new_key())
    borrowed = hand.Signer(stranger.key, person.certificate)
    attached.put_layers(image, "sig", [hand.layer(made.ours, hand.payload(image), borrowed)])
    title = "the trusted person's certificate beside a signature by another key"
    made.case(image, title, "by hand as cosign 2, keyless", made.by_person(), says="signature")
    for log in (1, 2):
        image = made.image(f"borrowed-certificate-3-rekor{log}", "referrers")
        attached.put_bundle(
            image, hand.logged_bundle(made.ours, hand.statement([hand.subject(image)]), borrowed, log)
        )
        made.case(
            image, title, f"by hand as cosign 3, keyless, Rekor {log}", made.by_person(), says="signature"
        )

    image = made.image("certificate-for-key-2")
    mallory = hand.keyless(made.ours, {"iss": PERSON_ISSUER, "email": "mallory@example.com"})
    layer = hand.layer(made.ours, hand.payload(image), mallory)
    layer.annotations[attached.CERTIFICATE] = person.pem().decode()
    attached.put_layers(image, "sig", [layer])
    title = "signed by a stranger; his certificate was replaced by the trusted person's"
    made.case(image, title, "by hand as cosign 2, keyless", made.by_person(), says="signature")

    image = made.image("certificate-for-key-3", "referrers")
    bundle = hand.logged_bundle(made.ours, hand.statement([hand.subject(image)]), mallory, 2)
    bundle["verificationMaterial"] |= person.material()
    attached.put_bundle(image, bundle)
    made.case(image, title, "by hand as cosign 3, keyless, Rekor 2", made.by_person(), says="signature")


def signed_as_a_file(made):
    """A signature over the manifest's bytes, as `cosign sign-blob` makes one: not the form of an image's signature."""
    ours = made.signer()
    image = made.image("signed-as-a-file", "referrers")
    status_headers_body = image.repository.ask(
        "GET", f"manifests/{image.digest}", (200,), None, {"Accept": registry.MANIFEST}
    )
    manifest = status_headers_body[2]
    bundle = hand.bundle(None, ours)
    del bundle["dsseEnvelope"]
    bundle["messageSignature"] = {
        "messageDigest": {
            "algorithm": "SHA2_256",
            "digest": encode(bytes.fromhex(image.digest.removeprefix("sha256:"))),
        },
        "signature": encode(ours.sign(manifest)),
    }
    attached.put_bundle(image, bundle)
    way = "by hand as `cosign sign-blob` of version 3, key"
    made.case(image, "the manifest is signed as any file would be", way, made.by_key(), cosign=(3,))
