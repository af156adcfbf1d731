# SPDX-License-Identifier: ISC
"""A web server as the command file of commands/@url lies on, and that backups are sent to."""
import base64
import io
import tarfile
import threading
from http.server import BaseHTTPRequestHandler

from lib.master import MasterDevice

COMMANDS = "/commands.txt"


class Depot(MasterDevice):
    """
    `commands` is the text of the command file. `taken`: [(path, bytes)] of what was sent. `status`: of answers to PUT.
    `credentials`, when set, are required for both; hang(), proceed(), refuse(), listen(): see MasterDevice.
    """

    def __init__(self, *commands):
        self.commands = "\n".join(commands)
        self.status = 201
        self.taken = []
        self.lock = threading.Lock()
        super().__init__()

    def handler(self):
        return depot_handler(self)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}{COMMANDS}"

    def says(self, *lines):
        """The command file; {} in a line is where backups go."""
        self.commands = "".join(line.format(f"http://127.0.0.1:{self.port}") + "\n" for line in lines)
        return self

    def paths(self):
        with self.lock:
            return [path for path, _ in self.taken]

    def archive(self, path):
        """{name: bytes} of an archive that was sent."""
        with self.lock:
            content = next(content for name, content in reversed(self.taken) if name == path)
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as tar:
            return {m.name: tar.extractfile(m).read() for m in tar if m.isfile()}


def depot_handler(depot):
    def is_allowed(request):
        wanted = base64.b64encode(":".join(depot.credentials).encode()).decode()
        return request.headers.get("Authorization") == f"Basic {wanted}"

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, status, body=b""):
            self.send_response(status)
            if status == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="depot"')
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def is_let_in(self):
            if not depot.credentials or is_allowed(self):
                return True
            self.answer(401)
            return False

        def do_GET(self):
            depot.asked += 1
            depot.go.wait(60)
            try:
                if self.is_let_in():
                    found = self.path == COMMANDS
                    self.answer(200 if found else 404, depot.commands.encode() if found else b"")
            except OSError:
                self.close_connection = True

        def do_PUT(self):
            try:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                if not self.is_let_in():
                    return
                status = depot.status
                if status < 300:
                    with depot.lock:
                        depot.taken.append((self.path, content))
                self.answer(status)
            except OSError:
                self.close_connection = True

        def log_message(self, *_):
            pass

    return Handler
