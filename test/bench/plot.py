# SPDX-License-Identifier: ISC
"""The ratios of test/bench/run as a picture: SVG, by hand, readable in light and dark.

A bar is the median of the rounds, a dot is one round, the upright stroke is what we aim at.
"""
import statistics
from collections import namedtuple
from html import escape

Row = namedtuple("Row", "panel label values aim")

PANELS = {
    "speed": "Requests per second, as ratios",
    "disk": "What is acknowledged is on disk: per second, beside writes of 4 KB with fdatasync()",
}
WIDTH, LEFT, RIGHT, ROW, TITLE, EDGE = 900, 350, 170, 30, 46, 20

STYLE = """
  svg { font: 13px system-ui, sans-serif; }
  .back { fill: #ffffff } .text { fill: #1f2328 } .soft { fill: #59636e }
  .line { stroke: #d1d9e0 } .bar { fill: #a8c7ea } .miss { fill: #f0c08a }
  .dot { fill: #0b4a8f } .aim { stroke: #1f2328; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    .back { fill: #0d1117 } .text { fill: #e6edf3 } .soft { fill: #9198a1 }
    .line { stroke: #3d444d } .bar { fill: #1f5288 } .miss { fill: #80521b }
    .dot { fill: #b6d8ff } .aim { stroke: #e6edf3 }
  }"""


def text(x, y, words, kind="text", anchor="start", more=""):
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(words)}</text>'


def step_of(most):
    """Between two lines of the scale."""
    return next(s for s in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000, 10**9) if most / s <= 12)


def draw_row(row, y, scale):
    middle = statistics.median(row.values)
    missed = row.aim is not None and middle < row.aim
    yield text(LEFT - 12, y + 19, row.label, anchor="end")
    yield (f'<rect class="{"miss" if missed else "bar"}" x="{LEFT}" y="{y + 5}" '
           f'width="{scale(middle) - LEFT:.1f}" height="{ROW - 10}"/>')
    for value in row.values:
        yield f'<circle class="dot" cx="{scale(value):.1f}" cy="{y + ROW / 2}" r="2.5"/>'
    if row.aim is not None:
        x = f"{scale(row.aim):.1f}"
        yield f'<line class="aim" x1="{x}" y1="{y + 2}" x2="{x}" y2="{y + ROW - 2}"/>'
    aim = "" if row.aim is None else f"  (aim {row.aim:.2f}{', missed' if missed else ''})"
    yield text(WIDTH - RIGHT + 12, y + 19, f"{middle:.2f}{aim}")


def draw_panel(title, rows, top):
    most = max(max([*r.values, r.aim or 0]) for r in rows)
    step, bottom = step_of(most), top + TITLE + ROW * len(rows)
    lines = int(most / step + 0.999)

    def scale(value):
        return LEFT + (WIDTH - RIGHT - LEFT) * value / (lines * step)
    yield text(EDGE, top + 22, title, more=' font-weight="600"')
    for i in range(lines + 1):
        x = f"{scale(i * step):.1f}"
        yield f'<line class="line" x1="{x}" y1="{top + TITLE - 4}" x2="{x}" y2="{bottom}"/>'
        yield text(scale(i * step), top + TITLE - 8, f"{i * step:g}", "soft", "middle")
    for i, row in enumerate(rows):
        yield from draw_row(row, top + TITLE + i * ROW, scale)


def describe(rows):
    return "; ".join(f"{r.label}: {statistics.median(r.values):.2f}"
                     + (f", aim {r.aim:.2f}" if r.aim is not None else "") for r in rows)


def draw(below, rows):
    """`below`: a line of text under it."""
    parts, y = [], EDGE / 2
    for panel, title in PANELS.items():
        of_it = [r for r in rows if r.panel == panel]
        if of_it:
            parts += draw_panel(title, of_it, y)
            y += TITLE + ROW * len(of_it) + EDGE
    parts.append(text(EDGE, y + 8, below, "soft"))
    height = y + EDGE + 8
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" '
        'aria-labelledby="title desc">',
        '<title id="title">How fast Rollcall is, as ratios</title>',
        f'<desc id="desc">{escape("Medians of the rounds. " + describe(rows) + ". " + below)}</desc>',
        f"<style>{STYLE}\n</style>",
        f'<rect class="back" width="{WIDTH}" height="{height:.0f}"/>', *parts, "</svg>"]) + "\n"
