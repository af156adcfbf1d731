# SPDX-License-Identifier: ISC
"""A master device: answers what builds the fleet shall run, or misbehaves as it is told."""
import base64
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATH = "/CMD0/box_info.xml"


def info(firmware="12.5678", bootcode="125670"):
    return (f'<info><sys version="12r1 sr8 IP6010[{firmware}], Bootcode[{bootcode}], HW[600]"/>'
            '</info>').encode()


class MasterDevice:
    """
    `answer` is (status, body) of each answer to come. hang() lets requests wait until proceed();
    refuse() turns connections away, listen() takes them again, on the same port.
    `asked` counts requests that came in; `credentials`, when set, are required.
    """

    def __init__(self):
        self.answer = (200, info())
        self.credentials = None
        self.asked = 0
        self.go = threading.Event()
        self.go.set()
        self.placeholder = None
        self.port = 0
        self.listen()

    def handler(self):
        return handler(self)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}{PATH}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.go.set()
        if self.placeholder:
            self.placeholder.close()
        else:
            self.end()

    def builds(self, firmware, bootcode):
        self.answer = (200, info(firmware, bootcode))

    def hang(self):
        self.go.clear()

    def proceed(self):
        self.go.set()

    def listen(self):
        if self.placeholder:
            self.placeholder.close()
            self.placeholder = None
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), self.handler())
        self.server.daemon_threads = True
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def refuse(self):
        """A socket that is bound but does not listen keeps the port and refuses connections."""
        self.end()
        self.placeholder = socket.socket()
        self.placeholder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.placeholder.bind(("127.0.0.1", self.port))

    def end(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def handler(master):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            master.asked += 1
            master.go.wait(60)
            if master.credentials and not self.authorised():
                self.reply(401, b"", {"WWW-Authenticate": 'Basic realm="device"'})
            elif self.path != PATH:
                self.reply(404, b"")
            else:
                self.reply(*master.answer)

        def authorised(self):
            wanted = base64.b64encode(":".join(master.credentials).encode()).decode()
            return self.headers.get("Authorization") == f"Basic {wanted}"

        def reply(self, status, body, headers=None):
            try:
                self.send_response(status)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(body)))
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
            except OSError:  # who asked did not wait
                self.close_connection = True

        def log_message(self, *_):
            pass

    return Handler
