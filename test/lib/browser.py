# SPDX-License-Identifier: ISC
"""
A real browser: Chromium without a window, in a profile of its own, that reaches nothing but
127.0.0.1. What a page complains about (errors of scripts, what the content security policy stopped)
fails the test that shows it.

    browser.at(server).be(admin)            # signed in without the form
    browser.go("devices", q="missing")
    browser.find("#devices tr")
    browser.shot("devices")                 # test output: BUILD/shots, or $ROLLCALL_SHOTS
"""
import base64
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

from selenium import webdriver
from selenium.common.exceptions import (StaleElementReferenceException, UnexpectedAlertPresentException,
                                        WebDriverException)
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from lib.admin import BASE, PASSWORD, USER, keep_file
from lib.server import BUILD
from lib.wait import wait_for

PROGRAM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
AXE = BUILD / "axe/node_modules/axe-core/axe.min.js"
SHOTS = Path(os.environ.get("ROLLCALL_SHOTS", BUILD / "shots"))
WIDE, NARROW = (1280, 900), (390, 844)
SHOT_HEIGHT = 3000  # pixels; what is below is not interesting
PATIENCE = 10.0
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]

OPTIONS = [
    "--headless=new", "--ignore-certificate-errors", "--disable-dev-shm-usage", "--disable-gpu",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-default-apps", "--no-first-run", "--no-default-browser-check", "--mute-audio",
    "--disable-features=Translate,OptimizationHints,MediaRouter,AutofillServerCommunication,"
    "PasswordManagerOnboarding,InterestFeedContentSuggestions",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--password-store=basic",
    "--force-color-profile=srgb", "--hide-scrollbars", "--lang=en",
]
# What the web server's answer was is looked at where it matters; a refusal is no fault of the page.
NETWORK = "network"


@contextmanager
def between_pages():
    """The page may be replaced meanwhile, also while Chromedriver asks Chromium about it: then it is to be asked again."""
    try:
        yield
    except StaleElementReferenceException:
        pass
    except WebDriverException as e:
        if "inspector error" not in (e.msg or ""):
            raise


class Browser:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="rollcall-browser-", ignore_cleanup_errors=True)
        options = webdriver.ChromeOptions()
        options.binary_location = PROGRAM
        for word in (*OPTIONS, f"--user-data-dir={self.folder.name}/profile"):
            options.add_argument(word)
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")
        self.downloads = Path(self.folder.name) / "downloads"
        options.add_experimental_option("prefs", {
            "download.default_directory": str(self.downloads), "intl.accept_languages": "en",
            "credentials_enable_service": False, "profile.password_manager_enabled": False})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        env = {**os.environ, "HOME": self.folder.name, "XDG_CONFIG_HOME": self.folder.name,
               "XDG_CACHE_HOME": self.folder.name}
        self.driver = webdriver.Chrome(options=options, service=Service(DRIVER, env=env))
        self.driver.set_page_load_timeout(30)
        self.driver.set_script_timeout(60)
        self.server, self.scheme, self.base = None, "http", BASE
        self.scripts = True
        self.complaints = []

    def quit(self):
        self.driver.quit()
        self.folder.cleanup()

    def command(self, name, /, **parameters):
        """Of the Chrome DevTools Protocol."""
        return self.driver.execute_cdp_cmd(name, parameters)

    # Between tests

    def fresh(self):
        """As if nobody had used it."""
        self.driver.get("about:blank")
        self.command("Network.clearBrowserCookies")
        self.allow_scripts(True)
        self.command("Emulation.setEmulatedMedia", media="", features=[])
        self.size(*WIDE)
        self.read_log()
        self.complaints = []
        return self

    def read_log(self):
        """What the pages complained about since the last look; refusals of the server are none."""
        self.complaints += [entry for entry in self.driver.get_log("browser")
                            if entry["source"] != NETWORK and entry["level"] in ("SEVERE", "WARNING")]
        return self.complaints

    def check_log(self):
        assert not self.read_log(), "\n".join(entry["message"] for entry in self.complaints)

    # Where it is

    def at(self, server, scheme=None):
        self.server = server
        self.scheme = scheme or ("https" if "https" in server.ports else "http")
        return self

    def be(self, admin):
        """With the cookies of somebody who is signed in (lib/admin.py)."""
        for name, value in admin.cookies.items():
            secure = self.scheme == "https"
            done = self.command("Network.setCookie", name=name, value=value, url=self.root + "/", path="/",
                                secure=secure, httpOnly=True, sameSite="Strict")
            assert done.get("success", True), done
        return self

    @property
    def root(self):
        return f"{self.scheme}://127.0.0.1:{self.server.ports[self.scheme]}"

    def url(self, path="", **query):
        whole = path if path.startswith("/") else f"{self.base}/admin/{path}"
        return self.root + whole + ("?" + urlencode(query, quote_via=quote) if query else "")

    def go(self, path="", **query):
        self.driver.get(self.url(path, **query))
        return self

    @property
    def here(self):
        """The path below BASE/admin/, with its query."""
        return self.driver.current_url.removeprefix(self.url())

    def sign_in(self, user=USER, password=PASSWORD):
        """Through the form that is shown."""
        self.fill("user", user)
        self.fill("password", password)
        self.submit("#sign-in")
        return self

    # What is there

    def all(self, css):
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def find(self, css, deadline=PATIENCE):
        """The first one, once it is there."""
        return self.wait(lambda: next(iter(self.all(css)), None), deadline, css)

    def there(self, css):
        return bool(self.all(css))

    def text(self, css="body"):
        """What somebody reads there, once it is there."""
        return self.steady(lambda: self.find(css).text)

    def texts(self, css):
        """The texts of all these elements, read at once."""
        return self.run("return [...document.querySelectorAll(arguments[0])].map(e => e.innerText.trim())", css)

    def steady(self, look):
        """A value that is looked at while a script may replace what it is read from."""
        for _ in range(20):
            with between_pages():
                return look()
        return look()

    def wait(self, condition, deadline=PATIENCE, what=""):
        def look():
            with between_pages():
                return condition()
            return False
        return wait_for(look, deadline, f"{what} at {self.here}")

    def says(self, text, css="body"):
        """Waits until it stands there."""
        self.wait(lambda: text in self.text(css), what=f"{text!r} in {css}")
        return self

    # What somebody does

    def leave(self, act):
        """Does what leads to another page, and waits for that."""
        old = self.driver.find_element(By.CSS_SELECTOR, "html")

        def is_gone():
            try:
                old.is_enabled()
                return False
            except StaleElementReferenceException:
                return True
            except UnexpectedAlertPresentException:
                return True
        act()
        self.wait(is_gone, what="another page")
        self.find("body")
        return self

    def click(self, css):
        """A link or button that leads to another page."""
        return self.leave(self.find(css).click)

    def submit(self, form):
        """By its first button."""
        return self.click(f"{form} button[type=submit], {form} button:not([type])")

    def link(self, text, within="body"):
        """Follows the link that reads so."""
        found = [a for a in self.all(f"{within} a") if a.text.strip() == text]
        assert found, f"no link {text!r} in {within}: {[a.text for a in self.all(within + ' a')]}"
        return self.leave(found[0].click)

    def fill(self, name, value, within=""):
        field = self.find(f'{within} [name="{name}"]')
        field.clear()
        field.send_keys(value)
        return self

    def keys(self, *keys):
        webdriver.ActionChains(self.driver).send_keys(*keys).perform()
        return self

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def focused(self):
        return self.driver.switch_to.active_element

    # How it looks

    def allow_scripts(self, allowed):
        if allowed != self.scripts:
            self.command("Emulation.setScriptExecutionDisabled", value=not allowed)
        self.scripts = allowed
        return self

    def size(self, width, height):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height,
                     deviceScaleFactor=1, mobile=False)
        return self

    def theme(self, name):
        self.command("Emulation.setEmulatedMedia",
                     features=[{"name": "prefers-color-scheme", "value": name},
                               {"name": "prefers-reduced-motion", "value": "reduce"}])
        return self

    def shot(self, name):
        """The whole page, as test output."""
        size = self.command("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], SHOT_HEIGHT), "scale": 1}
        taken = self.command("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        return keep_file(SHOTS, f"{name}.png", base64.b64decode(taken["data"]))

    def shots(self, name):
        """In both themes, wide and narrow."""
        for theme in ("light", "dark"):
            self.theme(theme)
            for size in (WIDE, NARROW):
                self.size(*size)
                self.shot(f"{name}-{theme}-{size[0]}")
        self.theme("light").size(*WIDE)
        return self

    def overflow(self):
        """Pixels by which the page is wider than the window, and who is the reason."""
        return self.run("""
            const most = document.documentElement.clientWidth;
            const wide = document.documentElement.scrollWidth - most;
            if (wide <= 0) return null;
            const who = [...document.querySelectorAll('body *')].filter(e => {
                for (let p = e.parentElement; p; p = p.parentElement)
                    if (getComputedStyle(p).overflowX !== 'visible') return false;
                return e.getBoundingClientRect().right > most + 0.5; });
            return [wide, ...who.slice(0, 5).map(e => e.outerHTML.slice(0, 120))];""")

    def axe(self):
        """What axe-core finds against WCAG 2.1 A and AA: one line each."""
        assert AXE.exists(), (f"{AXE} is not there: `make axe` installs it from npm, which takes a network "
                              "(ROLLCALL_NO_AXE=1 leaves these checks out)")
        if not self.run("return typeof axe !== 'undefined'"):
            self.run(AXE.read_text())
        result = self.driver.execute_async_script("""
            const [rules, done] = arguments;
            axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})
                .then(r => done(r.violations), e => done([{id: String(e), help: '', nodes: []}]));""", RULES)
        return [f"{v['id']}: {v['help']}: {n['html'][:200]} [{n['failureSummary'][:300]}]"
                for v in result for n in v["nodes"][:4]] + [v["id"] for v in result if not v["nodes"]]


def keep_failure(browser, name):
    """How the page looked when a test failed, for whoever looks into it."""
    try:
        path = browser.shot("failed-" + "".join(c if c.isalnum() else "-" for c in name)[:80])
        print(f"the page looked like {path}; it said {browser.read_log()}")
    except Exception as e:  # pylint: disable=broad-except
        print(f"no picture of the page: {e}")
