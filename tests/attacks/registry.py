"""A registry over plain HTTP, for what no client would do: take a signature out, and put another one in."""

import hashlib
import http.client
import json
import urllib.parse

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
EMPTY = "application/vnd.oci.empty.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def encoded(document):
    """What goes over the wire: bytes as they are, anything else as JSON."""
    return document if isinstance(document, bytes) else json.dumps(document).encode()


class RegistryError(Exception):
    """An answer that a registry which works would not give."""


class Registry:
    def __init__(self, address, lists_referrers):
        self.address = address
        self.lists_referrers = lists_referrers
        self.connection = None

    def request(self, method, path, body=None, headers=None):
        """(status, headers, body); a connection that the other side has closed meanwhile is made anew."""
        for attempt in (1, 2):
            self.connection = self.connection or http.client.HTTPConnection(self.address, timeout=30)
            try:
                self.connection.request(method, path, body, headers or {})
                answer = self.connection.getresponse()
                return answer.status, answer.headers, answer.read()
            except (http.client.HTTPException, ConnectionError):
                self.connection = None
                if attempt == 2:
                    raise

    def repository(self, name):
        return Repository(self, name)


class Repository:
    def __init__(self, registry, name):
        self.registry = registry
        self.name = name
        self.written = f"{registry.address}/{name}"

    def ask(self, method, path, expected, body=None, headers=None):
        status, headers, answer = self.registry.request(method, f"/v2/{self.name}/{path}", body, headers)
        if status not in expected:
            raise RegistryError(f"{method} {self.written} {path}: {status} {answer.decode(errors='replace')}")
        return status, headers, answer

    def push_blob(self, data, media_type):
        """Its descriptor."""
        name = digest(data)
        _, headers, _ = self.ask("POST", "blobs/uploads/", (202,), b"", {"Content-Length": "0"})
        place = urllib.parse.urlsplit(headers["Location"])
        query = "&".join(filter(None, [place.query, urllib.parse.urlencode({"digest": name})]))
        status, _, answer = self.registry.request(
            "PUT", f"{place.path}?{query}", data, {"Content-Type": "application/octet-stream"}
        )
        if status != 201:
            raise RegistryError(f"a blob for {self.written}: {status} {answer.decode(errors='replace')}")
        return {"mediaType": media_type, "digest": name, "size": len(data)}

    def push_manifest(self, document, media_type=MANIFEST, tag=None):
        """Its descriptor."""
        data = encoded(document)
        name = digest(data)
        self.ask("PUT", f"manifests/{tag or name}", (201,), data, {"Content-Type": media_type})
        return {"mediaType": media_type, "digest": name, "size": len(data)}

    def manifest(self, reference):
        """The document, or nothing."""
        accept = {"Accept": f"{MANIFEST}, {INDEX}"}
        status, _, answer = self.ask("GET", f"manifests/{reference}", (200, 404), None, accept)
        return json.loads(answer) if status == 200 else None

    def blob(self, name):
        return self.ask("GET", f"blobs/{name}", (200,))[2]

    def delete_manifest(self, name):
        self.ask("DELETE", f"manifests/{name}", (202,))

    def referrers(self, name):
        """The descriptors of what says that it belongs to this digest, by whichever way this registry has."""
        if not self.registry.lists_referrers:
            index = self.manifest(fallback_tag(name))
            return index["manifests"] if index else []
        found, path = [], f"referrers/{name}"
        while path:
            _, headers, answer = self.ask("GET", path, (200,))
            found += json.loads(answer)["manifests"]
            following = headers["Link"]
            path = following and following.split("<")[1].split(">")[0].split(f"/v2/{self.name}/")[1]
        return found


def fallback_tag(name):
    """Under which tag clients keep the list of an image's referrers where the registry keeps none."""
    return name.replace(":", "-")


class Image:
    """One image in one repository, by its digest."""

    def __init__(self, repository, descriptor):
        self.repository = repository
        self.descriptor = descriptor
        self.digest = descriptor["digest"]
        self.written = f"{repository.written}@{self.digest}"


def push_image(repository, remark, tag=None):
    """A small image that runs nowhere; the remark gives it a digest of its own."""
    layer = repository.push_blob(b"\0" * 1024, LAYER)
    configuration = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Labels": {"remark": remark}},
        "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
    }
    config = repository.push_blob(encoded(configuration), CONFIG)
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer]}
    return Image(repository, repository.push_manifest(manifest, tag=tag))


def push_index(repository, images, tag=None, more=()):
    """An index of these images, the first for linux/amd64, the second for linux/arm64; `more` are further entries."""
    entries = [
        dict(image.descriptor, platform={"os": "linux", "architecture": architecture})
        for image, architecture in zip(images, ("amd64", "arm64"))
    ]
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [*entries, *more]}
    return Image(repository, repository.push_manifest(index, INDEX, tag))
