# SPDX-License-Identifier: ISC
"""The page Users: one's own password and sessions, and for administrators the accounts of all."""
import html
import json
import re

import pytest

from lib import dom
from lib.admin import BASE, MASTER, PASSWORD, USER, Admin
from lib.server import config
from lib.wait import wait_for

FIRST, SECOND = "first good one 1", "second good one 2"
WRONG = "planted-wrong-secret"
XSS = '<script>alert(1)</script>"\'&'


@pytest.fixture
def server(serve):
    return serve(config(MASTER))


@pytest.fixture
def boss(server):
    return Admin(server).sign_in()


def is_in(somebody):
    return somebody.get("users").status == 200


def accounts(server):
    done = server.cli("passwd", "--json")
    assert done.returncode == 0, done.stderr
    return {a["name"]: a for a in json.loads(done.stdout)["accounts"]}


def audit(server):
    """[(what, who, text)], the newest first."""
    done = server.cli("audit", "--json", "--most", "1000")
    return [(a["what"], a.get("who", ""), a.get("text", "")) for a in json.loads(done.stdout)["audit"]]


def wrong_of(reply):
    found = re.search(r'id="users-wrong" data-wrong="([^"]*)"><p>(.*?)</p>', reply.text, re.S)
    assert found, reply.text
    return found[1] or html.unescape(found[2])


def save(somebody, name, again=PASSWORD, **fields):
    return somebody.post("users/save", name=name, again=again, **fields)


def make(somebody, name, role="viewer", password=FIRST, again=PASSWORD, **fields):
    return save(somebody, name, again, make="1", role=role, **{"password": password, "repeat": password, **fields})


def change_password(somebody, again, password, repeat=None):
    return somebody.post("users/password", again=again, password=password, repeat=repeat or password)


# ---- one's own ----

def test_own_password(server, boss):
    anna = boss.make_user("anna", "viewer", FIRST)
    other = Admin(server).sign_in("anna", FIRST)
    before = dict(anna.cookies)
    reply = change_password(anna, FIRST, SECOND)
    assert reply.status == 303 and reply.header("location") == f"{BASE}/admin/users?done=password"
    assert anna.cookies != before, "the same id as before"
    assert "Your password was changed" in anna.page("users", done="password")
    assert not is_in(other), "another session goes on"
    anna.cookies = before
    assert not is_in(anna), "the old id goes on"
    assert Admin(server).try_sign_in("anna", FIRST).status == 403
    assert is_in(Admin(server).sign_in("anna", SECOND))
    assert ("account password", "anna (viewer) from 127.0.0.1", "of anna") in audit(server)


def test_browsers_know_whose_password_it_is(boss):
    """What keeps passwords is told the user; the field is neither seen nor sent."""
    boss.make_user("clara", "viewer")
    erika = boss.make_user("erika", "administrator")
    pages = [(erika.page("users"), "password-form", "erika"), (erika.page("users", edit="clara"), "edit-form", "clara"),
             (erika.post("users/drop", name="clara").text, "drop-form", "erika")]
    for page, form, user in pages:
        [field] = [e for e in dom.by_id(dom.parse(page), form).iter("input") if e.get("autocomplete") == "username"]
        assert field.get("value") == user and "hidden" in field.attrib and field.get("name") is None


def test_own_password_refused(server, boss):
    anna = boss.make_user("anna", "viewer", FIRST)
    for reply, status, said in (
            (change_password(anna, WRONG, SECOND), 403, "again"),
            (change_password(anna, "", SECOND), 403, "again"),
            (change_password(anna, "x" * 257, SECOND), 400, "again-long"),
            (change_password(anna, FIRST, SECOND, "another"), 400, "repeat"),
            (change_password(anna, FIRST, "short"), 400, "the password is too short: it must have 8 characters or more"),
            (change_password(anna, FIRST, ""), 400, "the password is too short: it must have 8 characters or more"),
            (change_password(anna, FIRST, "x" * 257), 400, "the password is too long: it may have 256 bytes"),
    ):
        assert (reply.status, wrong_of(reply)) == (status, said)
    assert is_in(anna) and is_in(Admin(server).sign_in("anna", FIRST))
    assert [a[0] for a in audit(server)].count("password wrong") == 2


def test_password_asked_again_is_throttled(server, boss):
    """Who sits down at somebody's browser cannot try passwords there either."""
    anna = boss.make_user("anna", "viewer", FIRST)
    seen = [change_password(anna, f"{WRONG}{i}", SECOND) for i in range(6)]
    assert [r.status for r in seen] == [403] * 5 + [429]
    assert wrong_of(seen[-1]) == "wait" and int(seen[-1].header("retry-after")) >= 1
    assert "Try again in" in seen[-1].text


def test_password_of_the_configuration(server, boss):
    assert "rollcall passwd --hash" in boss.page("users")
    assert 'id="password-form"' not in boss.page("users")
    reply = change_password(boss, PASSWORD, SECOND)
    assert reply.status == 409 and wrong_of(reply) == "configured"


def test_own_sessions(server, boss):
    boss.make_user("anna", "viewer", FIRST)
    Admin(server).try_sign_in(USER, PASSWORD, headers=[("User-Agent", XSS)])
    page = boss.page("users")
    table = re.search(r'<table[^>]*id="sessions">(.*?)</table>', page, re.S)[1]
    assert table.count("<tr>") == 3 and table.count("this one") == 1  # with its head
    assert "127.0.0.1" in table and html.escape(XSS, quote=False) in table
    assert "<script>alert" not in page


# ---- accounts ----

def test_only_administrators_see_others(server, boss):
    for role in ("viewer", "operator"):
        page = boss.make_user(f"an-{role}", role, FIRST).page("users")
        assert 'id="accounts"' not in page and "data-user" not in page and 'id="add-form"' not in page
    page = boss.page("users")
    for name in (USER, "an-viewer", "an-operator"):
        assert f'data-user="{name}"' in page


def test_make(server, boss):
    reply = make(boss, "anna.b-c_d@e+1", "operator")
    assert reply.status == 303 and reply.header("location").endswith("users?done=account-made")
    one = accounts(server)["anna.b-c_d@e+1"]
    assert one["role"] == "operator" and one["made_by"] == "admin (administrator) from 127.0.0.1"
    assert 'id="role">operator' in Admin(server).sign_in("anna.b-c_d@e+1", FIRST).page("users")
    assert audit(server)[1] == ("account make", "admin (administrator) from 127.0.0.1", "anna.b-c_d@e+1, operator")


NAME = "the name of a user is made of letters, digits and ._-@+, at most 64 of them"


def test_make_refused(server, boss):
    boss.make_user("anna", "viewer", FIRST)
    short = "the password is too short: it must have 8 characters or more"
    for reply, status, said in (
            (make(boss, "anna"), 409, "there is an account anna already"),
            (make(boss, ""), 400, NAME), (make(boss, "a b"), 400, NAME), (make(boss, "ä"), 400, NAME),
            (make(boss, XSS), 400, NAME), (make(boss, "a" * 65), 400, NAME),
            (make(boss, "berta", "king"), 400, "role"),
            (make(boss, "berta", password="short"), 400, short),
            (make(boss, "berta", password=""), 400, short),
            (make(boss, "berta", repeat="another"), 400, "repeat"),
            (make(boss, "berta", again=WRONG), 403, "again"),
    ):
        assert (reply.status, wrong_of(reply)) == (status, said)
        assert "<script>alert" not in reply.text
    reply = make(boss, USER)
    assert reply.status == 400 and "stands in the configuration" in wrong_of(reply)
    assert set(accounts(server)) == {USER, "anna"}


def test_role(server, boss):
    anna = boss.make_user("anna", "viewer", FIRST)
    page = boss.page("users", edit="anna")
    assert 'id="edit-form"' in page and re.search(r'<option value="viewer" selected', page)
    assert save(boss, "anna", role="operator", password="", repeat="").status == 303
    assert accounts(server)["anna"]["role"] == "operator"
    assert not is_in(anna), "with the role of before"
    assert is_in(Admin(server).sign_in("anna", FIRST)), "the password has changed"
    assert ("account role", "admin (administrator) from 127.0.0.1", "anna is operator, and was viewer") in audit(server)


def test_password_of_somebody_else(server, boss):
    anna = boss.make_user("anna", "viewer", FIRST)
    assert save(boss, "anna", role="viewer", password=SECOND, repeat=SECOND).status == 303
    assert not is_in(anna)
    assert Admin(server).try_sign_in("anna", FIRST).status == 403
    assert is_in(Admin(server).sign_in("anna", SECOND))


def test_save_refused(server, boss):
    anna = boss.make_user("anna", "viewer", FIRST)
    for reply, status, said in (
            (save(boss, "nobody", role="viewer"), 404, "there is no account nobody"),
            (save(boss, "anna", role="king"), 400, "role"),
            (save(boss, "anna", role="operator", password="short", repeat="short"), 400,
             "the password is too short: it must have 8 characters or more"),
            (save(boss, "anna", again=WRONG, role="operator"), 403, "again"),
    ):
        assert (reply.status, wrong_of(reply)) == (status, said)
    assert save(boss, USER, role="viewer").status == 400
    assert is_in(anna), "nothing was changed, but a session has ended"
    assert accounts(server)["anna"]["role"] == "viewer"
    assert 'id="edit-form"' not in boss.page("users", edit=XSS)


def test_one_changes_oneself(server, boss):
    """An administrator who makes himself a viewer stays signed in, as one."""
    anna = boss.make_user("anna", "administrator", FIRST)
    before = dict(anna.cookies)
    assert save(anna, "anna", FIRST, role="viewer").status == 303
    assert anna.cookies != before
    assert 'id="role">viewer' in anna.page("users")
    assert make(anna, "berta", again=FIRST).status == 403


def test_drop(server, boss):
    anna = boss.make_user("anna", "viewer", FIRST)
    reply = boss.post("users/drop", name="anna")
    assert reply.status == 200 and 'id="drop-form"' in reply.text and "anna" in accounts(server)
    reply = boss.post("users/drop", name="anna", sure="1", again=WRONG)
    assert reply.status == 403 and wrong_of(reply) == "again" and 'id="drop-form"' in reply.text
    assert is_in(anna)
    reply = boss.post("users/drop", name="anna", sure="1", again=PASSWORD)
    assert reply.status == 303 and reply.header("location").endswith("users?done=account-dropped")
    assert "anna" not in accounts(server) and not is_in(anna)
    assert Admin(server).try_sign_in("anna", FIRST).status == 403
    assert ("account drop", "admin (administrator) from 127.0.0.1", "anna") in audit(server)
    # One of the same name who comes after has nothing of hers.
    boss.make_user("anna", "viewer", SECOND)
    assert not is_in(anna)


def test_drop_refused(server, boss):
    reply = boss.post("users/drop", name="nobody", sure="1", again=PASSWORD)
    assert reply.status == 404 and wrong_of(reply) == "there is no account nobody"
    reply = boss.post("users/drop", name=USER, sure="1", again=PASSWORD)
    assert reply.status == 400 and "stands in the configuration" in wrong_of(reply)
    assert is_in(boss)


def test_the_last_way_in_stays(server, boss):
    """Without a password in the configuration, somebody must be left who can change accounts."""
    anna = boss.make_user("anna", "administrator", FIRST)
    boss.make_user("berta", "operator", FIRST)
    server.take(config('<master info="" user="" password=""/>'))
    assert not is_in(boss) and is_in(anna)
    reply = anna.post("users/drop", name="anna", sure="1", again=FIRST)
    assert reply.status == 409 and "the last administrator" in wrong_of(reply)
    reply = save(anna, "anna", FIRST, role="viewer")
    assert reply.status == 409 and "the last administrator" in wrong_of(reply)
    assert save(anna, "berta", FIRST, role="administrator").status == 303
    assert anna.post("users/drop", name="anna", sure="1", again=FIRST).status == 303
    assert not is_in(anna)


def test_a_name_that_the_configuration_took(server, boss):
    """It counts, not the account of the store, which can be removed."""
    anna = boss.make_user("anna", "administrator", FIRST)
    server.take(config(f'<master info="" user="anna" password="{SECOND}"/>'))
    assert Admin(server).try_sign_in("anna", SECOND).status == 303
    assert not is_in(anna)
    assert Admin(server).try_sign_in("anna", FIRST).status == 403
    anna.sign_in("anna", SECOND)
    assert "does not count" in anna.page("users")
    assert anna.post("users/drop", name="anna", sure="1", again=SECOND).status == 303


def test_german(server):
    boss = Admin(server, language="de").sign_in()
    page = boss.page("users")
    assert "Konto anlegen" in page and "Überall abmelden" in page
    assert "Ihr jetziges Kennwort stimmt nicht." in make(boss, "anna", again=WRONG).text
