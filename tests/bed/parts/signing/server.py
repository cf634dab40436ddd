"""All the services behind one address."""

import http.server
import json
import sys
import traceback
import urllib.parse

import fulcio
import issuer
import rekor
import timestamp

MOST_BYTES = 16 << 20


class Services:
    def __init__(self, folder, url):
        self.folder = folder
        self.issuer = issuer.Issuer(folder, url)
        self.fulcio = fulcio.Fulcio(folder, self.issuer)
        self.rekor1 = rekor.Version1(folder)
        self.rekor2 = rekor.Version2(folder, url)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.handle_with(self.get)

    def do_POST(self):
        self.handle_with(self.post)

    def handle_with(self, method):
        """Errors of the caller are 400, errors of ours 500 with the trace in the log."""
        address = urllib.parse.urlsplit(self.path)
        try:
            method(address.path, dict(urllib.parse.parse_qsl(address.query)))
        except (issuer.TokenError, fulcio.RequestError, rekor.EntryError, KeyError, ValueError) as error:
            traceback.print_exc()
            self.answer_json(400, {"code": 400, "message": f"{type(error).__name__}: {error}"})
        except Exception as error:  # whatever it is, the client gets an answer
            traceback.print_exc()
            self.answer_json(500, {"code": 500, "message": f"{type(error).__name__}: {error}"})

    def get(self, path, query):
        services = self.server.services
        if path == "/healthz":
            self.answer(200, b"ok\n", "text/plain")
        elif path == "/token":
            # Every parameter is a claim: /token?iss=https://issuer.example&email=alice@example.com
            self.answer(200, services.issuer.token(query).encode(), "text/plain")
        elif path == "/api/v1/log/publicKey":
            self.answer(200, (services.folder / "rekor1.pub").read_bytes(), "application/x-pem-file")
        elif path == "/api/v1/log/entries":
            self.answer_entry(services.rekor1.at(int(query["logIndex"])))
        elif path.startswith("/api/v1/log/entries/"):
            self.answer_entry(services.rekor1.named(path.rsplit("/", 1)[1]))
        else:
            self.answer_missing()

    def post(self, path, query):
        services = self.server.services
        length = int(self.headers["Content-Length"])
        if length > MOST_BYTES:
            self.close_connection = True
            return self.answer_json(413, {"code": 413, "message": "too large"})
        body = self.rfile.read(length)
        if path == "/timestamp":
            answer = timestamp.reply(services.folder, body)
            return self.answer(201, answer, "application/timestamp-reply")
        request = json.loads(body)
        kind, _, bearer = self.headers.get("Authorization", "").partition(" ")
        token = bearer if kind.lower() == "bearer" else None
        if path == "/api/v1/signingCert":
            chain = services.fulcio.version_1(request, token)
            self.answer(201, chain, "application/pem-certificate-chain")
        elif path == "/api/v2/signingCert":
            self.answer_json(200, services.fulcio.version_2(request, token))
        elif path == "/api/v1/log/entries":
            name, entry = services.rekor1.create(request)
            location = {"Location": f"/api/v1/log/entries/{name}", "ETag": name}
            self.answer_json(201, {name: entry}, location)
        elif path == "/api/v1/log/entries/retrieve":
            found = services.rekor1.retrieve(request)
            self.answer_json(200, [{name: entry} for name, entry in found])
        elif path == "/api/v2/log/entries":
            self.answer_json(201, services.rekor2.create(request))
        else:
            self.answer_missing()

    def answer_entry(self, found):
        if not found:
            return self.answer_missing()
        self.answer_json(200, dict(found))

    def answer_missing(self):
        self.answer_json(404, {"code": 404, "message": f"nothing at {self.command} {self.path}"})

    def answer_json(self, status, document, headers=None):
        self.answer(status, json.dumps(document).encode(), "application/json", headers)

    def answer(self, status, body, kind, headers=None):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    # Many tests sign at once; the default of five waiting connections resets the others.
    request_queue_size = 128

    def __init__(self, address, services):
        self.services = services
        super().__init__(address, Handler)


def serve(folder, url):
    folder = folder.resolve()
    address = urllib.parse.urlsplit(url)
    with Server((address.hostname, address.port), Services(folder, url)) as server:
        print(f"serving {folder} on {url}", file=sys.stderr, flush=True)
        server.serve_forever()
