"""A registry that passes on what another one says, and for some questions says something else."""

import http.client
import http.server
import threading

import registry

PASSED_ON = ("Accept", "Range")
PASSED_BACK = ("Content-Type", "Docker-Content-Digest", "Link", "OCI-Filters-Applied", "WWW-Authenticate")
CHUNK = b" " * (64 << 10)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        name = self.path.split("/v2/", 1)[-1].rsplit("/", 2)[0]
        self.behind, behaviour = self.server.repositories.get(name, (None, None))
        if self.path in ("/v2", "/v2/"):
            self.answer(200, b"{}")
        elif self.behind is None:
            self.answer(404, b'{"errors": []}')
        elif not behaviour(self):
            self.answer(*self.ask())

    do_HEAD = do_GET

    def ask(self):
        """What the registry behind says: status, body, headers."""
        connection = http.client.HTTPConnection(self.behind.address, timeout=30)
        headers = {name: self.headers[name] for name in PASSED_ON if self.headers[name]}
        connection.request("GET", self.path, None, headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return (
            answer.status,
            body,
            {name: answer.headers[name] for name in PASSED_BACK if answer.headers[name]},
        )

    def answer(self, status, body, headers=None, length=None):
        self.send_response(status)
        for name, value in (headers or {"Content-Type": "application/json"}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def stream(self, headers, start=b"", most=2 << 30):
        """So much, without saying how much it will be; whoever has enough goes away."""
        self.close_connection = True
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "GET":
            return
        try:
            self.wfile.write(start)
            for _ in range(most // len(CHUNK)):
                self.wfile.write(CHUNK)
        except OSError:
            pass

    def cut(self, status, body, headers):
        """The first half of an answer, and then nothing."""
        self.close_connection = True
        self.answer(status, body[: len(body) // 2], headers, length=len(body))

    def log_message(self, *arguments):
        pass


class Faulty(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.repositories = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def in_front_of(self, image, behaviour):
        """The same image, in a registry that behaves so: `behaviour` answers the request, or does not."""
        behind = image.repository.registry
        self.repositories[image.repository.name] = (behind, behaviour)
        front = registry.Registry(f"127.0.0.1:{self.server_port}", behind.lists_referrers)
        return registry.Image(front.repository(image.repository.name), image.descriptor)

    def handle_error(self, request, client_address):
        """Whoever goes away in the middle of an answer has seen enough."""
