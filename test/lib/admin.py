# SPDX-License-Identifier: ISC
"""
Somebody at the administrator's pages, without a browser: keeps cookies, knows the token of his session.

    boss = Admin(server).sign_in()
    page = boss.get("devices", q="missing")
    boss.post("device/act", act="touch", sn=SN)
"""
import html
import itertools
import re
from pathlib import Path
from urllib.parse import quote, urlencode

from lib import wire
from lib.server import ROOT

BASE = "/update"
USER, PASSWORD = "admin", "a good one 4711"
# For a configuration: sign-in as on a server that was set up.
MASTER = f'<master info="" user="{USER}" password="{PASSWORD}"/>'
FORM = "application/x-www-form-urlencoded"
TOKEN = re.compile(r'<input[^>]*name="csrf"[^>]*value="([^"]*)"')
ROW = re.compile(r'^ +\{"([^"]+)", +(GET|POST), +ROLE_(\w+), +(true|false), +(\w+)\},$', re.M)


def rows():
    """[(path, method, role, checked, function)]: the table of lib/pages/route.c."""
    text = (ROOT / "lib/pages/route.c").read_text()
    found = [(path, method, role.lower(), checked == "true", function)
             for path, method, role, checked, function in ROW.findall(text)]
    assert len(found) == text.count("    {\""), "a row of route.c that this test does not understand"
    return found


def multipart(fields, files):
    """(Content-Type, body). `files`: {field: (file name, bytes)}."""
    mark = "-------rollcall-test-4711"
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
             for name, value in fields]
    parts += [f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
              "Content-Type: application/octet-stream\r\n\r\n".encode() + content + b"\r\n"
              for name, (file, content) in files.items()]
    return f"multipart/form-data; boundary={mark}", b"".join(parts) + f"--{mark}--\r\n".encode()


class Admin:
    def __init__(self, server, via=None, base=BASE, language="en"):
        """`via`: http or https; as a browser would come, when it is not said."""
        self.server, self.base = server, base
        self.via = via or ("https" if "https" in server.ports else "http")
        self.cookies, self.token, self.language = {}, None, language

    @property
    def host(self):
        return f"127.0.0.1:{self.server.ports[self.via]}"

    @property
    def origin(self):
        return f"{self.via}://{self.host}"

    def path(self, path, query=()):
        """`path`: below BASE/admin/, or absolute."""
        whole = path if path.startswith("/") else f"{self.base}/admin/{path}"
        return whole + ("?" + urlencode(query, quote_via=quote) if query else "")

    def request(self, method, path, headers=(), body=None):
        """The reply; cookies are kept."""
        sent = [("Accept-Language", self.language), *headers]
        if self.cookies:
            sent.append(("Cookie", "; ".join(f"{n}={v}" for n, v in self.cookies.items())))
        reply = self.server.request(wire.get(path, self.host, method, sent, body), via=self.via)
        assert reply.complete, f"{method} {path}: {reply.status}, and not all of it"
        for name, value in reply.headers:
            if name == "set-cookie":
                self.keep(value)
        return reply

    def keep(self, cookie):
        name, _, value = cookie.partition(";")[0].partition("=")
        if "max-age=0" in cookie.lower() or not value:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

    def get(self, path, headers=(), **query):
        return self.request("GET", self.path(path, query), headers)

    def page(self, path, **query):
        """The text of a page that is there."""
        reply = self.get(path, **query)
        assert reply.status == 200, f"{path}: {reply.status} {reply.text[:500]}"
        return reply.text

    def post(self, path, *, headers=(), files=None, token=True, origin=True, **fields):
        """`token`: that of the session, none (False), or this. A field may be a list: several of it.
        `origin`: as a browser says it; None: not at all."""
        pairs = list(itertools.chain.from_iterable(
            [(n, x) for x in v] if isinstance(v, (list, tuple)) else [(n, v)] for n, v in fields.items()))
        if token:
            pairs.append(("csrf", self.token if token is True else token))
        kind, body = (multipart(pairs, files) if files
                      else (FORM, urlencode(pairs, quote_via=quote).encode()))
        sent = [("Content-Type", kind), *headers]
        if origin:
            sent.append(("Origin", self.origin if origin is True else origin))
        return self.request("POST", self.path(path), sent, body)

    def sign_in(self, user=USER, password=PASSWORD):
        reply = self.try_sign_in(user, password)
        assert reply.status == 303, f"{reply.status} {reply.text[:2000]}"
        self.token = self.find_token()
        return self

    def try_sign_in(self, user, password, **more):
        return self.post("sign-in", token=False, user=user, password=password, **more)

    def find_token(self):
        found = TOKEN.search(self.page(""))
        assert found, "no token in any form"
        return html.unescape(found[1])

    def make_user(self, name, role, password=PASSWORD, again=PASSWORD):
        """An account, and somebody who is signed in with it. `again`: our own password."""
        reply = self.post("users/save", name=name, role=role, make="1", password=password,
                          repeat=password, again=again)
        assert reply.status == 303, f"{reply.status} {reply.text[:2000]}"
        return Admin(self.server, self.via, self.base, self.language).sign_in(name, password)


def keep_file(folder, name, content):
    """Test output."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name
