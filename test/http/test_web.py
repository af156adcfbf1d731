# SPDX-License-Identifier: ISC
"""
The web server around the update server (platform.md, "The web server"): who may see what over which port, passwords,
force HTTPS, firmware files, proxies, limits, logs, and what is missing on the machine.
"""
import os
import re
import shutil
import stat
import subprocess
import threading
from pathlib import Path

import pytest

from lib import wire
from lib.device import UPDATE, settled
from lib.server import PLAIN, StartError, config, rollcall
from lib.wait import holds_for, wait_for
from lib.web import BROWSER, PHONE, WebServer, curl

CANARY = b"CANARY"
FIRMWARE = bytes(range(256)) * 40
WEB_LOG = 10 << 20  # bytes after which a log of lighttpd is rotated
MISUSE, FINDING = 2, 1
HWID = "IP232-30-00-af"


@pytest.fixture
def web(stack):
    """web(option, …, users=…) starts an instance."""
    return lambda *args, **how: stack.enter_context(WebServer(*args, **how))


def put_firmware(server, name="125678/ip232.bin", content=FIRMWARE):
    path = server.path / "fw" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


# Private paths, over every port

def client(server, via, pki):
    return wire.Connection(server.ports[via],
                           None if via == "http" else wire.tls_client(pki.device(HWID) if via == "mtls" else None))


def home_files(server):
    """All that lies in the home, but what is published; relative."""
    public = ("fw/", "webdav/")
    found = []
    for folder, folders, files in os.walk(server.path):
        for name in folders + files:
            relative = os.path.relpath(os.path.join(folder, name), server.path)
            if not f"{relative}/".startswith(public):
                found.append(relative)
    return sorted(found)


PREFIXES = ("/", "/update/", "/update/fw/", "/webdav/", "/ap/", "/update/web/", "/update/fw/%2e%2e/",
            "/update/fw/../", "/webdav/../", "/webdav/..%2f", "/update/fw/%2e%2e%2f", "/webdav/log/../../",
            "/update/fw//../", "/update/fw/.%2e/")
CLOSED = {400, 403, 404}  # 400: the path itself is nothing that is asked for


@pytest.fixture(scope="module")
def full(pki):
    """All ports, all parts, and a canary in each folder of the home."""
    with WebServer("--webdav-public", "/", users={"boss": "secret"}, webdav_users={"files": "secret"},
                   pki=pki.folder) as server:
        for folder in ("", "config", "certs", "scripts", "backup", "data", "run", "log", "ca", "pki"):
            (server.path / folder).mkdir(exist_ok=True)
            (server.path / folder / "canary.txt").write_bytes(CANARY)
        (server.path / "webdav/config").symlink_to(server.path / "config")
        (server.path / "fw/config").symlink_to(server.path / "config")
        put_firmware(server)
        yield server


@pytest.mark.parametrize("via", ["http", "https", "mtls"])
def test_nothing_of_the_home_is_served(full, pki, via):
    """Each file and folder that is there, by each way that might lead to it."""
    names = home_files(full)
    assert {"config/user-config.xml", "config/web.htdigest", "run/lighttpd.conf", "canary.txt", "data/store",
            "pki/canary.txt", "certs/canary.txt"} <= set(names)
    targets = [prefix + name for name in names for prefix in PREFIXES]
    targets += ["/update/fw/config/canary.txt", "/webdav/config/canary.txt",  # links
                "/etc/passwd", "/update/fw/../../../../../../etc/passwd"]
    if via != "mtls":  # 401 there says nothing either, but that a password is wanted
        targets = [t for t in targets if t.startswith(("/update", "/webdav", "/ap"))]
    wrong, connection = [], None
    for target in targets:
        if connection is None:
            connection = client(full, via, pki)
        reply = connection.request(wire.get(target, close=False))
        sent_on = reply.status == 301 and reply.header("location").startswith("https:") and via == "http"
        if target == "/webdav/log":  # is there, for everybody to see in this instance
            continue
        if not (sent_on or reply.status in CLOSED) or CANARY in reply.body:
            wrong.append((target, reply.status))
        if reply.status == 0 or (reply.header("connection") or "").lower() == "close" or not reply.complete:
            connection.close()
            connection = None
    assert not wrong, wrong[:20]
    assert full.alive()


@pytest.mark.parametrize("via", ["http", "https"])
def test_what_is_not_public_asks_for_a_password(full, via):
    for target in ("/", "/config/user-config.xml", "/canary.txt", "/etc/passwd", "/updates/x", "/Update/"):
        answer = full.curl(target, via=via)
        assert answer.status == 401, target
        assert "digest" in answer.headers["www-authenticate"].lower()
        assert full.curl(target, "--digest", "-u", "boss:secret", via=via).status == 404, target


@pytest.mark.parametrize("target", ["/update/admin/", "/update/admin/sign-in", "/update/web/rollcall.css",
                                    "/webdav/", "/webdav/log/log.txt", "/webdav"])
def test_mutual_tls_is_for_devices_alone(full, pki, target):
    reply = full.request(wire.get(target), "mtls", pki.device(HWID))
    assert reply.status == 403


def test_mutual_tls_asks_for_no_password(full, pki):
    reply = full.request(wire.get("/nothing"), "mtls", pki.device(HWID))
    assert reply.status == 404


# Public paths

# public paths → {path: is it open?}
OPEN = {
    "default": ([], {
        "/update/update.php": True, "/update/fw/1/a.bin": True, "/ap/log.fcgi": True, "/update": True,
        "/ap": True, "/": False, "/update2/": False, "/apx": False, "/Update/update.php": False,
        "/config": False}),
    "subtree": (["/update/"], {
        "/update/update.php": True, "/update/fw/1/a.bin": True, "/update/a/b/c": True, "/update": True,
        "/ap/log.fcgi": False, "/updatex": False, "/UPDATE/update.php": False, "/": False}),
    "folder": (["/update"], {
        "/update/update.php": True, "/update/": True, "/update": True, "/update/fw/1/a.bin": False,
        "/update/a/": False, "/update/a/b": False, "/updatex": False, "/ap/log.fcgi": False}),
    "root": (["/"], {
        "/update/update.php": True, "/ap/log.fcgi": True, "/": True, "/anything/at/all": True}),
    "two": (["/ap/", "/update/fw/"], {
        "/ap/log.fcgi": True, "/update/fw/1/a.bin": True, "/update/update.php": False}),
    "point": (["/a.b/"], {"/a.b/x": True, "/aXb/x": False}),
    "letters": (["/grün & blau/"], {"/gr%C3%BCn%20%26%20blau/x": True, "/gr%C3%BCn/x": False}),
}


def options_of(paths, name="--public"):
    return [word for path in paths for word in (name, path)]


@pytest.mark.parametrize("case", OPEN)
def test_public_paths(web, case):
    paths, expected = OPEN[case]
    server = web(*options_of(paths), users={"boss": "secret"})
    got = {target: server.get(target).status != 401 for target in expected}
    assert got == expected
    # Never behind this password: they have a sign-in of their own, or tell nothing.
    for target in ("/update/admin/", "/update/admin/sign-in", "/update/web/rollcall.css", "/healthz"):
        assert server.get(target).status not in (401, 403), target


def test_without_users_nobody_sees_what_is_not_public(web):
    server = web("--public", "/ap/")
    for target in ("/update/update.php", "/update/fw/x", "/", "/config"):
        assert server.get(target).status == 403
        assert server.curl(target, "--digest", "-u", "boss:secret").status == 403
    assert server.get("/ap/log.fcgi?event=syslog&from=IP232-30-00-af&msg=hello").status == 200
    assert server.get("/healthz").status in (200, 503)
    assert server.get("/update/admin/sign-in").status == 200


@pytest.mark.parametrize("auth", ["digest", "basic"])
def test_passwords(web, auth):
    server = web("--auth", auth, "--public", "/ap/", users={"boss": "secret", "böss": "sécret: ja"})
    flag = f"--{auth}"
    asked = server.curl(UPDATE)
    assert asked.status == 401
    assert asked.headers["www-authenticate"].lower().startswith(auth)
    assert f'realm="Rollcall"' in asked.headers["www-authenticate"]
    assert server.curl(UPDATE, flag, "-u", "boss:secret").status == 200
    assert server.curl(UPDATE, flag, "-u", "böss:sécret: ja").status == 200
    for wrong in ("boss:Secret", "boss:", "Boss:secret", "other:secret", ":"):
        assert server.curl(UPDATE, flag, "-u", wrong).status == 401, wrong
    # A password that changes counts at once.
    server.users("web", {"boss": "other"})
    assert server.curl(UPDATE, flag, "-u", "boss:secret").status == 401
    assert server.curl(UPDATE, flag, "-u", "boss:other").status == 200


def test_digest_takes_no_basic(web):
    server = web("--public", "/ap/", users={"boss": "secret"})
    assert server.curl(UPDATE, "--basic", "-u", "boss:secret").status == 401


def test_first_and_last_user_count_soon(web):
    server = web("--public", "/ap/")
    assert server.get(UPDATE).status == 403
    server.users("web", {"boss": "secret"})
    wait_for(lambda: server.curl(UPDATE, "--digest", "-u", "boss:secret").status == 200, 20)
    (server.path / "config/web.htdigest").unlink()
    wait_for(lambda: server.get(UPDATE).status == 403, 20)


def test_users_of_files_are_others(full):
    assert full.curl("/", "--digest", "-u", "files:secret").status == 401
    words = ["-X", "MKCOL", "--digest", "-u"]
    assert full.curl("/webdav/x", *words, "boss:secret").status == 401
    assert full.curl("/webdav/x", *words, "files:secret").status == 201


def test_base_where_something_else_is():
    for base in ("/webdav", "/webdav/update", "/ap", "/ap/update"):
        done = rollcall("serve", "--home", "/nonexistent-rollcall", "--http", "127.0.0.1:0", "--base", base)
        assert done.returncode != 0


# Force HTTPS

@pytest.fixture(scope="module")
def forced(pki):
    with WebServer("--force-https", pki=pki.folder) as server:
        put_firmware(server)
        yield server


def agent(name):
    return [("User-Agent", name)] if name else []


@pytest.mark.parametrize("target", [UPDATE, f"{UPDATE}?a=b&c=%20d", "/update/admin/", "/nothing", "/webdav/x%20y",
                                    "/update/fw/125678/ip232.bin"])
def test_browsers_are_sent_to_https(forced, target):
    port = forced.ports["https"]
    for host in ("update.example", f"update.example:{forced.port}", "127.0.0.1", f"[::1]:{forced.port}"):
        reply = forced.request(wire.get(target, host, headers=agent(BROWSER)))
        name = host.removesuffix(f":{forced.port}")
        assert (reply.status, reply.header("location")) == (307, f"https://{name}:{port}{target}")
    reply = forced.request(wire.get(target, headers=agent(BROWSER)), "https")
    assert reply.status != 307


@pytest.mark.parametrize("who", [PHONE, "", "curl/7.88.1", "mozilla"])
def test_devices_are_not_sent_to_https(forced, who):
    for target, status in ((f"{UPDATE}?{settled()}", 200), ("/update/fw/125678/ip232.bin", 200),
                           ("/ap/log.fcgi?from=IP232-30-00-af&msg=x", 200), ("/nothing", 404)):
        assert forced.request(wire.get(target, headers=agent(who))).status == status, target


def test_watchers_are_not_sent_to_https(forced):
    assert forced.request(wire.get("/healthz", headers=agent(BROWSER))).status in (200, 503)


def test_browsers_without_force_https(web, pki):
    server = web(pki=pki.folder)
    assert server.request(wire.get(UPDATE, headers=agent(BROWSER))).status == 200


def test_force_https_needs_https():
    done = rollcall("serve", "--home", "/tmp", "--http", "127.0.0.1:0", "--force-https")
    assert done.returncode == MISUSE and "--https" in done.stderr


# Firmware

def test_firmware_ranges_and_caching(web):
    server = web()
    put_firmware(server)
    target = "/update/fw/125678/ip232.bin"
    whole = server.curl(target)
    assert (whole.status, whole.body) == (200, FIRMWARE)
    assert whole.headers["accept-ranges"] == "bytes" and whole.headers["last-modified"]
    assert re.search(r"max-age=\d+", whole.headers["cache-control"])
    assert whole.headers["x-content-type-options"] == "nosniff"
    part = server.curl(target, "-r", "256-511")
    assert (part.status, part.body) == (206, FIRMWARE[256:512])
    assert part.headers["content-range"] == f"bytes 256-511/{len(FIRMWARE)}"
    assert server.curl(target, "-r", f"{len(FIRMWARE) - 10}-").body == FIRMWARE[-10:]
    assert server.curl(target, "-r", f"{len(FIRMWARE)}-").status == 416
    etag = whole.headers["etag"]
    same = server.curl(target, "-H", f"If-None-Match: {etag}")
    assert (same.status, same.body) == (304, b"")
    assert server.curl(target, "-H", f"If-Modified-Since: {whole.headers['last-modified']}").status == 304
    # A file that became another one is not continued where the old one broke off.
    put_firmware(server, "125678/new.bin", b"other" * 1000).rename(server.path / "fw/125678/ip232.bin")

    def resumed():
        return server.curl(target, "-r", "100-", "-H", f"If-Range: {etag}")

    wait_for(lambda: resumed().status == 200, 10, "the new file")
    assert resumed().body == b"other" * 1000
    assert server.curl(target, "-H", f"If-None-Match: {etag}").status == 200


def test_firmware_head(web):
    server = web()
    put_firmware(server)
    reply = server.request(wire.get("/update/fw/125678/ip232.bin", method="HEAD"))
    assert (reply.status, reply.body) == (200, b"")
    assert int(reply.header("content-length")) == len(FIRMWARE)


# Proxies

def asked_by(server, mark):
    """The address in the access log of the request with that mark in its URL."""
    lines = wait_for(lambda: [x for x in server.web_log("access").splitlines() if mark in x], 15, "the access log")
    return lines[-1].split(" ")[0]


# trusted proxies, X-Forwarded-For → who asks; None: the proxy itself, which is 127.0.0.1
FORWARDED = {
    "nobody-trusted": ([], "192.0.2.7", None),
    "trusted": (["127.0.0.1"], "192.0.2.7", "192.0.2.7"),
    "made-up-before": (["127.0.0.1"], "203.0.113.9, 192.0.2.7", "192.0.2.7"),
    "two-proxies": (["127.0.0.1", "198.51.100.1"], "192.0.2.7, 198.51.100.1", "192.0.2.7"),
    "network": (["127.0.0.0/8"], "192.0.2.7", "192.0.2.7"),
    "network-made-up": (["127.0.0.0/8"], "203.0.113.9, 192.0.2.7", "192.0.2.7"),
    "network-mapped": (["127.0.0.0/8"], "203.0.113.9, ::ffff:192.0.2.7", None),
    "network-mapped-other": (["127.0.0.0/8"], "203.0.113.9, 0:0:0:0:0:FFFF:c000:207", None),
    "single-mapped": (["127.0.0.1"], "203.0.113.9, ::ffff:192.0.2.7", "::ffff:192.0.2.7"),
    "another-trusted": (["198.51.100.1"], "192.0.2.7", None),
    "ipv6": (["127.0.0.1", "2001:db8::/32"], "2001:db9::1, 2001:db8::5", "2001:db9::1"),
    "rubbish": (["127.0.0.1"], "<script>", None),
    "empty": (["127.0.0.1"], "", None),
}


@pytest.mark.parametrize("case", FORWARDED)
def test_proxies(web, case):
    trusted, field, expected = FORWARDED[case]
    server = web("--access-log", *options_of(trusted, "--trust-proxy"))
    server.request(wire.get("/mark-1", headers=[("X-Forwarded-For", field)]))
    assert asked_by(server, "/mark-1") == (expected or "127.0.0.1")


def test_proxies_and_addresses_of_ipv6(web):
    """On a socket of IPv6 an address of IPv4 is mapped; a network of IPv4 must not become everybody there."""
    server = WebServer("--access-log", "--trust-proxy", "198.51.100.0/24")
    server.command = lambda: [w if w != "127.0.0.1:0" else "[::]:0" for w in WebServer.command(server)]
    server.take_ready = lambda line: server.ports.update(http=int(re.search(r"\]:(\d+)/", line)[1]))
    with server:
        server.request(wire.get("/mark-1", headers=[("X-Forwarded-For", "192.0.2.7")]))
        assert asked_by(server, "/mark-1") == "::ffff:127.0.0.1"


def test_device_behind_a_proxy(web):
    server = web("--trust-proxy", "127.0.0.1", user_config=config(PLAIN, '<status dir="status"/>'))
    server.request(wire.get(f"{UPDATE}?{settled()}", headers=[("X-Forwarded-For", "192.0.2.7")]))
    row = wait_for(lambda: [line for line in server.cli("devices", "--csv").stdout.splitlines()
                            if "192.0.2.7" in line], 10, "the device")
    assert row


def test_proxy_that_speaks_https(web):
    """Behind one, what is forced is HTTPS to the proxy."""
    server = web("--trust-proxy", "127.0.0.1", "--force-https")
    fields = [*agent(BROWSER), ("X-Forwarded-For", "192.0.2.7")]
    reply = server.request(wire.get("/nothing", "update.example:8080", headers=fields))
    assert (reply.status, reply.header("location")) == (307, "https://update.example/nothing")
    reply = server.request(wire.get("/nothing", headers=[*fields, ("X-Forwarded-Proto", "https")]))
    assert reply.status == 404
    # Who is no proxy cannot say so.
    reply = server.request(wire.get("/nothing", headers=[*agent(BROWSER), ("X-Forwarded-Proto", "https")]))
    assert reply.status == 307


def test_nobody_speaks_for_a_certificate(web, pki):
    server = web("--access-log", "--trust-proxy", "127.0.0.1", pki=pki.folder)
    fields = [("X-Forwarded-For", "192.0.2.7"), ("X-Forwarded-Proto", "http")]
    for via, who in (("http", "192.0.2.7"), ("https", "192.0.2.7"), ("mtls", "127.0.0.1")):
        certificate = pki.device(HWID) if via == "mtls" else None
        server.request(wire.get(f"/mark-{via}", headers=fields), via, certificate)
        assert asked_by(server, f"/mark-{via}") == who, via


@pytest.mark.parametrize("proxy", ["0.0.0.0/0", "::/0", "somewhere", "192.0.2.1/33", "::ffff:0:0/96", "fe80::1%eth0"])
def test_proxies_that_cannot_be_meant(proxy):
    done = rollcall("serve", "--home", "/tmp", "--http", "127.0.0.1:0", "--trust-proxy", proxy)
    assert done.returncode == MISUSE and "--trust-proxy" in done.stderr, done.stderr


# Limits

def lighttpd_pid(server):
    return server.status()["lighttpd"]["pid"]


def test_limits(web):
    server = web()
    text = server.web_config()
    assert "server.max-connections = 2000\n" in text and "server.max-fds = 8000\n" in text
    limits = Path(f"/proc/{lighttpd_pid(server)}/limits").read_text()
    assert re.search(r"Max open files +(\d+)", limits)[1] == "8000"


def test_limits_of_the_machine_are_said(web):
    server = web("--connections", "1000", before=["/usr/bin/prlimit", "--nofile=2048:2048"])
    assert "server.max-connections = 512\n" in server.web_config()
    assert re.search(r"warn: --connections: 1000 .* 512 ", str(server.err))
    assert server.alive()


# Logs

def test_logs_are_rotated_and_nothing_is_lost(web):
    server = web("--access-log")
    log = server.path / "log/lighttpd-access.log"
    for n in range(1, 5):
        log.with_name(f"{log.name}.{n}").write_text(f"old {n}\n")
    done, sent = threading.Event(), 0
    first = log.stat().st_ino

    def rotated():
        return log.exists() and log.stat().st_ino != first

    for _ in range(50):
        assert server.get(f"/mark-{sent}-").status == 404
        sent += 1
    os.truncate(log, WEB_LOG + 1)  # a hole: zeros, and what comes now is behind it
    while not done.is_set():
        assert server.get(f"/mark-{sent}-").status == 404
        sent += 1
        assert sent < 200000
        if rotated():
            done.set()
    for _ in range(50):
        assert server.get(f"/mark-{sent}-").status == 404
        sent += 1
    files = [log, log.with_name(log.name + ".1")]

    def found():
        text = "".join(f.read_text("latin-1") for f in files)
        return {int(n) for n in re.findall(r"/mark-(\d+)-", text)}

    wait_for(lambda: found() >= set(range(50, sent)), 20, "every request in the logs")
    assert log.with_name(log.name + ".2").read_text() == "old 1\n"
    assert log.with_name(log.name + ".4").read_text() == "old 3\n"
    assert not log.with_name(log.name + ".5").exists()


def test_error_log_is_rotated(web):
    server = web()
    log = server.path / "log/lighttpd-error.log"
    wait_for(log.exists, 5)
    os.truncate(log, WEB_LOG + 1)
    wait_for(lambda: log.with_name(log.name + ".1").exists() and log.exists(), 15)
    assert log.stat().st_size < WEB_LOG
    assert server.alive()


def test_log_that_cannot_be_rotated_is_said_once(web):
    server = web("--access-log")
    log = server.path / "log/lighttpd-access.log"
    log.with_name(log.name + ".3").write_text("")
    log.with_name(log.name + ".4").mkdir()
    os.truncate(log, WEB_LOG + 1)
    server.logged("cannot be rotated", deadline=15)
    assert holds_for(lambda: server.log().count("cannot be rotated") == 1, 3) is None
    assert server.alive()


# What this lighttpd does not have

@pytest.fixture
def lighttpd_without(tmp_path):
    """A lighttpd whose folder of modules has not these."""

    def make(*missing):
        modules = tmp_path / "modules"
        modules.mkdir()
        for module in Path("/usr/lib/lighttpd").glob("*.so"):
            if module.stem not in missing:
                (modules / module.name).symlink_to(module)
        program = tmp_path / "lighttpd"
        program.write_text(f'#!/bin/sh\nexec {shutil.which("lighttpd", path="/usr/sbin:/usr/bin")} -m {modules} "$@"\n')
        program.chmod(0o755)
        return program

    return make


def test_without_mod_webdav(web, lighttpd_without):
    server = web("--lighttpd", lighttpd_without("mod_webdav"), "--webdav-public", "/", webdav_users={"files": "secret"})
    (server.path / "webdav/hello.txt").write_text("hello")
    assert "lighttpd-mod-webdav" in str(server.err)
    assert server.alive()
    assert server.curl("/webdav/hello.txt").text == "hello"
    for method in ("PROPFIND", "PUT", "DELETE", "MKCOL"):
        assert server.curl("/webdav/hello.txt", "-X", method, "--digest", "-u", "files:secret").status >= 400, method
    assert (server.path / "webdav/hello.txt").read_text() == "hello"


def test_without_files_for_anybody_mod_webdav_is_not_missed(web, lighttpd_without):
    server = web("--lighttpd", lighttpd_without("mod_webdav"))
    assert "mod_webdav" not in str(server.err)
    assert server.get("/webdav/").status == 403


def test_without_mod_auth_what_is_not_public_is_closed(web, lighttpd_without):
    server = web("--lighttpd", lighttpd_without("mod_auth"), users={"boss": "secret"}, webdav_users={"files": "secret"})
    assert "mod_auth" in str(server.err)
    assert server.alive()
    for target in ("/", "/config", "/webdav/", "/webdav/log/log.txt"):
        assert server.get(target).status == 403, target


def test_without_several(web, lighttpd_without):
    server = web("--lighttpd", lighttpd_without("mod_accesslog", "mod_extforward"), "--access-log",
                 "--trust-proxy", "127.0.0.1")
    assert "mod_accesslog" in str(server.err) and "mod_extforward" in str(server.err)
    assert server.alive()


def test_without_mod_openssl_there_is_no_https(web, lighttpd_without, pki):
    with pytest.raises(StartError) as failed:
        web("--lighttpd", lighttpd_without("mod_openssl"), pki=pki.folder)
    assert failed.value.code == FINDING and "mod_openssl" in failed.value.stderr


def test_broken_file_of_locks_is_put_aside(web):
    server = WebServer(webdav_users={"files": "secret"})
    (server.path / "data").mkdir(mode=0o700)
    (server.path / "data/webdav.db").write_bytes(b"this is no database" * 100)
    with server:
        assert "webdav.db" in str(server.err) and (server.path / "data/webdav.db.broken").exists()
        assert server.curl("/webdav/x.txt", "--digest", "-u", "files:secret", data=b"x").status == 201


# server.conf

def test_server_conf(stack):
    server = WebServer("--base", "/update")
    server.replace("config/server.conf", "# how it is served\npublic = /ap/\nbase = /other\nconnections = 100\n")
    stack.enter_context(server)
    assert "server.max-connections = 100\n" in server.web_config()
    assert server.get(UPDATE).status == 403  # public; the base is the one of the command line
    assert server.get("/ap/log.fcgi?from=IP232-30-00-af&msg=x").status == 200


def test_server_conf_alone(tmp_path):
    """All of it from the file; what is missing is said with its name."""
    (tmp_path / "config").mkdir()
    done = rollcall("serve", "--home", tmp_path)
    assert done.returncode == MISUSE and "server.conf" in done.stderr
    (tmp_path / "config/server.conf").write_text("http = 127.0.0.1:0\nconections = 5\n")
    done = rollcall("serve", "--home", tmp_path)
    assert done.returncode == FINDING
    assert "server.conf:2" in done.stderr and "did you mean connections" in done.stderr
    assert not (tmp_path / "data").exists()


def test_server_conf_of_somebody_else(tmp_path):
    (tmp_path / "config").mkdir()
    conf = tmp_path / "config/server.conf"
    conf.write_text("http = 127.0.0.1:0\n")
    conf.chmod(conf.stat().st_mode | stat.S_IWOTH)
    done = rollcall("serve", "--home", tmp_path)
    assert done.returncode == FINDING and "chmod o-w" in done.stderr


# What is shipped

def test_configuration_can_be_read(full):
    """No word or part of the template is left in it, and a lighttpd takes it without a word."""
    text = full.web_config()
    assert not re.search(r"@[A-Z_]+@|^#@", text, re.MULTILINE)
    done = subprocess.run(["lighttpd", "-tt", "-f", full.path / "run/lighttpd.conf"], capture_output=True, text=True,
                          env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"})
    assert (done.returncode, done.stderr) == (0, "")
