# SPDX-License-Identifier: ISC
"""
A page as a tree of xml.etree elements, for tests without a browser. It must be balanced: an element that
is not closed where it should be fails the test.

    page = dom.parse(boss.page("snippets"))
    dom.by_id(page, "snippets")
    dom.text(page.find(".//tr[@data-snippet='x']"))
"""
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

VOID = {"br", "hr", "img", "input", "link", "meta"}


class Builder(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tree, self.open = ElementTree.TreeBuilder(), []

    def handle_starttag(self, tag, attrs):
        self.tree.start(tag, {name: value or "" for name, value in attrs})
        if tag in VOID:
            self.tree.end(tag)
        else:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Within SVG."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> at {self.getpos()} closes another element"
        self.tree.end(tag)

    def handle_data(self, data):
        if self.open:
            self.tree.data(data)


def parse(text):
    builder = Builder()
    builder.feed(text)
    builder.close()
    assert not builder.open, f"not closed: {builder.open}"
    return builder.tree.close()


def by_id(page, name):
    """None when there is none; there is never more than one."""
    found = page.findall(f".//*[@id='{name}']")
    assert len(found) <= 1, f"{len(found)} elements are called {name}"
    return found[0] if found else None


def text(element):
    """What somebody reads."""
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def number(element, name):
    """The figure that is marked data-n="NAME"."""
    return int(re.match(r"[\d,.]+", text(element.find(f".//*[@data-n='{name}']")))[0].replace(",", ""))
