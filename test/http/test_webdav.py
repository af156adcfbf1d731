# SPDX-License-Identifier: ISC
"""
/webdav/ as a WebDAV client sees it (curl): all methods with a password, what is public without one and what of it can
be written, and that nobody comes out of the folder.
"""
import re

import pytest

from lib.wait import wait_for
from lib.web import WebServer

USER = ("--digest", "-u", "files:secret")
CANARY = "CANARY"


@pytest.fixture(scope="module")
def server():
    """Public: /shown/ and below, /flat with its files. To be written: /box/ and below, /slot with its files."""
    with WebServer("--webdav-public", "/shown/", "--webdav-public", "/flat", "--webdav-writable", "/box/",
                   "--webdav-writable", "/webdav/slot", webdav_users={"files": "secret"}) as running:
        (running.path / "secret.txt").write_text(CANARY)
        (running.path / "config/secret.txt").write_text(CANARY)
        yield running


@pytest.fixture(autouse=True)
def files(server):
    """The same files for each test."""
    root = server.path / "webdav"
    for folder in ("shown/sub", "flat/sub", "box/sub", "slot/sub", "own"):
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / "a.txt").write_text(f"a of {folder}")
        (root / folder / "a.txt").parent.chmod(0o755)
    for folder in ("shown", "flat", "box", "slot"):
        (root / folder / "a.txt").write_text(f"a of {folder}")
        (root / folder / ".hidden").write_text(CANARY)
    yield root
    for path in sorted(root.rglob("*"), reverse=True):
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.name not in ("log", "alarm"):
            path.rmdir()


def ask(server, method, path, *words, user=False, data=None):
    return server.curl(f"/webdav{path}", "-X", method, *(USER if user else ()), *words, data=data)


def to(path):
    return ("-H", f"Destination: {path}")


# With a password

def test_all_methods(server, files):
    def do(*args, **how):
        return ask(server, *args, user=True, **how)

    assert do("MKCOL", "/own/new/").status == 201
    assert do("MKCOL", "/own/new/").status == 405
    assert do("MKCOL", "/nothing/new/").status == 409
    assert do("PUT", "/own/new/b.txt", data=b"one").status == 201
    assert do("PUT", "/own/new/b.txt", data=b"two").status == 204
    assert do("GET", "/own/new/b.txt").body == b"two"
    listed = do("PROPFIND", "/own/new/", "-H", "Depth: 1")
    assert listed.status == 207 and "/webdav/own/new/b.txt" in listed.text
    assert do("COPY", "/own/new/b.txt", *to(server.url("/webdav/own/new/c.txt"))).status == 201
    assert do("MOVE", "/own/new/c.txt", *to("/webdav/own/new/d%20%C3%BC.txt")).status == 201
    assert (files / "own/new/d ü.txt").read_bytes() == b"two"
    assert do("GET", "/own/new/d%20%C3%BC.txt").body == b"two"
    assert do("COPY", "/own/new/", *to("/webdav/own/copy/")).status in (200, 201)
    assert (files / "own/copy/b.txt").read_bytes() == b"two"
    assert do("DELETE", "/own/new/b.txt").status == 204
    assert do("DELETE", "/own/copy/").status in (200, 204)
    assert not (files / "own/copy").exists()
    options = do("OPTIONS", "/own/")
    assert options.status == 200 and options.headers["dav"] == "1,2,3"


def test_locks(server, files):
    body = (b'<?xml version="1.0"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>'
            b"<D:locktype><D:write/></D:locktype><D:owner>me</D:owner></D:lockinfo>")
    locked = ask(server, "LOCK", "/own/a.txt", user=True, data=body)
    assert locked.status == 200
    token = locked.headers["lock-token"]
    assert ask(server, "PUT", "/own/a.txt", user=True, data=b"x").status == 423
    assert ask(server, "PUT", "/own/a.txt", "-H", f"If: ({token})", user=True, data=b"y").status == 204
    assert ask(server, "UNLOCK", "/own/a.txt", "-H", f"Lock-Token: {token}", user=True).status == 204
    assert ask(server, "PUT", "/own/a.txt", user=True, data=b"z").status == 204


def test_properties(server):
    body = (b'<?xml version="1.0"?><D:propertyupdate xmlns:D="DAV:" xmlns:Z="urn:x"><D:set><D:prop><Z:colour>'
            b"red</Z:colour></D:prop></D:set></D:propertyupdate>")
    assert ask(server, "PROPPATCH", "/own/a.txt", "-H", "Content-Type: text/xml", user=True, data=body).status in (204, 207)
    assert "red" in ask(server, "PROPFIND", "/own/a.txt", "-H", "Depth: 0", user=True).text


def test_large_file(server, files):
    data = b"0123456789abcdef" * (20 << 16)  # 20 MB: more than a device may send
    assert ask(server, "PUT", "/own/large.bin", user=True, data=data).status == 201
    assert (files / "own/large.bin").read_bytes() == data
    assert ask(server, "GET", "/own/large.bin", "-r", "16-31", user=True).body == data[16:32]


def test_other_case_is_another_file(server):
    assert ask(server, "GET", "/own/A.TXT", user=True).status == 404
    assert ask(server, "GET", "/shown/A.txt").status == 404
    assert ask(server, "GET", "/Shown/a.txt").status == 401


def test_what_is_there_is_data(server, files):
    (files / "shown/page.html").write_text("<script>alert(1)</script>")
    for name in ("page.html", "a.txt"):
        answer = ask(server, "GET", f"/shown/{name}")
        assert answer.headers["content-security-policy"] == "sandbox"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "html" not in answer.headers["content-type"]


def test_logs_of_devices_are_there(server):
    assert server.get("/ap/log.fcgi?from=IP232-30-00-af&msg=hello").status == 200
    wait_for(lambda: "hello" in ask(server, "GET", "/log/log.txt", user=True).text, 10)
    assert ask(server, "GET", "/log/log.txt").status == 401


def test_name_of_the_folder_without_slash(server):
    assert ask(server, "GET", "", user=True).status == 301
    assert ask(server, "PROPFIND", "", "-H", "Depth: 0", user=True).status == 207


# Without a password

READ = {"GET", "HEAD", "OPTIONS", "PROPFIND"}
BODY = b"new"
# method, path → is it open to everybody?
RULES = [
    ("GET", "/shown/a.txt", True), ("GET", "/shown/sub/a.txt", True), ("PROPFIND", "/shown/", True),
    ("PROPFIND", "/shown/sub/", True), ("OPTIONS", "/shown/", True), ("GET", "/shown/.hidden", False),
    ("PUT", "/shown/b.txt", False), ("DELETE", "/shown/a.txt", False), ("MKCOL", "/shown/x/", False),
    ("LOCK", "/shown/a.txt", False), ("PROPPATCH", "/shown/a.txt", False), ("PUT", "/shown/sub/b.txt", False),
    ("GET", "/shownx/a.txt", False), ("GET", "/", False), ("PROPFIND", "/", False), ("GET", "/own/a.txt", False),
    ("GET", "/flat/a.txt", True), ("PROPFIND", "/flat/", True), ("PROPFIND", "/flat", True),
    ("GET", "/flat/sub/a.txt", False), ("PROPFIND", "/flat/sub/", False),
    ("PUT", "/flat/b.txt", False), ("GET", "/flat/.hidden", False), ("GET", "/flat/sub/", False),
    ("GET", "/box/a.txt", True), ("PROPFIND", "/box/", True), ("PUT", "/box/b.txt", True),
    ("PUT", "/box/sub/b.txt", True), ("DELETE", "/box/a.txt", True), ("MKCOL", "/box/x/", True),
    ("DELETE", "/box/sub/", True), ("DELETE", "/box/", False), ("PUT", "/box/.b", False),
    ("PUT", "/boxes", False), ("MKCOL", "/boxes/", False),
    ("GET", "/slot/a.txt", True), ("PUT", "/slot/b.txt", True), ("DELETE", "/slot/a.txt", True),
    ("PUT", "/slot/sub/b.txt", False), ("DELETE", "/slot/sub/", False), ("DELETE", "/slot/", False),
    ("MKCOL", "/slot/x", False), ("MKCOL", "/slot/x/", False), ("LOCK", "/slot/sub", False),
    ("PROPPATCH", "/slot/sub", False), ("PROPFIND", "/slot/sub/", False), ("PUT", "/slot/.b", False),
]
BODIES = {"PUT": BODY, "LOCK": b"<x/>", "PROPPATCH": b"<x/>"}


@pytest.mark.parametrize("method,path,is_open", RULES, ids=lambda x: str(x).replace("/", "-"))
def test_who_may_without_a_password(server, files, method, path, is_open):
    depth = ["-H", "Depth: 1"] if method == "PROPFIND" else []
    answer = ask(server, method, path, *depth, data=BODIES.get(method))
    assert CANARY not in answer.text
    if is_open:
        assert answer.status in (200, 201, 204, 207), answer
    else:
        assert answer.status == 401, answer
    for folder in ("shown", "flat", "box", "slot"):
        if not is_open:
            assert (files / folder / "a.txt").exists() and (files / folder / "sub/a.txt").exists()


def test_folder_of_a_public_folder_without_slash_stays_closed(server, files):
    """Its name without a slash at the end looks like a file's."""
    assert ask(server, "GET", "/flat/sub").status == 301
    for depth in ([], ["-H", "Depth: 0"], ["-H", "Depth: 1"], ["-H", "Depth: infinity"],
                  ["-H", "Depth: infinity", "-H", "Depth: infinity"]):
        assert ask(server, "DELETE", "/slot/sub", *depth).status == 400
        assert (files / "slot/sub/a.txt").exists()
        only = ask(server, "PROPFIND", "/flat/sub", *depth)
        assert only.status == 207 and "/webdav/flat/sub" in only.text and "a.txt" not in only.text
        assert ask(server, "PROPFIND", "/flat/a.txt", *depth).status == 207
    listed = ask(server, "PROPFIND", "/flat/sub/", "-H", "Depth: 1", user=True)
    assert listed.status == 207 and "a.txt" in listed.text
    assert ask(server, "PROPFIND", "/flat/", "-H", "Depth: infinity").status == 403
    assert ask(server, "PROPFIND", "/shown/").status == 403  # means infinity
    assert ask(server, "PUT", "/slot/sub", data=BODY).status in (401, 405, 409)
    assert (files / "slot/sub").is_dir()


def test_who_has_a_password_may_write_what_is_read_only(server, files):
    """curl asks without it first, as clients do: it must be asked for, not refused."""
    assert ask(server, "PUT", "/shown/b.txt", user=True, data=BODY).status == 201
    assert ask(server, "PUT", "/flat/sub/b.txt", user=True, data=BODY).status == 201
    assert ask(server, "PUT", "/slot/.b", user=True, data=BODY).status == 201
    assert ask(server, "DELETE", "/slot/sub/", user=True).status == 204
    assert (files / "shown/b.txt").read_bytes() == BODY and not (files / "slot/sub").exists()


@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_everybody_copies_and_moves_only_where_he_may_write(server, files, method):
    def goes(path, target):
        return ask(server, method, path, *to(target)).status

    assert goes("/box/a.txt", "/webdav/box/sub/c.txt") == 201
    (files / "box/a.txt").write_text("a of box")
    assert goes("/box/a.txt", server.url("/webdav/box/d.txt")) == 201
    (files / "box/a.txt").write_text("a of box")
    for target in ("/webdav/own/c.txt", "/webdav/shown/c.txt", "/webdav/c.txt", "/webdav/boxes",
                   "/webdav/box/.c", "/webdav/slot/c.txt"):
        assert goes("/box/a.txt", target) == 401, target
    for source in ("/own/a.txt", "/shown/a.txt", "/slot/a.txt", "/box/.hidden"):
        assert goes(source, "/webdav/box/e.txt") == 401, source
    assert not (files / "box/e.txt").exists()


# Out of the folder

ELSEWHERE = ["/config/user-config.xml", "/config/planted", "/webdav/../config/planted", "/planted", "/webdavx/planted",
             "/webdav/%2e%2e/config/planted", "/webdav/box/..%2f..%2fconfig%2fplanted", "/webdav/box/../../planted",
             "/webdav/./../planted", "/webdav/..?x", "/webdav/box/%2E%2E/%2e%2e/config/planted", "//config/planted",
             "/webdav//../config/planted", "/", "", "/webdav", "/webdav/", "config/planted", "/update/fw/planted",
             "http://127.0.0.1/config/planted", "/webdav/box/.%2e/.%2e/config/planted", "/webdav/box/..;/../../planted",
             "/WEBDAV/../config/planted", "/webdav%2f..%2fconfig%2fplanted", "/webdav/\\..\\planted"]


@pytest.mark.parametrize("target", ELSEWHERE)
@pytest.mark.parametrize("method", ["COPY", "MOVE"])
@pytest.mark.parametrize("user", [True, False], ids=["user", "everybody"])
def test_nobody_copies_out_of_the_folder(server, files, target, method, user):
    home = server.path
    before = (home / "config/user-config.xml").read_bytes()
    places = [home, home / "config", home / "fw", home.parent]
    there = [sorted(p.name for p in place.iterdir()) for place in places[:3]]
    status = ask(server, method, "/box/a.txt", *to(target), user=user).status
    assert (home / "config/user-config.xml").read_bytes() == before
    assert [sorted(p.name for p in place.iterdir()) for place in places[:3]] == there
    assert not any((place / "planted").exists() for place in places)
    if "\\" not in target and ";" not in target:  # those are names
        assert 400 <= status < 500, status
        assert (files / "box/a.txt").exists()


def test_full_address_of_another_place(server, files):
    """The same host, but not in /webdav/."""
    for user in (True, False):
        answer = ask(server, "COPY", "/box/a.txt", *to(server.url("/config/planted")), user=user)
        assert 400 <= answer.status < 500
        assert not (server.path / "config/planted").exists()


def test_destination_twice(server):
    for first, second in (("/webdav/box/x", "/config/planted"), ("/config/planted", "/webdav/box/x")):
        ask(server, "COPY", "/box/a.txt", *to(first), *to(second), user=True)
        assert not (server.path / "config/planted").exists()


@pytest.mark.parametrize("path", ["/../config/secret.txt", "/%2e%2e/secret.txt", "/shown/../../secret.txt", "/..%2fsecret.txt",
                                  "/shown/%2e%2e/%2e%2e/secret.txt", "/shown//../../secret.txt", "/.%00./secret.txt"])
@pytest.mark.parametrize("method", ["GET", "PUT", "PROPFIND", "DELETE"])
def test_nobody_reaches_out_of_the_folder(server, path, method):
    answer = ask(server, method, path, user=True, data=b"x" if method == "PUT" else None)
    assert 400 <= answer.status < 500
    assert CANARY not in answer.text
    assert (server.path / "secret.txt").read_text() == CANARY
    assert (server.path / "config/secret.txt").read_text() == CANARY


def test_links_are_not_followed(server, files):
    (files / "shown/link.txt").symlink_to(server.path / "secret.txt")
    (files / "shown/out").symlink_to(server.path / "config")
    for path in ("/shown/link.txt", "/shown/out/secret.txt"):
        answer = ask(server, "GET", path)
        assert answer.status == 403 and CANARY not in answer.text


def test_entity_in_a_body(server):
    body = (f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file://{server.path}/secret.txt">]>'
            f'<D:propfind xmlns:D="DAV:"><D:prop><x>&e;</x></D:prop></D:propfind>').encode()
    answer = ask(server, "PROPFIND", "/shown/", "-H", "Depth: 1", data=body)
    assert CANARY not in answer.text
    assert server.alive()


def test_body_for_everybody_is_not_received(server, files):
    """A large body of somebody who may not is refused before it is there."""
    data = b"x" * (5 << 20)
    answer = ask(server, "PUT", "/own/large.bin", data=data)
    assert answer.status == 401
    assert not (files / "own/large.bin").exists()
    assert not [p for p in (server.path / "run/upload").iterdir()]


# Without users

def test_without_users_only_what_is_public(stack):
    server = stack.enter_context(WebServer("--webdav-public", "/shown/", "--webdav-writable", "/box/"))
    for folder in ("shown", "box"):
        (server.path / "webdav" / folder).mkdir()
        (server.path / "webdav" / folder / "a.txt").write_text("a")
    (server.path / "webdav/a.txt").write_text(CANARY)
    assert ask(server, "GET", "/shown/a.txt").status == 200
    assert ask(server, "GET", "/shown/a.txt", user=True).status == 200
    assert ask(server, "PUT", "/shown/b.txt", data=BODY).status == 403
    assert ask(server, "PUT", "/box/b.txt", data=BODY).status == 201
    assert ask(server, "GET", "/a.txt").status == 403
    assert ask(server, "PROPFIND", "/").status == 403
    assert ask(server, "COPY", "/box/a.txt", *to("/webdav/c.txt")).status == 403
    assert ask(server, "COPY", "/box/a.txt", *to("/webdav/box/c.txt")).status == 201
    assert ask(server, "COPY", "/box/a.txt", *to("/config/planted")).status == 403


def test_everything_public(stack):
    server = stack.enter_context(WebServer("--webdav-writable", "/"))
    assert ask(server, "PUT", "/b.txt", data=BODY).status == 201
    assert ask(server, "MKCOL", "/x/").status == 201
    assert ask(server, "MOVE", "/b.txt", *to("/webdav/x/c.txt")).status == 201
    assert ask(server, "GET", "/x/c.txt").body == BODY
    assert ask(server, "MOVE", "/x/c.txt", *to("/config/planted")).status == 403
    assert ask(server, "DELETE", "/").status == 403
    assert re.search(r"/webdav/x/", ask(server, "PROPFIND", "/", "-H", "Depth: 1").text)
