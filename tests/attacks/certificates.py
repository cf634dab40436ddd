"""Certificates that Fulcio did not give, or not to this signer at this time."""

import datetime

import attached
import fulcio
import hand
import material
from attached import encode
from corpus import PERSON, PERSON_ISSUER
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

OLD, BUNDLES = "cosign 2, keyless", ("cosign 3, keyless, Rekor 1", "cosign 3, keyless, Rekor 2")


def make(made):
    lives(made)
    logs_of_certificates(made)
    issuers(made)
    certificates_in_bundles(made)
    clocks(made)


def each_form(made, name, title, signer, says="certificate", at=None):
    """The same signer in all forms; `signer` makes a new one."""
    image = made.image(f"{name}-2")
    attached.put_layers(image, "sig", [hand.layer(at or made.ours, hand.payload(image), signer())])
    made.case(image, title, f"by hand as {OLD}", made.by_person(), says=says)
    for log, way in enumerate(BUNDLES, 1):
        image = made.image(f"{name}-3-rekor{log}", "referrers")
        bundle = hand.logged_bundle(at or made.ours, hand.statement([hand.subject(image)]), signer(), log)
        attached.put_bundle(image, bundle)
        made.case(image, title, f"by hand as {way}", made.by_person(), says=says)


def lives(made):
    now = material.utc_now()
    yesterday, tomorrow = now - datetime.timedelta(days=1), now + datetime.timedelta(days=1)
    title = "the certificate had expired when the log and the clock saw the signature"
    each_form(
        made,
        "certificate-expired",
        title,
        lambda: hand.keyless(made.ours, PERSON, start=yesterday),
        "valid|expired|time",
    )
    title = "the certificate was not valid yet when the log and the clock saw the signature"
    each_form(
        made,
        "certificate-too-early",
        title,
        lambda: hand.keyless(made.ours, PERSON, start=tomorrow),
        "valid|time",
    )
    title = "the timestamp of cosign 2 is outside the certificate's life"
    image = made.image("certificate-expired-2-timestamp")
    signer = hand.keyless(made.ours, PERSON, start=yesterday)
    attached.put_layers(image, "sig", [hand.layer(made.ours, hand.payload(image), signer, timestamp=True)])
    made.case(
        image,
        title,
        f"by hand as {OLD}, timestamp",
        made.by_person(),
        says="valid|expired|time",
        timestamps=True,
    )


def logs_of_certificates(made):
    says = "(?i)SCT|certificate transparency|CT log|timestamp"
    title = "the certificate was never entered in a CT log"
    each_form(made, "sct-missing", title, lambda: hand.keyless(made.ours, PERSON, logged=False), says)
    title = "the certificate was entered in somebody else's CT log"
    each_form(made, "sct-other-log", title, lambda: hand.keyless(made.ours, PERSON, log=made.theirs), says)
    each_form(
        made,
        "sct-of-another",
        "the certificate has the CT log's signature over another certificate",
        lambda: with_sct_of_another(made),
        says,
    )


def with_sct_of_another(made):
    """The log was shown a stranger's certificate; its answer is in that of the trusted person."""
    key = hand.new_key()
    unlogged = made.ours.certificate(key, PERSON, logged=False)
    stranger = made.ours.certificate(hand.new_key(), {"iss": PERSON_ISSUER, "email": "mallory@example.com"})
    entry = stranger.extensions.get_extension_for_oid(fulcio.SIGNED_CERTIFICATE_TIMESTAMPS)
    value = entry.value.public_bytes()
    return hand.Signer(key, signed_again(made, unlogged, [x509.UnrecognizedExtension(entry.oid, value)]))


def signed_again(made, certificate, more=(), key=None):
    """The same certificate with further extensions, signed by Fulcio or by another key."""
    builder = material.builder(
        certificate.subject,
        certificate.issuer,
        certificate.public_key(),
        None,
        certificate.not_valid_before,
        certificate.not_valid_after,
    )
    known = material.x509.SubjectKeyIdentifier.oid
    for extension in certificate.extensions:
        if extension.oid != known:
            builder = builder.add_extension(extension.value, extension.critical)
    for extension in more:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(key or made.ours.fulcio.key, hashes.SHA256())


def issuers(made):
    def by_others():
        """Everything is as it should be but the key that signed the certificate."""
        key = hand.new_key()
        return hand.Signer(
            key, signed_again(made, made.ours.certificate(key, PERSON), key=made.theirs.fulcio.key)
        )

    def by_itself():
        key = hand.new_key()
        return hand.Signer(key, signed_again(made, made.ours.certificate(key, PERSON), key=key))

    each_form(
        made,
        "issued-by-others",
        "the certificate names the right authority, and another one signed it",
        by_others,
    )
    each_form(made, "issued-by-itself", "the certificate is signed by its own key", by_itself)
    title = "the certificate is for servers and not for signing"
    usage = ExtendedKeyUsageOID.SERVER_AUTH
    each_form(made, "other-usage", title, lambda: hand.keyless(made.ours, PERSON, usage=usage))

    image = made.image("issued-by-a-leaf")
    mallory = hand.keyless(made.ours, {"iss": PERSON_ISSUER, "email": "mallory@example.com"})
    signer, layer = leaf_of_a_leaf(made, image, mallory)
    attached.put_layers(image, "sig", [layer])
    title = "a stranger with a certificate of his own issued the trusted person's"
    made.case(image, title, f"by hand as {OLD}", made.by_person(), says="certificate")

    image = made.image("issued-by-a-leaf-chain", "referrers")
    bundle = hand.logged_bundle(made.ours, hand.statement([hand.subject(image)]), signer, 1)
    del bundle["verificationMaterial"]["certificate"]
    chain = [signer.certificate, mallory.certificate, made.ours.fulcio.intermediate]
    as_bytes = [{"rawBytes": encode(one.public_bytes(serialization.Encoding.DER))} for one in chain]
    bundle["verificationMaterial"]["x509CertificateChain"] = {"certificates": as_bytes}
    bundle["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.2"
    attached.put_bundle(image, bundle, media_type=bundle["mediaType"], artifact_type=bundle["mediaType"])
    made.case(
        image,
        title,
        "by hand as cosign 3, keyless, Rekor 1, bundle 0.2",
        made.by_person(),
        says="certificate",
    )


def leaf_of_a_leaf(made, image, parent):
    key = hand.new_key()
    plain = signed_again(made, made.ours.certificate(key, PERSON), key=parent.key)
    signer = hand.Signer(key, plain)
    layer = hand.layer(made.ours, hand.payload(image), signer)
    layer.annotations[attached.CHAIN] = parent.pem().decode() + made.ours.chain()
    return signer, layer


def certificates_in_bundles(made):
    def with_certificate(value):
        return lambda material: material.update(certificate={"rawBytes": value})

    def hint_only(material):
        del material["certificate"]
        material["publicKey"] = {"hint": "release@example.com"}

    def authority(material):
        material["certificate"] = {
            "rawBytes": encode(made.ours.fulcio.intermediate.public_bytes(serialization.Encoding.DER))
        }

    def trailing(material):
        material["certificate"]["rawBytes"] = encode(
            attached.decode(material["certificate"]["rawBytes"]) + b"more"
        )

    changes = {
        "garbage": ("the certificate is garbage", with_certificate(encode(b"garbage"))),
        "empty": ("the certificate is empty", with_certificate("")),
        "hint": ("instead of a certificate there is the name of a key", hint_only),
        "authority": ("the certificate is the authority's own", authority),
        "trailing": ("something follows after the certificate", trailing),
        "nothing": (
            "there is neither a certificate nor a key's name",
            lambda material: material.pop("certificate"),
        ),
    }
    for name, (title, change) in changes.items():
        image = made.image(f"bundle-certificate-{name}", "referrers")
        made.cosign.sign(image, BUNDLES[1], who=PERSON)
        attached.edit_bundle(
            image, lambda bundle, change=change: (change(bundle["verificationMaterial"]), None)[1]
        )
        made.case(image, title, BUNDLES[1], made.by_person())


def clocks(made):
    """Rekor 2 has no clock: without a time by a timestamp authority nothing says when it was signed."""
    way = "cosign 3, keyless, Rekor 2"

    def case(name, title, stamps, says="time"):
        image = made.image(f"clock-{name}", "referrers")
        signer = hand.keyless(made.ours, PERSON)
        signed = hand.envelope(hand.statement([hand.subject(image)]), signer)
        entry = hand.envelope_in_log2(made.ours, signed, signer)
        attached.put_bundle(image, hand.bundle(signed, signer, [entry], stamps(hand.first_signature(signed))))
        made.case(image, title, f"by hand as {way}", made.by_person(), says=says)

    case("missing", "there is no signed time", lambda signature: [])
    case(
        "of-another",
        "the signed time is that of another signature",
        lambda signature: [made.ours.timestamp(b"other")],
    )
    case(
        "of-others",
        "the signed time is by somebody else's authority",
        lambda signature: [made.theirs.timestamp(signature)],
    )
    case("garbage", "the signed time is garbage", lambda signature: [b"garbage"])

    def flipped(signature):
        stamp = bytearray(made.ours.timestamp(signature))
        stamp[-1] ^= 1
        return [bytes(stamp)]

    case("flipped", "one bit of the signed time was changed", flipped)

    image = made.image("clock-written-in", "referrers")
    signer = hand.keyless(made.ours, PERSON)
    bundle = hand.logged_bundle(made.ours, hand.statement([hand.subject(image)]), signer, 2)
    del bundle["verificationMaterial"]["timestampVerificationData"]
    bundle["verificationMaterial"]["tlogEntries"][0]["integratedTime"] = str(
        int(material.utc_now().timestamp())
    )
    attached.put_bundle(image, bundle)
    title = "there is no signed time; one was written into the entry of the log that has none"
    made.case(image, title, f"by hand as {way}", made.by_person(), says="time")
