# SPDX-License-Identifier: ISC
"""What `rollcall check` says of the web server: its settings, what it publishes, its certificate, its size."""
import contextlib
import fcntl
import json
import os
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lib import wire
from lib.device import UPDATE
from lib.pki import Ca, make_server, self_signed
from lib.server import config
from lib.wait import wait_for
from lib.web import WebServer, users_line

HOST = wire.DEVICE_HOST
KEPT = '<status dir="status"/>'


def check(home, pki=None, **how):
    """[(kind, file, text)]; the rest of the output counts for test_cli.py."""
    done = home.cli("check", "--json", *(["--pki", pki] if pki else []), **how)
    assert done.stdout.startswith("{"), done.stderr
    found = json.loads(done.stdout)["findings"]
    assert done.returncode == (1 if any(f["kind"] == "error" for f in found) else 0)
    return [(f["kind"], f["file"], f["text"]) for f in found]


def about(home, *words, **how):
    """The findings whose text or file has all of these words."""
    return [f for f in check(home, **how) if all(w in f[1] + f[2] for w in words)]


@pytest.fixture
def quiet(home):
    """A home in which nothing is wrong."""
    def make(*elements):
        where = home(config('<master info="" password="another good one"/>', *elements))
        for folder in ("fw", "webdav", "data", "log", "run", "ca", "pki", "backup"):
            (where.path / folder).mkdir()
        assert elements or check(where) == []
        return where
    return make


def put(home, name, text="x", mode=0o640):
    path = home.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


# ---- settings ----

SETTINGS = {
    # Without a path, each base and /ap/ are public.
    "": [],
    "http = 127.0.0.1:1\nhttps = 127.0.0.1:2\nmtls = 127.0.0.1:3\nforce-https = yes\nconnections = 3000": [],
    "public = /": [],
    "public = /update/\npublic = /ap/": [],
    "public = /update/\npublic = /ap": [],
    "base = /a\nbase = /b\npublic = /a/\npublic = /ap/": ["/b/update.php is not public", "/b/fw/ is not public"],
    "base = /\npublic = /update.php\npublic = /fw/": ["/ap/ is not public"],
    "public = /update\npublic = /ap/": ["/update/fw/ is not public, and there are no users: a device that loads"],
    "public = /update/": ["/ap/ is not public, and there are no users: a device that logs here is refused"],
    "public = /Update/\npublic = /ap/": ["/update/update.php is not public", "/update/fw/ is not public"],
    "webdav-public = /background/": [],
    "webdav-writable = /in": ["webdav-writable = /in: whoever reaches this server may put files there"],
    "webdav-writable = /": ["all of /webdav/ and what devices logged with it", "what devices logged: /webdav/log",
                            "what devices reported: /webdav/alarm"],
    "webdav-public = /log": ["everybody may read what devices logged"],
    "webdav-public = /alarm/": ["everybody may read what devices reported"],
    "webdav-public = /logo/": [],
    "http = 127.0.0.1:1\nauth = basic": [],
}


@pytest.mark.parametrize("text", SETTINGS)
def test_settings(quiet, text):
    where = quiet()
    put(where, "config/server.conf", text + "\n")
    found = check(where)
    assert len(found) == len(SETTINGS[text]), found
    for (kind, file, said), expected in zip(found, SETTINGS[text]):
        assert kind == "warning" and file.endswith("config/server.conf") and expected in said


SETTINGS_WITH_USERS = {
    "public = /update/": ["/ap/ is not public: a device that logs here must have a user and his password in its URL"],
    "http = 127.0.0.1:1\nauth = basic": ["auth = basic sends passwords as they are"],
    "https = 127.0.0.1:1\nauth = basic": [],
    "http = 127.0.0.1:1\nauth = digest": [],
}


@pytest.mark.parametrize("text", SETTINGS_WITH_USERS)
def test_settings_with_users(quiet, text):
    where = quiet()
    put(where, "config/server.conf", text + "\n")
    put(where, "config/web.htdigest", users_line("anna", "x"))
    found = check(where)
    assert len(found) == len(SETTINGS_WITH_USERS[text]), found
    assert all(expected in said for (_, _, said), expected in zip(found, SETTINGS_WITH_USERS[text]))


@pytest.mark.parametrize("text, said", [
    ("mtls = 0.0.0.0:443", "mutual TLS is on port 443, where browsers"),
    ("mtls = [::]:80", "mutual TLS is on port 80"),
    ("http = 127.0.0.1:1\nforce-https = yes", "force-https sends browsers to HTTPS, but that is not served"),
    ("http = 127.0.0.1:1\nhttps = 0.0.0.0:1", "are the same port"),
])
def test_settings_that_are_errors(quiet, text, said):
    where = quiet()
    put(where, "config/server.conf", text + "\n")
    (one,) = check(where)
    assert one[0] == "error" and one[1].endswith("server.conf") and said in one[2]


def test_with_a_broken_configuration(home):
    """The web server is looked at all the same."""
    where = home("<config><oops/></config>")
    put(where, "config/server.conf", "webdav-writable = /\n")
    (where.path / "fw").symlink_to(where.path / "config")
    assert about(where, "webdav-writable = /") and about(where, "the web server publishes", "config")


# ---- what is published ----

def test_links(quiet):
    where = quiet('<customcerts dir="keys"/>')
    (where.path / "keys").mkdir()
    key = put(where, "keys/device.key", "secret")
    for name, to in (("fw/config", where.path / "config"), ("webdav/x/deep", "../../data"), ("fw/key", key),
                     ("webdav/home", where.path), ("fw/root", "/")):
        (where.path / name).parent.mkdir(exist_ok=True)
        (where.path / name).symlink_to(to)
    os.link(key, where.path / "webdav/harmless.txt")
    errors = {f[1].removeprefix(f"{where.path}/"): f[2] for f in check(where) if f[0] == "error"}
    assert set(errors) == {"fw/config", "webdav/x/deep", "fw/key", "webdav/home", "fw/root", "webdav/harmless.txt"}
    assert f"leads to {where.path}/config (the configuration, with passwords in it): remove it" in errors["fw/config"]
    assert "all that is known of devices" in errors["webdav/x/deep"]
    assert "certificates of devices" in errors["fw/key"]
    assert f"another name of {key}" in errors["webdav/harmless.txt"]


def test_links_that_are_followed_by_nobody(quiet):
    where = quiet()
    put(where, "fw/1/ip232.bin")
    (where.path / "fw/latest").symlink_to("1")
    (where.path / "fw/gone").symlink_to("nowhere")
    found = about(where, "the web server does not follow")
    assert {os.path.basename(f[1]) for f in found} == {"latest", "gone"} and all(f[0] == "warning" for f in found)


@pytest.mark.parametrize("elements, folder, kind", [
    (['<customcerts dir="webdav/certs"/>'], "webdav/certs", "error"),
    (['<times dir="webdav/scripts"/>'], "webdav/scripts", "warning"),
    (['<backup dir="webdav/backup"/>'], "webdav/backup", "warning"),
])
def test_private_folders_in_what_is_published(home, elements, folder, kind):
    """A password may be asked for what administrators put there on purpose; keys are never meant to be there."""
    where = home(config('<master info="" password="another good one"/>', *elements))
    (where.path / folder).mkdir(parents=True, exist_ok=True)
    (where.path / folder).chmod(0o750)
    (one,) = about(where, "the web server publishes")
    assert one[0] == kind and str(where.path / folder) in one[2] and "move it away" in one[2]


@pytest.mark.parametrize("name", ["config", "data", ".", "certs"])
def test_a_published_folder_that_is_a_private_one(quiet, name):
    where = quiet()
    (where.path / "fw").rmdir()
    (where.path / "fw").symlink_to(name)
    found = about(where, "the web server publishes")
    assert found and all(f[0] == "error" or "scripts" in f[2] or "backup" in f[2] for f in found)
    assert any(str(where.path / ("config" if name == "." else name)) in f[2] for f in found)


def test_a_published_folder_elsewhere(quiet, tmp_path):
    where = quiet()
    (where.path / "fw").rmdir()
    (where.path / "fw").symlink_to(tmp_path)
    (tmp_path / "1").mkdir()
    assert check(where) == []
    (where.path / "fw").unlink()
    (where.path / "fw").symlink_to("nowhere")
    assert about(where, "cannot publish it: No such file")


def test_what_the_web_server_cannot_read(quiet):
    """As the one that it runs as."""
    where = quiet()
    where.path.chmod(0o755)
    for path, _, files in os.walk(where.path):
        os.chmod(path, 0o755)
        for name in files:
            os.chmod(f"{path}/{name}", 0o644)
    put(where, "fw/1/ip232.bin", mode=0o600)
    put(where, "fw/2/ip232.bin", mode=0o644).parent.chmod(0o700)
    put(where, "fw/3/ip232.bin", mode=0o644)
    if os.geteuid() != 0:
        pytest.skip("who made the files can read them")
    found = about(where, "the web server cannot read", nobody=True)
    assert sorted(os.path.relpath(f[1], where.path) for f in found) == ["fw/1/ip232.bin", "fw/2"]
    assert about(where, "the web server cannot read") == [], "root can"


def test_folders_that_all_users_may_enter(quiet):
    where = quiet()
    put(where, "config/server.conf", "", 0o644)
    put(where, "config/web.htdigest", "", 0o644)
    put(where, "pki/client-ca.key", "x", 0o644)
    (where.path / "config/user-config.xml").chmod(0o644)
    (where.path / "webdav").chmod(0o777)
    where.path.chmod(0o700)
    assert about(where, "open to all users") == [], "nobody gets there"
    where.path.chmod(0o755)
    assert sorted(os.path.relpath(f[1], where.path) for f in about(where, "open to all users", "chmod o-")) == [
        "config/user-config.xml", "config/web.htdigest", "pki/client-ca.key", "webdav"]


@pytest.mark.alone
def test_many_files(quiet):
    """It ends, and says that more is wrong than is printed."""
    where = quiet()
    for n in range(3000):
        (where.path / f"webdav/{n}").symlink_to("nowhere")
    started = time.monotonic()
    assert 20 < len(check(where)) < 200
    assert time.monotonic() - started < 10


# ---- the server that runs ----

class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.path, self.headers["User-Agent"]))
        answer = self.server.answer
        status = answer(self.path) if callable(answer) else answer
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served(home, *addresses):
    """As if `rollcall serve` ran here, at these addresses."""
    (home.path / "run").mkdir(exist_ok=True)
    with open(home.path / "run/serve.lock", "w", encoding="utf-8") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        put(home, "run/serve", f"pid {os.getpid()}\n" + "".join(f"address {a}\n" for a in addresses))
        yield


@contextlib.contextmanager
def answering(home, answer):
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.answer, server.asked = answer, []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with served(home, f"http://127.0.0.1:{server.server_port}/update/"):
            yield server
        server.shutdown()


def test_private_files_over_http(quiet):
    where = quiet()
    leaks = {"/config/user-config.xml": 200, "/update/fw/certs/": 206, "/webdav/data/store/data.mdb": 200}
    with answering(where, lambda path: leaks.get(path, 404)) as server:
        found = about(where, "gives", "to everybody who asks")
        assert {f[2].split(" ")[5] for f in found} == set(leaks) and all(f[0] == "error" for f in found), found
        paths = {path for path, _ in server.asked}
        assert {"/certs/", "/update/config/server.conf", "/pki/server.pem", "/webdav/config/web.htdigest"} <= paths
        assert {agent for _, agent in server.asked} == {"rollcall check"}


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 503])
def test_nothing_over_http(quiet, status):
    where = quiet()
    with answering(where, status):
        assert check(where) == []


@pytest.mark.alone
def test_a_server_that_does_not_answer(quiet):
    """Neither nobody, nor one that takes the connection and says nothing."""
    where = quiet()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        with served(where, f"http://127.0.0.1:{silent.getsockname()[1]}/update/"):
            (one,) = check(where)
        assert one[0] == "warning" and "does not answer" in one[2] and time.monotonic() - started < 8
        port = silent.getsockname()[1]
    with served(where, f"http://127.0.0.1:{port}/update/"):
        (one,) = check(where)
        assert "does not answer" in one[2]


def test_a_server_that_runs(pki, stack):
    """A real one, with all that it can have: nothing is wrong, and no device is mentioned."""
    server = stack.enter_context(WebServer("--webdav-public", "/background/", users={"anna": "x"},
                                           webdav_users={"anna": "x"}, pki=pki.folder,
                                           user_config=config('<master info="" password="another good one"/>')))
    before = server.log()
    assert [f for f in check(server, pki=pki.folder) if "expires on" not in f[2]] == []
    assert "warn" not in server.log()[len(before):]
    assert server.alive()


def test_mutual_tls_on_a_port_of_others(quiet):
    where = quiet()
    with served(where, "mtls://[::]:443/update/"):
        (one,) = check(where)
        assert one[0] == "error" and "mutual TLS is on port 443" in one[2]
    with served(where, "https://0.0.0.0:443/update/", "mtls://0.0.0.0:444/update/"):
        assert check(where) == []


# ---- the certificate ----

def pem(issued):
    return issued.crt.read_text() + issued.key.read_text()


@pytest.mark.parametrize("valid, kind, said", [
    ((-30, -1), "error", "has expired"), ((1, 30), "error", "is not valid yet"), ((-1, 20), "warning", "expires on 20"),
    ((-1, 40), None, None),
])
def test_dates_of_the_certificate(quiet, tmp_path, valid, kind, said):
    where = quiet()
    put(where, "pki/server.pem", pem(self_signed(tmp_path, HOST, valid=valid)), 0o600)
    found = check(where)
    assert [f[0] for f in found] == ([kind] if kind else [])
    assert not said or (said in found[0][2] and found[0][1].endswith("pki/server.pem"))


def test_certificates_that_cannot_be_served(quiet, tmp_path):
    where = quiet()
    one, other = self_signed(tmp_path, HOST), self_signed(tmp_path, HOST)
    for text, said in ((one.crt.read_text() + other.key.read_text(), "its private key is not that of its first"),
                       (one.crt.read_text(), "no private key in it"), (one.key.read_text(), "no certificate in it"),
                       ("text", "no certificate in it"), (pem(one)[:200], "damaged, or not complete")):
        put(where, "pki/server.pem", text, 0o600)
        assert any(f[0] == "error" and "cannot be served" in f[2] and said in f[2] for f in check(where)), said
    (where.path / "pki/server.pem").unlink()
    (where.path / "pki/server.pem").mkdir()
    assert about(where, "cannot be looked at", "not a regular file")


def test_the_folder_of_server_conf(quiet, tmp_path):
    where = quiet()
    put(where, "config/server.conf", f"pki = {tmp_path}\n")
    (tmp_path / "server.pem").write_text("text")
    assert about(where, "cannot be served", str(tmp_path))


def test_names_of_the_certificate(stack, tmp_path):
    """Those that devices ask for us by, over HTTPS or as soon as they are moved there."""
    ca = Ca(tmp_path, "Office CA")
    server_pem = ca.issue(f"/CN={HOST}", eku="serverAuth", san=f"DNS:{HOST},IP:192.0.2.7", key="P-256")
    folder = tmp_path / "pki"
    folder.mkdir()
    make_server(folder)
    (folder / "server.pem").write_text(pem(server_pem))
    (folder / "server.pem").chmod(0o600)
    (folder / "client-ca.pem").write_text(ca.text)
    server = stack.enter_context(WebServer(pki=folder, user_config=config(
        '<master info="" password="another good one"/>', KEPT)))

    def poll(sn, host, via):
        reply = server.request(wire.get(f"{UPDATE}?hwid=IP232-{sn[-8:]}&type=IP232&ip=192.0.2.9&sn={sn}", host), via=via)
        assert reply.status == 200, reply.text

    def names():
        found = about(server, "but the certificate of this server is for", f"DNS:{HOST}, IP")
        assert all(f[0] == "warning" for f in found)
        return sorted(" ".join(f[2].split(" ")[:5]) for f in found)

    def seen(count):
        return server.cli("devices", "--csv").stdout.count("00-90-33-30-00-") >= count

    poll("00-90-33-30-00-01", HOST, "https")
    poll("00-90-33-30-00-02", "192.0.2.7:444", "https")
    poll("00-90-33-30-00-03", "other.example", "http")
    wait_for(lambda: seen(3), 10)
    # --pki is that of the server.
    put(server, "config/server.conf", f"pki = {folder}\n")
    assert names() == []
    poll("00-90-33-30-00-04", "Wrong.example:444", "https")
    poll("00-90-33-30-00-05", "wrong.example", "https")
    poll("00-90-33-30-00-06", "192.0.2.8", "https")
    wait_for(lambda: seen(6), 10)
    assert names() == ["1 device asks for 192.0.2.8", "2 devices ask for wrong.example"]
    # The one over HTTP, too, as soon as it will be moved; unless that names another host.
    server.take(config('<master info="" password="another good one"/>', KEPT, '<times forcehttps="true"/>'))
    assert "1 device asks for other.example" in names()
    server.take(config('<master info="" password="another good one"/>', KEPT,
                       f'<times forcehttps="true" httpsurlmod="!other[.]example!{HOST}!"/>'))
    assert names() == ["1 device asks for 192.0.2.8", "2 devices ask for wrong.example"]
    # Behind a proxy, the certificate that devices see is not ours.
    put(server, "config/server.conf", f"pki = {folder}\ntrust-proxy = 192.0.2.1\n")
    assert names() == []


# ---- its size ----

def test_connections_for_the_devices_that_are_known(stack):
    server = stack.enter_context(WebServer(user_config=config('<master info="" password="another good one"/>', KEPT)))
    with wire.Connection(server.port) as connection:
        for n in range(520):
            sn = f"00-90-33-30-{n >> 8:02x}-{n & 255:02x}"
            connection.send(wire.get(f"{UPDATE}?hwid=IP232-{sn[-8:]}&type=IP232&ip=192.0.2.9&sn={sn}", close=False))
            assert connection.receive().status == 200
    put(server, "config/server.conf", "connections = 64\n")
    (one,) = wait_for(lambda: about(server, "connections = 64 is little for 520 known devices"), 10)
    assert one[0] == "warning" and "65 or more" in one[2]
    put(server, "config/server.conf", "connections = 65\n")
    assert about(server, "is little for") == []
