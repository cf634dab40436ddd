"""What is attached to an image: the tags that cosign 2 writes, and the bundles that cosign 3 writes."""

import base64
import json

import registry

BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
ENVELOPE = "application/vnd.dsse.envelope.v1+json"
SIGNATURE = "dev.cosignproject.cosign/signature"
CERTIFICATE = "dev.sigstore.cosign/certificate"
CHAIN = "dev.sigstore.cosign/chain"
LOG_ENTRY = "dev.sigstore.cosign/bundle"
TIMESTAMP = "dev.sigstore.cosign/rfc3161timestamp"


def encode(data):
    return base64.b64encode(data).decode()


decode = base64.b64decode


class Layer:
    """One signature or attestation of cosign 2: a payload, and annotations."""

    def __init__(self, payload, annotations, media_type=SIMPLE_SIGNING):
        self.payload = payload
        self.annotations = annotations
        self.media_type = media_type


def layers(image, kind):
    """What cosign 2 has left; kind is `sig` or `att`."""
    manifest = image.repository.manifest(tag(image, kind))
    return [
        Layer(image.repository.blob(layer["digest"]), layer.get("annotations", {}), layer["mediaType"])
        for layer in manifest["layers"]
    ]


def tag(image, kind):
    return f"{registry.fallback_tag(image.digest)}.{kind}"


def put_layers(image, kind, wanted):
    """Leaves these instead of whatever is there."""
    repository = image.repository
    blobs = {layer.payload: repository.push_blob(layer.payload, layer.media_type) for layer in set(wanted)}
    described = [dict(blobs[layer.payload], annotations=layer.annotations) for layer in wanted]
    configuration = {"architecture": "", "os": "", "config": {}, "rootfs": {"type": "layers", "diff_ids": []}}
    config = repository.push_blob(registry.encoded(configuration), registry.CONFIG)
    manifest = {"schemaVersion": 2, "mediaType": registry.MANIFEST, "config": config, "layers": described}
    repository.push_manifest(manifest, tag=tag(image, kind))


def bundles(image):
    """What cosign 3 has left, each with its manifest's descriptor."""
    found = []
    for descriptor in image.repository.referrers(image.digest):
        manifest = image.repository.manifest(descriptor["digest"])
        found.append((json.loads(image.repository.blob(manifest["layers"][0]["digest"])), descriptor))
    return found


def put_bundle(
    image, bundle, *, subject=None, list_it=True, media_type=BUNDLE, artifact_type=BUNDLE, change=None
):
    """Attaches a bundle. `subject` is the descriptor that the manifest names instead of the image's; `change` is given
    the manifest before it goes out; a plain registry's list of referrers is kept here unless `list_it` is not.
    """
    repository = image.repository
    config = repository.push_blob(b"{}", registry.EMPTY)
    layer = repository.push_blob(registry.encoded(bundle), media_type)
    manifest = {
        "schemaVersion": 2,
        "mediaType": registry.MANIFEST,
        "artifactType": artifact_type,
        "config": config,
        "layers": [layer],
        "subject": subject or image.descriptor,
        "annotations": annotations_of(bundle),
    }
    if change:
        change(manifest)
    descriptor = repository.push_manifest(manifest)
    if list_it and not repository.registry.lists_referrers:
        put_list(image, [*repository.referrers(image.digest), dict(descriptor, artifactType=registry.EMPTY)])
    return descriptor


def annotations_of(bundle):
    annotations = {"dev.sigstore.bundle.content": "dsse-envelope"}
    try:
        statement = json.loads(decode(bundle["dsseEnvelope"]["payload"]))
        annotations["dev.sigstore.bundle.predicateType"] = statement["predicateType"]
    except (KeyError, TypeError, ValueError, RecursionError):
        annotations["dev.sigstore.bundle.predicateType"] = "https://sigstore.dev/cosign/sign/v1"
    return annotations


def put_list(image, descriptors):
    """The list of referrers where the registry keeps none."""
    index = {"schemaVersion": 2, "mediaType": registry.INDEX, "manifests": descriptors}
    image.repository.push_manifest(index, registry.INDEX, registry.fallback_tag(image.digest))


def remove_bundles(image):
    """Takes all bundles away, and gives them back."""
    found = bundles(image)
    if image.repository.registry.lists_referrers:
        for _, descriptor in found:
            image.repository.delete_manifest(descriptor["digest"])
    elif found:
        put_list(image, [])
    return [bundle for bundle, _ in found]


def edit_bundle(image, edit, **how):
    """Changes the image's only bundle as it lies in the registry. `edit` changes it, or returns another."""
    (bundle,) = remove_bundles(image)
    put_bundle(image, edit(bundle) or bundle, **how)


def edit_layer(image, kind, edit):
    """The same with the only layer of cosign 2."""
    (layer,) = layers(image, kind)
    put_layers(image, kind, [edit(layer) or layer])
