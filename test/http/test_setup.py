# SPDX-License-Identifier: ISC
"""`rollcall setup` and HOME/config/server.conf, which it writes and `rollcall serve` goes by."""
import os
import re
import shutil
import signal
import stat
import subprocess

import pytest

from lib.server import ROLLCALL, ROOT, Server, StartError, clean_environment, config
from lib.terminal import Terminal
from lib.wait import wait_for
from lib.web import WebServer, curl, users_line

FINE, FINDING, MISUSE = 0, 1, 2
FIRST, SECOND = "first good one 1", "second good one 2"
LISTEN = ("--http", "127.0.0.1:0")


def set_up(home, *words, typed=""):
    done = subprocess.run([str(w) for w in (ROLLCALL, "setup", *words, "--home", home.path)], input=typed, text=True,
                          capture_output=True, timeout=20, env=clean_environment())
    return done.returncode, done.stdout, done.stderr


def conf(home):
    return home.path / "config/server.conf"


def settings(home):
    """The lines that are no comments."""
    return [line for line in conf(home).read_text().splitlines() if line and not line.startswith("#")]


class Plain(WebServer):
    """Started with nothing but its home: all else stands in server.conf."""

    def command(self):
        return [ROLLCALL, "serve", "--home", self.path, *self.options]


@pytest.fixture
def plain(stack):
    """plain(text, option, …) starts an instance with this server.conf."""
    def start(text, *options, **how):
        server = Plain(*options, **how)
        conf(server).write_text(text)
        return stack.enter_context(server)
    return start


def workers(server):
    return len(server.workers())


# ---- what is written is served ----

def test_setup_then_serve(home, plain):
    """The whole way of an administrator: settings, a user, a start without an option."""
    where = home()
    code, out, err = set_up(where, *LISTEN, "--https", "127.0.0.1:0", "--mtls", "127.0.0.1:0", "--workers", "3",
                           "--public", "/update/", "--web-user", "anna", typed=FIRST + "\n")
    assert (code, err.count("warning")) == (FINE, 1) and "/ap/ is not public" in err, err
    assert out.splitlines() == [
        "+ http = 127.0.0.1:0", "+ https = 127.0.0.1:0", "+ mtls = 127.0.0.1:0", "+ workers = 3",
        "+ public = /update/", "anna: made in web.htdigest", f"written: {conf(where)}", "rollcall serve goes by it."]
    assert stat.S_IMODE(conf(where).stat().st_mode) == 0o640
    (where.path / "webdav").mkdir(exist_ok=True)
    server = Plain(at=where.path)
    with server:
        assert set(server.ports) == {"http", "https", "mtls"}
        wait_for(lambda: workers(server) == 3, 10)
        assert server.alive()
        entry = "/ap/log.fcgi?event=syslog&time=1&from=IP232-30-00-af&msg=hello"
        assert server.curl(entry).status == 401
        assert server.curl(entry, "--digest", "-u", f"anna:{FIRST}").status == 200
        assert server.curl(entry, "--digest", "-u", f"anna:{SECOND}").status == 401
        # Users count at once.
        assert set_up(where, "--web-user", "anna", typed=SECOND + "\n")[:2] == (
            FINE, "anna: the password was set in web.htdigest\n")
        assert server.curl(entry, "--digest", "-u", f"anna:{SECOND}").status == 200
        # Settings do not: that is said.
        code, out, _ = set_up(where, "--workers", "2")
        assert code == FINE and f"The server that runs (process {server.process.pid}) goes by it when" in out
        assert workers(server) == 3


def test_options_go_over_the_file(plain):
    server = plain("http = 127.0.0.1:0\nworkers = 3\nbase = /a\nbase = /b\nwatchdog = 7\n",
                   "--workers", "2", "--base", "/update")
    wait_for(lambda: workers(server) == 2, 10)
    assert server.alive()
    assert server.get("/a/update.php").status == 404, "a list is replaced as a whole"


def test_the_file_goes_over_defaults(plain):
    """Comments, blanks, line ends of another system, a last line without its end."""
    server = plain("# ours\r\n\n  http=127.0.0.1:0   # any\r\n\tbase\t=\t/update\nbase = /#2\n".replace("base = /#2\n", "")
                   + "base = /b\naccess-log = yes\nworkers = 2")
    assert server.alive()
    assert server.get("/b/update.php").status == 200
    assert (server.path / "log/lighttpd-access.log").exists()
    wait_for(lambda: workers(server) == 2, 10)


def test_no_means_no(plain):
    server = plain("http = 127.0.0.1:0\naccess-log = no\nworkers = 2\n")
    assert server.alive() and not (server.path / "log/lighttpd-access.log").exists()


BROKEN = {
    "http = 8080": "1: http 8080: it must be ADDR:PORT",
    "\n\nworker = 3": '3: there is no setting "worker"; did you mean workers?',
    "zzzzzzzzzzzzzzzz = 3": '1: there is no setting "zzzzzzzzzzzzzzzz"; rollcall help setup lists them',
    "home = /x": '1: there is no setting "home"',
    "workers = many": '1: workers must be a whole number from 1 to 64, not "many"',
    "workers = 65": "1: workers must be a whole number from 1 to 64",
    "workers =": "1: workers needs a value: workers = N",
    "workers = # 3": "1: workers needs a value",
    "workers": '1: it must be NAME = VALUE, not "workers"',
    "= 3": '1: there is no setting ""',
    "workers = 3\nworkers = 3": "2: workers stands on line 1 already",
    "access-log = maybe": '1: access-log must be yes or no, not "maybe"',
    "access-log =": "1: access-log needs a value: access-log = yes",
    "base = update": "1: base update: it must begin with a slash",
    "base = /a\nbase = b/": "2: base b/: it must begin",
    "\n".join(f"base = /b{i}" for i in range(9)): "9: base may have 8 values, not more",
    "auth = plain": '1: auth must be digest or basic, not "plain"',
    "public = x": "1: public x: it must be a path from the root",
    "public = /../x": "1: public /../x: it must be a path",
    'public = /"x': "1: public",
    "trust-proxy = proxy.example": "1: trust-proxy proxy.example: it must be an address, or a network",
    "trust-proxy = 10.0.0.0/33": "1: trust-proxy",
    "connections = 5": "1: connections must be a whole number from",
    "pki = /x\x01y": "1: pki: there is a control character in its value",
    b"pki = /\xff": "1: it is not text in UTF-8",
    b"pki = /x\0y": "1: it is not text in UTF-8",
}


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_file(home, text):
    """Nothing is served; `rollcall check` says the same, with file and line; setup leaves it alone."""
    where = home()
    conf(where).write_bytes(text if isinstance(text, bytes) else text.encode())
    done = where.cli("serve", *LISTEN)
    said = f"{conf(where)}:{BROKEN[text]}"
    assert done.returncode != FINE and done.stdout == "" and said in done.stderr, done.stderr
    assert not (where.path / "run").exists(), "before anything is made"
    done = where.cli("check")
    line, what = BROKEN[text].split(": ", 1)
    assert done.returncode == FINDING and f"server.conf:{line}: error: {what}" in done.stdout, done.stdout
    before = conf(where).read_bytes()
    code, _, err = set_up(where, "--workers", "2")
    assert code == FINDING and said in err and conf(where).read_bytes() == before


def test_too_large(home):
    where = home()
    conf(where).write_text("#\n" * 2001)
    assert "2001: more than 2000 lines" in where.cli("serve", *LISTEN).stderr
    conf(where).write_text("#" * (65 << 10))
    assert "larger than 65536 bytes" in where.cli("serve", *LISTEN).stderr


def test_nothing_to_listen_at(home):
    where = home()
    conf(where).write_text("workers = 2\n")
    done = where.cli("serve")
    assert done.returncode == MISUSE and f"http = ADDR:PORT in {conf(where)}" in done.stderr


# ---- whose word counts ----

def test_a_file_that_everybody_may_change(home):
    where = home()
    conf(where).write_text("workers = 2\n")
    conf(where).chmod(0o666)
    done = where.cli("serve", *LISTEN)
    assert done.returncode == FINDING and "may be changed by everybody" in done.stderr and "chmod o-w" in done.stderr
    assert set_up(where, "--workers", "3")[0] == FINDING


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_somebody_else(home):
    where = home()
    conf(where).write_text("workers = 2\n")
    os.chown(conf(where), 65534, 65534)
    done = where.cli("serve", *LISTEN)
    assert done.returncode == FINDING and "belongs to another user (uid 65534)" in done.stderr
    # Of the one that the home belongs to it is as good as of root; root acts as him then.
    os.chown(where.path, 65534, 65534)
    for folder in ("config", "scripts", "certs"):
        os.chown(where.path / folder, 65534, 65534)
    code, out, err = set_up(where, "--workers", "3")
    assert code == FINE and "- workers = 2\n+ workers = 3" in out, err
    assert conf(where).stat().st_uid == 65534


def test_a_file_that_is_none(home):
    where = home()
    os.mkfifo(conf(where))
    done = where.cli("serve", *LISTEN)
    assert done.returncode == FINDING and "is not a regular file" in done.stderr


# ---- what changes, and what does not ----

def test_other_lines_stay(home):
    where = home()
    mine = ("# by hand\nhttp = 127.0.0.1:8080   # the old one\n\nbase = /update\n# between\nbase = /old\n"
            "workers = 4 # enough\n")
    conf(where).write_text(mine)
    code, out, err = set_up(where, "--http", "127.0.0.1:8081", "--base", "/new", "--workers", "4", "--https",
                           "127.0.0.1:8443")
    assert (code, err) == (FINE, "")
    assert out.splitlines()[:-2] == [
        "- http = 127.0.0.1:8080", "+ http = 127.0.0.1:8081", "+ https = 127.0.0.1:8443", "- base = /update",
        "- base = /old", "+ base = /new"]
    assert conf(where).read_text() == (
        "# by hand\nhttp = 127.0.0.1:8081\n\nbase = /new\n# between\nworkers = 4 # enough\n"
        "\n# where HTTPS is served\nhttps = 127.0.0.1:8443\n")


def test_unset(home):
    """What was written comes and goes without a trace; what was there by hand stays."""
    where = home()
    set_up(where, *LISTEN, "--workers", "4")
    before = conf(where).read_text()
    assert set_up(where, "--force-https", "--https", "127.0.0.1:0", "--public", "/a/", "--public", "/update/")[0] == FINE
    code, out, _ = set_up(where, "--unset", "force-https", "--unset", "public", "--unset", "https", "--unset", "mtls")
    assert code == FINE
    assert out.splitlines()[:-2] == ["- https = 127.0.0.1:0", "- force-https = yes", "- public = /a/",
                                     "- public = /update/"]
    assert conf(where).read_text() == before


def test_nothing_changes(home):
    where = home()
    set_up(where, *LISTEN, "--workers", "4")
    before = conf(where).stat()
    assert set_up(where, "--workers", "4") == (FINE, "nothing changes\n", "")
    assert set_up(where, "--unset", "mtls") == (FINE, "nothing changes\n", "")
    assert conf(where).stat() == before


def test_check_writes_nothing(home):
    where = home()
    code, out, err = set_up(where, *LISTEN, "--web-user", "anna", "--check")
    assert (code, out, err) == (FINE, "+ http = 127.0.0.1:0\nnothing was written\n", "")
    assert not conf(where).exists() and not (where.path / "config/web.htdigest").exists()


def test_what_is_set(home):
    """Without an option and a terminal; and at one with --check."""
    where = home()
    set_up(where, *LISTEN, "--public", "/a", "--public", "/b/", "--access-log", "--webdav-user", "berta",
          typed=FIRST + "\n")
    code, out, err = set_up(where)
    assert (code, err) == (FINE, "")
    lines = out.splitlines()
    for line in ("http = 127.0.0.1:0", "public = /a", "public = /b/", "access-log = yes", "# https: none",
                 "# connections: 2000", "# auth: digest", "# force-https: no", "# base: /update", "# web-user: none",
                 "# webdav-user: berta"):
        assert line in lines, out
    assert set_up(where, "--check")[1] == out


WRONG_USE = {
    "--http 80": "--http 80: it must be ADDR:PORT", "--auth plain": "--auth must be digest or basic",
    "--public x": "--public x: it must be a path", "--connections 1": "--connections must be a whole number",
    "--trust-proxy x": "--trust-proxy x: it must be an address", "--unset htp": "did you mean http?",
    "--http 127.0.0.1:1 --unset http": "--http and --unset http do not go together", "--drop": "whom?",
    "--web-user a:b": "--web-user: the name of a user must be letters", "--web-user #a": "without # in front",
    "--webdav-user " + "x" * 65: "1 to 64 letters", "--json": "knows no --json", "more": "one word too many",
    "--http 127.0.0.1:80 --https 0.0.0.0:80": "are the same port; give each its own",
}


@pytest.mark.parametrize("words", WRONG_USE)
def test_wrong_use(home, words):
    where = home()
    code, out, err = set_up(where, *words.split(), typed=FIRST + "\n")
    assert (code, out) == (MISUSE, "") and WRONG_USE[words] in err
    assert not conf(where).exists()


REFUSED = {
    "--mtls 127.0.0.1:443": "mutual TLS is on port 443", "--mtls [::]:80": "mutual TLS is on port 80",
    "--force-https": "force-https sends browsers to HTTPS, but that is not served",
    "--https 127.0.0.1:1": "--http 127.0.0.1:1 and --https 127.0.0.1:1 are the same port",
    "--pki /x\t#y": "the value of pki cannot stand in", "--pki /x\ny": "it must be NAME = VALUE",
}


@pytest.mark.parametrize("words", REFUSED)
def test_refused(home, words):
    """Not on its own, but together with what stands there already, or not at all."""
    where = home()
    set_up(where, "--http", "127.0.0.1:1")
    before = conf(where).read_bytes()
    code, out, err = set_up(where, *words.split(" "))
    assert (code, out) == (FINDING, "") and REFUSED[words] in err
    assert conf(where).read_bytes() == before


# ---- users ----

def test_users(home):
    where = home()
    file = where.path / "config/webdav.htdigest"
    assert set_up(where, "--webdav-user", "anna", typed=FIRST + "\n") == (FINE, "anna: made in webdav.htdigest\n", "")
    assert set_up(where, "--webdav-user", "bé rta", "--web-user", "anna", typed=f"{SECOND}\n{FIRST}\n")[0] == FINE
    assert file.read_text() == users_line("anna", FIRST) + users_line("bé rta", FIRST)
    assert (where.path / "config/web.htdigest").read_text() == users_line("anna", SECOND)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert set_up(where, "--webdav-user", "anna", typed=SECOND + "\n")[1] == (
        "anna: the password was set in webdav.htdigest\n")
    assert file.read_text() == users_line("bé rta", FIRST) + users_line("anna", SECOND)
    assert set_up(where, "--webdav-user", "anna", "--drop") == (FINE, "anna: removed from webdav.htdigest\n", "")
    code, _, err = set_up(where, "--webdav-user", "anna", "--drop")
    assert code == FINDING and 'there is no user "anna"' in err
    assert set_up(where, "--webdav-user", "bé rta", "--drop")[0] == FINE
    assert not file.exists(), "without users, nobody is asked for a password in vain"


def test_other_lines_of_users_stay(home):
    where = home()
    file = where.path / "config/web.htdigest"
    others = "# ours\nanna:Another realm:" + "0" * 32 + "\nodd\n"
    file.write_text(others.rstrip("\n"))
    set_up(where, "--web-user", "anna", typed=FIRST + "\n")
    assert file.read_text() == others + users_line("anna", FIRST)
    set_up(where, "--web-user", "anna", "--drop")
    assert file.read_text() == others


@pytest.mark.parametrize("typed, said", [("short\n", "at least 8 letters"), ("", "no password was given"),
                                         ("x" * 300 + "\n", "too long")])
def test_a_password_that_is_none(home, typed, said):
    """Then nothing at all is changed."""
    where = home()
    code, out, err = set_up(where, *LISTEN, "--web-user", "anna", typed=typed)
    assert code == FINDING and said in err and "written" not in out
    assert not conf(where).exists() and not (where.path / "config/web.htdigest").exists()


# ---- at a terminal ----

QUESTIONS = ("http", "https", "mtls", "force-https", "base", "public", "webdav-public", "webdav-writable", "auth",
             "trust-proxy", "connections", "access-log")


def interview(where, answers, web_user="", webdav_user=""):
    """Answers what is asked, Enter to all that is not named; up to "Write it?"."""
    terminal = Terminal("setup", "--home", where.path)
    for name in QUESTIONS:
        for answer in answers.get(name, [""]):
            terminal.answer(f"\n{name} [", answer + "\n")
            terminal.shown = terminal.shown.rpartition(f"\n{name} [")[2]
    for user in (web_user, webdav_user):
        terminal.answer("or of one who gets a new password [none]: ", user + "\n")
        terminal.shown = ""
    return terminal


def test_questions(home):
    """A wrong answer is asked for again, Enter takes what is suggested, - is nothing."""
    where = home()
    terminal = interview(where, {
        "http": ["8080", "127.0.0.1:0"], "https": ["127.0.0.1:0"], "mtls": ["127.0.0.1:443", "-"],
        "force-https": ["perhaps", "yes"],
        "public": ["/update/ ap", "/update/ /ap/"], "webdav-writable": ["-"], "trust-proxy": ["10.0.0.0/8 ::1"],
        "connections": ["1", "500"]}, web_user="anna")
    terminal.answer("Write it? [yes]: ", "\n")
    for first, second in (("short", "short"), (FIRST, SECOND), (FIRST, FIRST)):
        terminal.answer("New password for anna: ", first + "\n")
        terminal.answer("Once more: ", second + "\n")
        terminal.shown = terminal.shown.rpartition("Once more: ")[2]
    assert terminal.end() == FINE, terminal.shown
    assert settings(where) == [
        "http = 127.0.0.1:0", "https = 127.0.0.1:0", "force-https = yes", "connections = 500", "public = /update/",
        "public = /ap/", "trust-proxy = 10.0.0.0/8", "trust-proxy = ::1"]
    assert (where.path / "config/web.htdigest").read_text() == users_line("anna", FIRST)
    with Plain(at=where.path) as server:
        assert set(server.ports) == {"http", "https"}


def test_questions_again(home):
    """What is set is what Enter takes; and nothing is written when nothing changes."""
    where = home()
    set_up(where, *LISTEN, "--https", "127.0.0.1:0", "--mtls", "127.0.0.1:0", "--force-https", "--public", "/update/",
          "--public", "/ap/")
    before = conf(where).read_bytes()
    terminal = interview(where, {})
    assert terminal.end() == FINE and "nothing changes" in terminal.shown
    assert conf(where).read_bytes() == before
    # Without HTTPS, nobody can be sent there: that is not asked, and goes with it.
    answers = {"https": ["-"], "force-https": [], "public": ["-"]}
    terminal = interview(where, answers)
    terminal.answer("Write it? [yes]: ", "y\n")
    assert terminal.end() == FINE, terminal.shown
    assert settings(where) == ["http = 127.0.0.1:0", "mtls = 127.0.0.1:0"]


def test_suggestions(home):
    """Enter all the way: ports that this user may open."""
    where = home()
    terminal = interview(where, {})
    terminal.answer("Write it? [yes]: ", "\n")
    assert terminal.end() == FINE, terminal.shown
    ports = (80, 443, 444) if os.geteuid() == 0 else (8080, 8443, 8444)
    assert settings(where) == [f"{n} = 0.0.0.0:{p}" for n, p in zip(("http", "https", "mtls"), ports)]


@pytest.mark.parametrize("end", ["no\n", "\x04", "\x03"])
def test_no(home, end):
    """Said no, Ctrl-D, Ctrl-C: nothing was changed."""
    where = home()
    terminal = interview(where, {"http": ["127.0.0.1:0"]})
    terminal.answer("Write it? [yes]: ", end)
    code = terminal.end()
    assert code == (-signal.SIGINT if end == "\x03" else FINDING)
    assert end == "\x03" or "nothing was changed" in terminal.shown
    assert not conf(where).exists()


def test_broken_off(home):
    where = home()
    terminal = Terminal("setup", "--home", where.path)
    terminal.answer("http [", "127.0.0.1:0\n")
    terminal.answer("https [", "\x04")
    assert terminal.end() == FINDING and "nothing was changed" in terminal.shown
    assert not conf(where).exists()


# ---- where the keys are ----

def test_pki_of_other_commands(home, tmp_path):
    where = home(config('<master info=""/>', '<customcerts dir="certs"/>'))
    set_up(where, *LISTEN, "--pki", tmp_path)
    done = where.cli("ca", "init", "--name", "Some CA")
    assert done.returncode == FINE, done.stderr
    assert (tmp_path / "client-ca.pem").exists() and not (where.path / "pki/client-ca.pem").exists()
    conf(where).write_text("pki = \n")
    done = where.cli("certs")
    assert done.returncode == FINDING and "server.conf:1: pki needs a value" in done.stderr


# ---- conf/ ----

def test_logrotate(serve, tmp_path):
    """conf/logrotate, with this home and user in it: what is logged afterwards is in the new file, by all."""
    program = shutil.which("logrotate", path=f"{os.environ['PATH']}:/usr/sbin")
    if not program:
        pytest.skip("logrotate is not installed")
    server = serve()
    user, group = "root", "root"
    if os.geteuid() != 0:
        pytest.skip("logrotate wants root for another user's files")
    text = (ROOT / "conf/logrotate").read_text()
    mine = re.sub("su rollcall rollcall", f"su {user} {group}", text).replace("/var/lib/rollcall", str(server.path))
    (tmp_path / "conf").write_text(mine)
    (tmp_path / "conf").chmod(0o644)
    log = server.path / "log/rollcall.log"
    before = log.read_text()
    done = subprocess.run([program, "-f", "-s", tmp_path / "state", tmp_path / "conf"], capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    wait_for(lambda: log.exists() and "the log is opened anew" in log.read_text(), 10)
    assert (server.path / "log/rollcall.log.1").read_text().startswith(before)
    # `rollcall serve` has opened it, too.
    os.kill(server.status()["lighttpd"]["pid"], signal.SIGKILL)
    server.logged("lighttpd", "rollcall[", deadline=10)


def test_nftables(tmp_path):
    """conf/nftables.conf limits each address, and nobody who is exempt; in a network of its own."""
    program = shutil.which("nft", path=f"{os.environ['PATH']}:/usr/sbin")
    inside = ["unshare", "-rn"]
    if not program or subprocess.run([*inside, program, "list", "tables"], capture_output=True).returncode != 0:
        pytest.skip("nft is not installed, or networks of one's own are not allowed here")
    done = subprocess.run([*inside, "sh", "-c", f"{program} -f {ROOT / 'conf/nftables.conf'} && "
                           f"{program} -f {ROOT / 'conf/nftables.conf'} && exec /usr/bin/python3 -"],
                          input=CONNECTIONS, text=True, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    exempt, limited = (dict(zip(("open", "refused", "dropped"), map(int, line.split())))
                       for line in done.stdout.splitlines())
    assert exempt == {"open": 120, "refused": 0, "dropped": 0}
    assert limited["open"] == 40 and limited["refused"] >= 60 and limited["dropped"] > 0, limited


# 120 connections to port 80, at once, from an address that is exempt, and from another one.
CONNECTIONS = """
import fcntl, socket, struct

control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
fcntl.ioctl(control, 0x8914, struct.pack("16sH14s", b"lo", 0x41, b""))  # up
fcntl.ioctl(control, 0x8916, struct.pack("16sHH4s8s", b"lo:1", socket.AF_INET, 0, socket.inet_aton("192.0.2.1"), b""))
server = socket.create_server(("0.0.0.0", 80), backlog=500)
for address in ("127.0.0.1", "192.0.2.1"):
    held, refused, dropped = [], 0, 0
    for _ in range(120):
        client = socket.socket()
        client.settimeout(0.1)
        client.bind((address, 0))
        try:
            client.connect((address, 80))
            held.append(client)
        except ConnectionRefusedError:
            refused += 1
        except TimeoutError:
            dropped += 1
    print(len(held), refused, dropped)
"""
