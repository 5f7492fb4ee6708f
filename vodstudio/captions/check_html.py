"""The check report as one page that needs nothing else: light and dark, to read, to print and to keep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from vodstudio.captions.check import Report, grade_of
from vodstudio.captions.cue import Finding, Level
from vodstudio.captions.rules import RULES, Quality
from vodstudio.core.measured import NOT_MEASURED

MOST_ROWS = 2000
_GRADES = {Level.INFORMATION: "good", Level.WARNING: "worth a look", Level.ERROR: "has errors"}
_LEVELS = {Level.ERROR: "Error", Level.WARNING: "Warning", Level.INFORMATION: "Information"}
_MEANT = {
    Quality.ACCURATE: "the words are those that were spoken",
    Quality.SYNCHRONOUS: "they come and go with the speech, and can be read",
    Quality.COMPLETE: "from the beginning to the end",
    Quality.PLACED: "they are where they can be seen and cover nothing",
}
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2733; --page: #fff; --line: #d5dbe1; --soft: #5a6772;
  --error: #b3261e; --warning: #8a5a00; --information: #2f6b3c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaee; --page: #161b20; --line: #38424c; --soft: #a3afba;
  --error: #ff8a80; --warning: #ffc96b; --information: #8fd19e; } }
@media print { :root { color-scheme: light; --ink: #000; --page: #fff; --line: #bbb; --soft: #444;
  --error: #900; --warning: #640; --information: #040; } section { break-inside: avoid-page; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); margin: 2rem auto;
  max-width: 60rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .25rem; }
p { margin: .25rem 0; } .soft { color: var(--soft); }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; } caption { text-align: left; color: var(--soft); }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); }
td.time, td.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
.error { color: var(--error); } .warning { color: var(--warning); } .information { color: var(--information); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; } dt { color: var(--soft); }
dd { margin: 0; } a { color: inherit; }
"""


def report_html(report: Report, title: str) -> str:
    """The whole page; the same report gives the same bytes."""
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>Caption check: {escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1>",
        f'<p class="soft">Caption check · {escape(_summary(report))}</p>',
        f"<p>{_grades(report)}</p>",
        *_figures(report),
        *(line for quality in Quality for line in _section(report, quality)),
        *_waived(report),
        *_not_checked(report),
        *_unsure(report),
        *_files(report),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _summary(report: Report) -> str:
    counts = [_count(report.errors, "error"), _count(report.warnings, "warning")]
    return ", ".join(counts) + (f", {len(report.waived)} waived" if report.waived else "")


def _count(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"


def _grades(report: Report) -> str:
    """The four words at the top, each a way to its findings: nobody turns many pages to learn the last one."""
    graded = [(quality, grade_of(report.of(quality))) for quality in Quality]
    return " · ".join(
        f'<a href="#{quality.value}">{quality.value.capitalize()}</a>: '
        f'<span class="{grade.value}">{_GRADES[grade]}</span>'
        for quality, grade in graded
    )


def _figures(report: Report) -> Iterator[str]:
    figures = report.figures
    rows: list[tuple[str, object, str]] = [
        ("Captions", figures.cues, ""),
        ("Words", figures.words, ""),
        ("Speech", figures.speech_min, " min"),
        ("Speech with captions", figures.coverage_percent, " %"),
        ("Reading speed, half are below", figures.median_cps, " characters a second"),
        ("Reading speed, 95 of 100 are below", figures.high_cps, " characters a second"),
        ("Speaking speed", figures.words_per_minute, " words a minute"),
        ("Longest line", figures.longest_line, " characters"),
        ("Lines that end badly", figures.bad_breaks_per_100, " of 100"),
        ("Words heard with little certainty", figures.unsure_percent, " %"),
        _placed(figures.offset_s),
        ("And growing", figures.drift_s_per_hour, " s an hour"),
        ("Language", report.language, ""),
        ("Speech model", report.model, ""),
        (
            "Measured on this city with this model",
            report.measured.sentence if report.measured else NOT_MEASURED,
            "",
        ),
        ("Limits", report.profile, ""),
        (
            "Reviewed",
            " · ".join(filter(None, (report.reviewed_by, report.reviewed_at))) or "by nobody yet",
            "",
        ),
    ]
    yield "<dl>"
    for name, value, unit in rows:
        shown = f"{value}{unit}" if value not in (None, "") else "not known"
        yield f"<dt>{name}</dt><dd>{escape(shown)}</dd>"
    yield "</dl>"


def _placed(offset_s: float | None) -> tuple[str, object, str]:
    if offset_s is not None and offset_s < 0:
        return "Earlier than the voice", -offset_s, " s"
    return "Later than the voice", offset_s, " s"


def _section(report: Report, quality: Quality) -> Iterator[str]:
    found = report.of(quality)
    grade = grade_of(found)
    yield f'<section id="{quality.value}"><h2>{quality.value.capitalize()}: <span class="{grade.value}">{_GRADES[grade]}</span></h2>'
    yield f'<p class="soft">{_MEANT[quality].capitalize()}.</p>'
    if found:
        yield from _table([_row(each) for each in found[:MOST_ROWS]], ("Time", "No.", "", "Check", "Finding"))
    if len(found) > MOST_ROWS:
        yield f"<p>and {len(found) - MOST_ROWS} more, all of them in the JSON report</p>"
    yield "</section>"


def _row(found: Finding) -> tuple[str, ...]:
    rule = RULES.get(found.rule)
    mended = f" Can be mended: {rule.fix}." if rule and rule.fix and found.can_fix else ""
    return (
        f'<td class="time">{clock(found.at_s)}</td>',
        f'<td class="number">{"" if found.cue is None else found.cue + 1}</td>',
        f'<td class="{found.level.value}">{_LEVELS[found.level]}</td>',
        f"<td>{found.rule} {escape(rule.title) if rule else ''}</td>",
        f"<td>{escape(found.text)}.{mended}</td>",
    )


def _table(rows: Sequence[tuple[str, ...]], heads: tuple[str, ...]) -> Iterator[str]:
    yield (
        "<table><thead><tr>"
        + "".join(f'<th scope="col">{head}</th>' for head in heads)
        + "</tr></thead><tbody>"
    )
    for row in rows:
        yield "<tr>" + "".join(row) + "</tr>"
    yield "</tbody></table>"


def _waived(report: Report) -> Iterator[str]:
    if report.waived:
        yield "<section><h2>Looked at and left as they are</h2>"
        rows = [
            (
                f'<td class="time">{clock(found.at_s)}</td>',
                f"<td>{found.rule} {escape(found.text)}</td>",
                f"<td>{escape(waiver.reason)}</td>",
                f"<td>{escape(' · '.join(filter(None, (waiver.by, waiver.when))))}</td>",
            )
            for found, waiver in report.waived
        ]
        yield from _table(rows, ("Time", "Finding", "Reason", "By"))
        yield "</section>"


def _not_checked(report: Report) -> Iterator[str]:
    if report.not_checked:
        yield "<section><h2>Not checked</h2>"
        rows = [
            (f"<td>{rule} {escape(RULES[rule].title)}</td>", f"<td>{escape(why)}</td>")
            for rule, why in report.not_checked.items()
        ]
        yield from _table(rows, ("Check", "Why"))
        yield "</section>"


def _unsure(report: Report) -> Iterator[str]:
    if report.unsure:
        yield "<section><h2>Words to listen to</h2>"
        rows = [
            (
                f'<td class="time">{clock(word.start)}</td>',
                f"<td>{escape(word.text.strip())}</td>",
                f'<td class="number">{100 * (word.probability or 0.0):.0f} %</td>',
            )
            for word in report.unsure
        ]
        yield from _table(rows, ("Time", "Word", "Certainty"))
        yield "</section>"


def _files(report: Report) -> Iterator[str]:
    if report.files:
        yield "<section><h2>Files that were checked</h2>"
        rows = [
            (f"<td>{escape(name)}</td>", f'<td class="number">{escape(sha256)}</td>')
            for name, sha256 in report.files.items()
        ]
        yield from _table(rows, ("File", "SHA-256"))
        yield "</section>"


def clock(seconds: float) -> str:
    """Hours, minutes, seconds."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
