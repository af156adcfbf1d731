# SPDX-License-Identifier: ISC
"""`rollcall passwd`: accounts for the administrator's pages, from the command line."""
import json
import os
import re
import subprocess
import termios

import pytest

from lib.admin import MASTER, Admin
from lib.server import ROLLCALL, clean_environment, config
from lib.terminal import Terminal
from lib.wait import wait_for

FIRST, SECOND = "first good one 1", "second good one 2"
HASH = re.compile(r"\$y\$jAT\$[./0-9A-Za-z]{22}\$[./0-9A-Za-z]{43}")


def passwd(*words, typed="", home=None):
    done = subprocess.run([str(w) for w in (ROLLCALL, "passwd", *words, *(["--home", home.path] if home else []))],
                          input=typed, text=True, capture_output=True, timeout=20, env=clean_environment())
    return done.returncode, done.stdout, done.stderr


def accounts(home):
    code, out, err = passwd("--json", home=home)
    assert code == 0, err
    return {a["name"]: a for a in json.loads(out)["accounts"]}


def test_made_before_the_first_start(home, serve):
    """And it is there when the server is."""
    where = home(config('<master info="" user="" password=""/>'))
    assert passwd(home=where)[:2] == (
        0, "nobody can sign in: rollcall passwd NAME --role administrator makes an account\n")
    assert passwd("anna", "--role", "administrator", typed=FIRST + "\n", home=where) == (
        0, "anna: made, role administrator\n", "")
    assert accounts(where)["anna"]["role"] == "administrator"
    server = serve(at=where.path)
    anna = Admin(server).sign_in("anna", FIRST)
    assert accounts(server)["anna"]["sessions"] == 1
    assert passwd("anna", typed=SECOND + "\n", home=server)[:2] == (0, "anna: the password was set, role administrator\n")
    assert anna.get("users").status == 303, "she is still signed in"
    assert Admin(server).try_sign_in("anna", FIRST).status == 403
    anna.sign_in("anna", SECOND)


def test_role_and_drop(home):
    where = home(config(MASTER))
    assert passwd("anna", typed=FIRST + "\n", home=where)[:2] == (0, "anna: made, role viewer\n")
    code, out, _ = passwd("anna", "--role", "operator", "--json", home=where)
    assert (code, json.loads(out)) == (0, {"name": "anna", "role": "operator", "done": "the role was set"})
    _, out, _ = passwd(home=where)
    assert re.search(r"^admin +administrator .*in the configuration \(master/@user\)$", out, re.M), out
    assert re.search(r"^anna +operator +20\d\d-\S+Z +0 +\S.* on the command line$", out, re.M), out
    code, out, _ = passwd("anna", "--drop", "--json", home=where)
    assert (code, json.loads(out)["done"]) == (0, "dropped")
    assert set(accounts(where)) == {"admin"}
    audit = json.loads(where.cli("audit", "--json").stdout)["audit"]
    assert [(a["what"], a["text"]) for a in audit] == [
        ("account drop", "anna"), ("account role", "anna is operator, and was viewer"), ("account make", "anna, viewer")]
    assert all(a["who"].endswith(" on the command line") for a in audit)


def test_default_password_is_named(home):
    _, out, _ = passwd(home=home(config('<master info=""/>')))
    assert "with the default password: from this machine only" in out


WRONG_USE = {
    "--drop": "whose?", "--role viewer": "whose?", "anna --role king": "viewer, operator or administrator",
    "anna --drop --role viewer": "do not go together", "anna berta": "one word too many",
    "anna --hash": "about no account", "--hash --drop": "about no account", "anna --why x": "knows no --why",
}


@pytest.mark.parametrize("words", WRONG_USE)
def test_wrong_use(home, words):
    code, out, err = passwd(*words.split(), typed=FIRST + "\n", home=home(config(MASTER)))
    assert (code, out) == (2, "") and WRONG_USE[words] in err


REFUSED = {
    "anna": ("short\n", "too short: it must have 8 characters"), "berta": ("", "no password was given"),
    "carla": ("\n", "too short"), "dora": ("x" * 257 + "\n", "too long: it may have 256 bytes"),
    "emma": ("with\ttab inside\n", "cannot be typed"), "a b": (FIRST, "the name of a user is made of"),
    "admin": (FIRST, "stands in the configuration"), "x" * 65: (FIRST, "at most 64"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(home, name):
    typed, said = REFUSED[name]
    where = home(config(MASTER))
    code, out, err = passwd(name, typed=typed, home=where)
    assert (code, out) == (1, "") and said in err
    assert set(accounts(where)) == {"admin"}


def test_refused_drop(home):
    where = home(config('<master info="" user="" password=""/>'))
    assert "there is no account anna" in passwd("anna", "--drop", home=where)[2]
    passwd("anna", "--role", "administrator", typed=FIRST, home=where)
    code, _, err = passwd("anna", "--drop", home=where)
    assert code == 1 and "the last administrator" in err


def test_with_a_broken_configuration(home):
    where = home("<config><oops/></config>")
    code, out, err = passwd("anna", typed=FIRST + "\n", home=where)
    assert (code, out) == (0, "anna: made, role viewer\n") and "oops" in err


def test_one_line_is_read(home):
    """The end of the line belongs to no password, whatever system wrote it; the rest is not read."""
    where = home(config('<master info="" user="" password=""/>'))
    for typed in (FIRST, FIRST + "\n", FIRST + "\r\n", FIRST + "\nmore\n"):
        passwd("anna", typed=SECOND + "\n", home=where)
        assert passwd("anna", typed=typed, home=where)[0] == 0
    assert passwd("--hash", typed="\0" + FIRST)[0] == 1


# ---- --hash ----

def test_hash(serve, tmp_path):
    """It needs no home, and signs in where it stands in the configuration."""
    code, out, err = passwd("--hash", typed=FIRST + "\n")
    assert code == 0 and err == "" and HASH.fullmatch(out.strip())
    code, more, _ = passwd("--hash", "--json", typed=FIRST + "\n")
    assert HASH.fullmatch(json.loads(more)["hash"]) and json.loads(more)["hash"] != out.strip()
    server = serve(config(f'<master info="" user="boss" password-hash="{out.strip()}"/>'))
    assert Admin(server).sign_in("boss", FIRST)
    assert Admin(server).try_sign_in("boss", "password").status == 403
    assert "password" not in server.cli("check").stdout
    shown = server.cli("config").stdout
    assert out.strip() not in shown and "master/@password-hash = (hidden)" in shown


def test_hash_that_is_none(home):
    done = home(config(f'<master info="" user="boss" password-hash="{FIRST}"/>')).cli("check")
    assert done.returncode == 1 and "user-config.xml:3: error: master/@password-hash is no hash" in done.stdout
    assert FIRST not in done.stdout + done.stderr


# ---- at a terminal ----

def test_at_a_terminal(home):
    where = home(config(MASTER))
    terminal = Terminal("passwd", "anna", "--home", where.path)
    terminal.answer("New password for anna: ", FIRST + "\n")
    terminal.answer("Once more: ", FIRST + "\n")
    assert terminal.end() == 0
    assert "anna: made, role viewer" in terminal.shown and FIRST not in terminal.shown
    assert "anna" in accounts(where)


def test_two_different_ones(home):
    where = home(config(MASTER))
    terminal = Terminal("passwd", "anna", "--home", where.path)
    terminal.answer("New password for anna: ", FIRST + "\n")
    terminal.answer("Once more: ", SECOND + "\n")
    assert terminal.end() == 1
    assert "two different passwords" in terminal.shown and "anna" not in accounts(where)


def test_interrupted(home):
    """The terminal shows again what is typed, and nothing was changed."""
    where = home(config(MASTER))
    terminal = Terminal("passwd", "anna", "--home", where.path)
    wait_for(lambda: "New password" in terminal.look(), 5)
    assert not termios.tcgetattr(terminal.master)[3] & termios.ECHO
    os.write(terminal.master, b"\x03")
    wait_for(lambda: (terminal.look(), terminal.process.poll())[1] is not None, 5)
    assert terminal.process.returncode == -2
    os.close(terminal.master)
    assert "anna" not in accounts(where)
