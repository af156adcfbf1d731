# SPDX-License-Identifier: ISC
"""
PITFALLS §8 D1, D3, D4, D7: signing in and out of the administrator's pages, how long a session lives, and what
somebody meets who tries passwords.
"""
import json
import os
import re
import subprocess
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from lib import dom
from lib.admin import BASE, MASTER, PASSWORD, USER, Admin
from lib.clock import Clock
from lib.device import settled, settled_commands
from lib.load import Load
from lib.server import PLAIN, ROLLCALL, Server, config
from lib.wait import wait_for

FREE = 5       # THROTTLE_FREE
SPRAY = 20     # THROTTLE_SPRAY
MOST = 256     # PASSWORD_MOST
WRONG = "planted-wrong-secret"
OTHERS = "another good one 1"
# Whoever asks says by X-Forwarded-For where he is.
BEHIND_PROXY = config(MASTER, "<proxies><proxy>127.0.0.1</proxy></proxies>")
MINUTE = 60
HOUR = 3600


def from_address(address):
    return [("X-Forwarded-For", address)]


def sign_in_from(server, address, user=USER, password=PASSWORD):
    return Admin(server).try_sign_in(user, password, headers=from_address(address))


def cookie_of(reply):
    return [v for n, v in reply.headers if n == "set-cookie"]


def is_in(somebody):
    return somebody.get("users").status == 200


def audit(server):
    """[(what, who, text)], the newest first."""
    done = server.cli("audit", "--json", "--most", "1000")
    assert done.returncode == 0, done.stderr
    return [(a["what"], a.get("who", ""), a.get("text", "")) for a in json.loads(done.stdout)["audit"]]


@pytest.fixture(scope="module")
def plain(shared):
    return shared(config(MASTER))


@pytest.fixture(scope="module")
def secure(shared, pki):
    return shared(config(MASTER), pki=pki.folder)


@pytest.fixture(scope="module")
def shared():
    """shared(config, …): one server for several tests, of which none spoils it."""
    with ExitStack() as stack:
        yield lambda *args, **how: stack.enter_context(Server(*args, **how))


# ---- the form ----

def form_of(reply):
    page = dom.parse(reply.text)
    return dom.by_id(page, "user"), dom.by_id(page, "password")


def test_who_was_refused_types_the_password_only(plain):
    user, password = form_of(Admin(plain).get("sign-in", user=USER))
    assert not user.get("value") and "autofocus" in user.attrib and "autofocus" not in password.attrib
    user, password = form_of(Admin(plain).try_sign_in("<b>\"erika", "not it"))
    assert user.get("value") == "<b>\"erika" and "autofocus" not in user.attrib
    assert "autofocus" in password.attrib and password.get("value") is None


@pytest.mark.parametrize("user", ["x" * 65, "erika\n", "\xe9rika"])
def test_what_is_no_user_does_not_stay(plain, user):
    field, _ = form_of(Admin(plain).try_sign_in(user, "not it"))
    assert not field.get("value") and "autofocus" in field.attrib


def test_the_hint_is_for_this_machine(serve):
    server = serve(BEHIND_PROXY)
    assert "rollcall passwd NAME" in Admin(server).page("sign-in")
    assert "rollcall passwd" not in Admin(server).get("sign-in", headers=from_address("192.0.2.7")).text


# ---- D1: cookies and sessions ----

def test_cookie_over_tls(secure):
    reply = Admin(secure).try_sign_in(USER, PASSWORD)
    assert reply.status == 303 and reply.header("location") == f"{BASE}/admin/"
    [cookie] = cookie_of(reply)
    assert re.fullmatch(r"__Host-rollcall=[\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Secure", cookie), cookie


def test_cookie_over_plain_http(plain):
    """Where there is no TLS: no prefix and no Secure, which would make browsers drop it."""
    [cookie] = cookie_of(Admin(plain).try_sign_in(USER, PASSWORD))
    assert re.fullmatch(r"rollcall=[\w-]{43}; Path=/; HttpOnly; SameSite=Strict", cookie), cookie


def test_each_way_has_its_own_cookie(plain, secure):
    boss = Admin(plain).sign_in()
    boss.cookies = {"__Host-rollcall": boss.cookies["rollcall"]}
    assert not is_in(boss)
    boss = Admin(secure).sign_in()
    boss.cookies = {"rollcall": boss.cookies["__Host-rollcall"]}
    assert not is_in(boss)


def test_new_id_at_each_sign_in(plain):
    boss = Admin(plain).sign_in()
    old = Admin(plain)
    old.cookies = dict(boss.cookies)
    assert is_in(old)
    boss.sign_in()
    assert boss.cookies != old.cookies and is_in(boss)
    assert not is_in(old), "the session before goes on"


def test_a_planted_id_is_not_taken(plain):
    """Session fixation: what somebody put into the browser before becomes nobody's session."""
    boss = Admin(plain)
    boss.cookies = {"rollcall": "A" * 43}
    boss.sign_in()
    assert boss.cookies["rollcall"] != "A" * 43
    planted = Admin(plain)
    planted.cookies = {"rollcall": "A" * 43}
    assert not is_in(planted)


def test_sign_out(plain):
    boss, other = Admin(plain).sign_in(), Admin(plain).sign_in()
    kept = dict(boss.cookies)
    reply = boss.post("sign-out")
    assert reply.status == 303 and reply.header("location") == f"{BASE}/admin/sign-in?done=signed-out"
    [cookie] = cookie_of(reply)
    assert cookie.startswith("rollcall=;") and "Max-Age=0" in cookie
    assert "You are signed out." in boss.page("sign-in", done="signed-out")
    boss.cookies = kept
    assert not is_in(boss), "it was ended in the browser only"
    assert is_in(other)


def test_sign_out_everywhere(serve):
    server = serve(config(MASTER))
    boss, other = Admin(server).sign_in(), Admin(server).sign_in()
    somebody = boss.make_user("berta", "viewer", OTHERS)
    kept = dict(boss.cookies)
    assert boss.post("sign-out", everywhere="1").status == 303
    boss.cookies = kept
    assert not is_in(boss) and not is_in(other)
    assert is_in(somebody), "somebody else was signed out, too"
    assert ("sign out", "admin (administrator) from 127.0.0.1", "everywhere") in audit(server)


def test_who_is_in_is_not_asked_again(plain):
    boss = Admin(plain).sign_in()
    reply = boss.get("sign-in", next=f"{BASE}/admin/devices?q=x")
    assert reply.status == 303 and reply.header("location") == f"{BASE}/admin/devices?q=x"


def test_another_password_in_the_configuration(serve):
    """All sessions of the account end when its password does; the hash counts."""
    server = serve(config(MASTER))
    boss = Admin(server).sign_in()
    done = hash_of(OTHERS)
    server.take(config(f'<master info="" user="{USER}" password-hash="{done}"/>'))
    assert not is_in(boss)
    assert Admin(server).try_sign_in(USER, OTHERS).status == 303
    assert Admin(server).try_sign_in(USER, PASSWORD).status == 403


def hash_of(password):
    """Of `rollcall passwd --hash`, which reads stdin; here from a file."""
    done = subprocess.run([ROLLCALL, "passwd", "--hash"], input=password + "\n", text=True, check=True,
                          capture_output=True, timeout=10)
    return done.stdout.strip()


# ---- D1: how long they live ----

@pytest.fixture
def clocked(serve, tmp_path):
    clock = Clock(tmp_path)

    def start(idle):
        server = serve(config(MASTER.replace("/>", f' idle="{idle}"/>')), env=clock.environment())
        server.clock = clock
        return server
    return start


def test_idle(clocked):
    server = clocked(5)
    boss = Admin(server).sign_in()
    for minute in (4, 8, 12):  # it is used
        server.clock.jump(minute * MINUTE)
        assert is_in(boss), f"minute {minute}"
    server.clock.jump(16 * MINUTE)
    assert boss.get("users", live="1").status == 200
    server.clock.jump(17 * MINUTE + 5)  # what the page did by itself is no use
    assert boss.get("users", live="1").status == 401
    assert not is_in(boss)


def test_absolute(clocked):
    server = clocked(1440)
    boss = Admin(server).sign_in()
    for hours in (6, 11):
        server.clock.jump(hours * HOUR)
        assert is_in(boss), hours
    server.clock.jump(12 * HOUR)
    assert not is_in(boss)


def test_clock_that_was_wrong(clocked):
    """Begun years ahead of what is now the time, it would never end."""
    server = clocked(30)
    server.clock.jump(3 * 365 * 24 * HOUR)
    boss = Admin(server).sign_in()
    server.clock.jump(0)
    assert not is_in(boss)
    assert is_in(Admin(server).sign_in())


# ---- D3: trying passwords ----

def test_throttled(serve):
    server = serve(BEHIND_PROXY)
    here, there = "192.0.2.1", "198.51.100.1"
    for i in range(FREE):
        assert sign_in_from(server, here, password=f"{WRONG}{i}").status == 403, i
    reply = sign_in_from(server, here)  # the right one, even
    assert reply.status == 429 and not cookie_of(reply)
    assert 1 <= int(reply.header("retry-after")) <= 2
    assert "too many attempts" in reply.text and re.search(r"Try again in [12] seconds?\.", reply.text)
    assert sign_in_from(server, there).status == 303, "locked out from elsewhere"
    wait_for(lambda: sign_in_from(server, here).status == 303, 6)
    # It was the right one: the count begins anew.
    assert sign_in_from(server, here, password=WRONG).status == 403


def test_throttled_by_address_whatever_the_user(serve):
    server = serve(BEHIND_PROXY)
    seen = [sign_in_from(server, "192.0.2.2", f"user{i}", WRONG).status for i in range(SPRAY + 1)]
    assert seen == [403] * SPRAY + [429]
    assert sign_in_from(server, "192.0.2.3").status == 303


def test_an_ipv6_network_is_one_address(serve):
    server = serve(BEHIND_PROXY)
    seen = [sign_in_from(server, f"2001:db8:0:1::{i:x}", password=WRONG).status for i in range(1, FREE + 2)]
    assert seen == [403] * FREE + [429]
    assert sign_in_from(server, "2001:db8:0:2::1").status == 303


@pytest.mark.alone
def test_flood(serve):
    """50 at once, from one address and from many: phones do not notice, and nobody else is kept out."""
    server = serve(BEHIND_PROXY, {"update-all-default.txt": "config add X\r\n"})
    commands = settled_commands(["config add X"])
    calm = p99(server, commands, 1.5)
    ending, seen = threading.Event(), []

    def attacker(n):
        i = 0
        while not ending.is_set():
            i += 1
            address = f"10.{n}.{i >> 8}.{i & 255}" if n % 5 == 0 else "192.0.2.66"
            seen.append(sign_in_from(server, address, USER if n % 3 else f"u{i}", WRONG).status)

    threads = [threading.Thread(target=attacker, args=(n,), daemon=True) for n in range(50)]
    for thread in threads:
        thread.start()
    try:
        wait_for(lambda: seen.count(429) > 20, 60)
        busy = p99(server, commands, 3)
        assert sign_in_from(server, "203.0.113.7").status == 303
    finally:
        ending.set()
        for thread in threads:
            thread.join(60)
    assert set(seen) <= {403, 429}, set(seen)
    assert server.alive()
    # Fifty clients of ours take processor time themselves; the factor of §8 is for a machine of its own.
    assert busy < max(4 * calm, 0.25), f"{calm:.3f} s without, {busy:.3f} s with"


def p99(server, commands, seconds):
    with Load(server, settled(), [commands], clients=2) as load:
        time.sleep(seconds)  # it is a load for so long; nothing is waited for
    assert not load.failed and not load.wrong, f"{load.failed[:1]} {[r.commands for r in load.wrong[:1]]}"
    return load.percentile(99)


# ---- D4: nobody learns who there is ----

def text_of(page):
    """What does not change by itself."""
    return re.sub(r"<footer.*</footer>|data-now=\"\d+\"", "", page, flags=re.S)


def test_unknown_and_known_are_told_the_same(plain):
    replies = [Admin(plain).try_sign_in(user, WRONG) for user in (USER, "nobody", "", "a" * 5000, "<b>&'\"")]
    assert {r.status for r in replies} == {403}
    # What was typed stays in the form, and is nothing that the server knows.
    assert len({text_of(re.sub(r"<input[^>]*>", "", r.text)) for r in replies}) == 1
    assert "The user or the password is not right." in replies[0].text


def processor_time(server):
    """Seconds that the processes for pages have used."""
    seconds = 0
    for process in server.status()["processes"]:
        if process["kind"] == "admin" and process["pid"] > 0:
            fields = Path(f"/proc/{process['pid']}/stat").read_text().rpartition(")")[2].split()
            seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds


@pytest.mark.alone
def test_unknown_and_known_cost_the_same(serve):
    """Configured, of the store, and nobody. Processor time: that of the clock says more about what else runs."""
    server = serve(BEHIND_PROXY)
    Admin(server).sign_in().make_user("berta", "viewer", OTHERS)
    took = {"berta": 0, USER: 0, "nobody": 0}
    for i in range(12):
        for n, user in enumerate(took):
            before = processor_time(server)
            assert sign_in_from(server, f"10.1.{i}.{n}", user, WRONG).status == 403
            took[user] += processor_time(server) - before
    assert max(took.values()) < 1.3 * min(took.values()), took
    assert min(took.values()) > 12 * 0.01, f"no hash was computed: {took}"


@pytest.mark.alone
def test_long_passwords(plain):
    boss = Admin(plain)
    for size, status in ((MOST + 1, 400), (60_000, 400), (1 << 20, 413)):
        began = time.monotonic()
        reply = boss.try_sign_in(USER, "x" * size)
        assert reply.status == status, f"{size}: {reply.status}"
        assert time.monotonic() - began < 1
    assert boss.try_sign_in(USER, "x" * MOST).status == 403
    assert "longer than any" in boss.try_sign_in(USER, "x" * (MOST + 1)).text


@pytest.mark.parametrize("body", [b"user=%ff&password=x", b"user=a%00b&password=x", b"user=%zz", b"=&=&"])
def test_broken_forms(plain, body):
    boss = Admin(plain)
    reply = boss.request("POST", boss.path("sign-in"), [("Content-Type", "application/x-www-form-urlencoded")], body)
    assert reply.status in (400, 403) and not cookie_of(reply)


def test_nobody_makes_up_his_address(serve):
    """A proxy adds the address that it sees to what came with the request."""
    server = serve(BEHIND_PROXY)
    seen = [sign_in_from(server, f"198.51.100.{i}, 203.0.113.9", password=WRONG).status for i in range(8)]
    assert seen == [403] * 5 + [429] * 3
    assert sign_in_from(server, "198.51.100.1").status == 303, "somebody else was locked out"
    assert sign_in_from(server, "203.0.113.9, 127.0.0.1").status == 429
    assert sign_in_from(server, "198.51.100.2, nonsense").status == 303


# ---- the default password ----

def test_default_password_on_this_machine_only(serve):
    server = serve(config(PLAIN), env=None)
    far = [("X-Forwarded-For", "203.0.113.1")]  # not trusted, and so at least not from here
    here = Admin(server)
    assert "default one" in here.page("sign-in")
    assert "default one" in here.sign_in("admin", "password").page("users")
    elsewhere = Admin(server)
    reply = elsewhere.try_sign_in("admin", "password", headers=far)
    assert reply.status == 403 and not cookie_of(reply)
    assert "rollcall passwd --hash" in reply.text
    assert elsewhere.try_sign_in("admin", WRONG, headers=far).status == 403
    assert here.get("users", headers=far).status == 303, "a session from here was carried elsewhere"
    assert is_in(here)
    # Another account has a password of its own.
    here.make_user("berta", "viewer", OTHERS, again="password")
    assert elsewhere.try_sign_in("berta", OTHERS, headers=far).status == 303


@pytest.mark.parametrize("host,version,status", [
    ("127.0.0.1", "1.1", 303), ("localhost:8080", "1.1", 303), ("[::1]:8080", "1.1", 303),
    ("evil.example:8080", "1.1", 403),    # a name that points here (DNS rebinding)
    ("127.evil.example", "1.1", 403),
    ("127.0.0.1:8080", "1.0", 403),       # a proxy on this machine that says nothing of itself
])
def test_what_is_this_machine(serve, host, version, status):
    server = serve(config(PLAIN))
    body = b"user=admin&password=password"
    head = (f"POST {BASE}/admin/sign-in HTTP/{version}\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n")
    assert server.request(head.encode() + body, via="http").status == status


def test_default_password_from_elsewhere_has_to_wait(serve):
    """It is the right one, and yet a failure: nobody may try it for ever."""
    server = serve(config(PLAIN, "<proxies><proxy>127.0.0.1</proxy></proxies>"))
    seen = [sign_in_from(server, "203.0.113.9", "admin", "password").status for _ in range(8)]
    assert seen == [403] * 5 + [429] * 3
    assert len([a for a in audit(server) if a[0] == "sign in failed"]) == 5
    assert Admin(server).try_sign_in("admin", "password").status == 303


def test_nobody_without_a_password(serve):
    """Empty, it meant that no password is asked for; now nobody can use it."""
    server = serve(config('<master info="" user="" password="x"/>'))
    for user, password in (("", ""), ("", "x"), ("admin", ""), ("admin", "password")):
        assert Admin(server).try_sign_in(user, password).status == 403
    assert "nobody can sign in" in server.cli("check").stdout


# ---- where one goes on ----

@pytest.mark.parametrize("next_page,location", [
    (f"{BASE}/admin/devices?q=cert%3Aexpired&sort=sn", f"{BASE}/admin/devices?q=cert%3Aexpired&sort=sn"),
    (f"{BASE}/admin/", f"{BASE}/admin/"),
    ("", f"{BASE}/admin/"),
    ("https://evil.example/", f"{BASE}/admin/"),
    ("//evil.example/", f"{BASE}/admin/"),
    (f"{BASE}/admin//evil.example", f"{BASE}/admin/"),
    (f"{BASE}/admin/../../evil", f"{BASE}/admin/"),
    (f"{BASE}/update.php", f"{BASE}/admin/"),
    (f"{BASE}/admin/x\r\nSet-Cookie: a=b", f"{BASE}/admin/"),
    (f"{BASE}/admin/x y", f"{BASE}/admin/"),
    (f"{BASE}/admin/\\evil", f"{BASE}/admin/"),
    (f"{BASE}/admin/sign-in", f"{BASE}/admin/"),
    (f"{BASE}/admin/" + "x" * 3000, f"{BASE}/admin/"),
    ("/other/admin/x", f"{BASE}/admin/"),
])
def test_next_page(plain, next_page, location):
    boss = Admin(plain)
    reply = boss.post("sign-in", token=False, user=USER, password=PASSWORD, next=next_page)
    assert reply.status == 303 and reply.header("location") == location
    assert len(cookie_of(reply)) == 1


def test_it_goes_on_where_one_wanted_to(plain):
    boss = Admin(plain)
    reply = boss.get("devices", q="fw:current 10.0.0.0/8")
    form = boss.get(reply.header("location")).text
    wanted = re.search(r'name="next" value="([^"]+)"', form)[1].replace("&amp;", "&")
    reply = boss.post("sign-in", token=False, user=USER, password=PASSWORD, next=wanted)
    assert reply.header("location") == wanted
    assert boss.get(wanted).status == 200


def test_foreign_forms_sign_nobody_in(plain):
    boss = Admin(plain)
    for how in ({"origin": "https://evil.example"}, {"origin": None, "headers": [("Sec-Fetch-Site", "cross-site")]}):
        reply = boss.try_sign_in(USER, PASSWORD, **how)
        assert reply.status == 403 and not cookie_of(reply)


def test_german(plain):
    boss = Admin(plain, language="de-AT,de;q=0.9")
    assert "Anmelden" in boss.page("sign-in")
    assert "Benutzer oder Kennwort stimmt nicht." in boss.try_sign_in(USER, WRONG).text


# ---- the audit, and D7: what is written down ----

def test_audit(serve):
    server = serve(config(MASTER))
    boss = Admin(server)
    boss.try_sign_in(USER, WRONG)
    boss.try_sign_in(WRONG + "-as-user", "x")
    boss.sign_in()
    boss.post("sign-out")
    signs = [a for a in audit(server) if a[0].startswith("sign")]
    assert [a[0] for a in signs] == ["sign out", "sign in", "sign in failed", "sign in failed"]
    assert [a[1] for a in signs] == ["admin (administrator) from 127.0.0.1"] * 2 + ["somebody from 127.0.0.1"] * 2
    assert [a[2] for a in signs[2:]] == ["an unknown user", "as admin"]


def test_no_secret_is_written_down(serve):
    server = serve(config(MASTER))
    boss = Admin(server)
    secrets = ["planted-secret-1", "planted-secret-2", "planted-user-3", "planted-secret-4"]
    boss.try_sign_in(USER, secrets[0])
    boss.try_sign_in(secrets[2], secrets[3])
    boss.sign_in()
    boss.make_user("berta", "viewer", secrets[1])
    pages = [boss.page(p) for p in ("users", "audit", "configuration")] + [boss.page("users", edit="berta")]
    token = next(iter(boss.cookies.values()))
    server.cli("copy", server.path / "copied")
    for secret in [*secrets, token, PASSWORD]:
        for page in pages:
            assert secret not in page
        found = [p for p in server.path.rglob("*") if p.is_file() and secret.encode() in p.read_bytes()
                 and not p.name.startswith("user-config")]
        assert secret == PASSWORD and all("good" in p.name for p in found) or not found, f"{secret}: {found}"
