# SPDX-License-Identifier: ISC
"""Fixtures of the tests of pages: one browser and one server for all tests of a file."""
import os

import pytest

from lib.browser import Browser, keep_failure


@pytest.fixture(scope="module")
def chromium():
    browser = Browser()
    yield browser
    browser.quit()


@pytest.fixture
def browser(chromium, request):
    """As if nobody had used it; in the end no page may have complained."""
    yield chromium.fresh()
    report = getattr(request.node, "report_call", None)
    if report is not None and report.failed:
        keep_failure(chromium, request.node.name)
    elif report is not None and report.passed:
        chromium.check_log()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    setattr(item, f"report_{call.when}", outcome.get_result())


@pytest.fixture
def axe():
    """axe(browser, what): no violation. Left out only where somebody says so."""
    def check(browser, what):
        if os.environ.get("ROLLCALL_NO_AXE") != "1":
            found = browser.axe()
            assert not found, f"{what}:\n" + "\n".join(found)
    return check
