"""Q20 to Q22: the rules of WebVTT, SRT and TTML files, each checked apart from what writes and reads them."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from vodstudio.captions.cue import Finding, Level
from vodstudio.captions.lint_scc import lint_scc

_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
_VTT_TIMES = re.compile(
    r"((?:\d\d+:)?[0-5]\d:[0-5]\d\.\d\d\d)[ \t]+-->[ \t]+((?:\d\d+:)?[0-5]\d:[0-5]\d\.\d\d\d)(?:[ \t]+\S.*)?"
)
_VTT_TAG = re.compile(r"</?(?:c|i|b|u|v|ruby|rt|lang)(?:[.\t ][^<>]*)?>|<\d\d[\d:.]+>")
_VTT_SIGN = re.compile(r"&(?:amp|lt|gt|lrm|rlm|nbsp|#\d+|#x[0-9a-fA-F]+);")
_SRT_TIMES = re.compile(r"(\d\d+:[0-5]\d:[0-5]\d,\d\d\d) --> (\d\d+:[0-5]\d:[0-5]\d,\d\d\d)")
_TTML_TIME = re.compile(r"\d\d+:[0-5]\d:[0-5]\d\.\d\d\d")
_TT = "{http://www.w3.org/ns/ttml}"
_TTP = "{http://www.w3.org/ns/ttml#parameter}"
_XML = "{http://www.w3.org/XML/1998/namespace}"


@dataclass(slots=True)
class _Check:
    """The findings of one file, and the times that the next caption must not come before."""

    rule: str
    findings: list[Finding] = field(default_factory=list)
    at_s: float = 0.0
    start_s: float = 0.0
    end_s: float = 0.0

    def tell(self, line: int, fault: str, level: Level = Level.ERROR) -> None:
        """One finding."""
        where = f"line {line}: " if line else ""
        self.findings.append(Finding(rule=self.rule, level=level, at_s=self.at_s, text=where + fault))

    def times(self, line: int, start: str, end: str, *, may_overlap: bool = False) -> None:
        """Both times of a caption, and their order."""
        begin_s, end_s = _seconds(start), _seconds(end)
        self.at_s = begin_s
        if end_s <= begin_s:
            self.tell(line, "the caption ends before it begins")
        if begin_s < self.start_s:
            self.tell(line, "the caption begins before an earlier one")
        elif begin_s < self.end_s and not may_overlap:
            self.tell(line, "the caption begins before the one before it has ended")
        self.start_s, self.end_s = max(self.start_s, begin_s), max(self.end_s, end_s)


def _seconds(text: str) -> float:
    seconds = 0.0
    for part in text.replace(",", ".").split(":"):
        seconds = seconds * 60 + float(part)
    return round(seconds, 3)


def lint_vtt(text: str) -> tuple[Finding, ...]:
    """Every breach of the WebVTT standard, with its line."""
    check = _Check("Q20")
    lines = text.removeprefix(_MARK).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[0] != "WEBVTT" and not lines[0].startswith(("WEBVTT ", "WEBVTT\t")):
        check.tell(1, "the first line does not begin with WEBVTT")
    names: set[str] = set()
    for line, block in _blocks(lines[1:], 2):
        if line == 2 and any("-->" in row for row in block):
            check.tell(2, "no empty line follows the first one")
        if line == 2 or block[0].split(" ")[0].split("\t")[0] in ("NOTE", "STYLE", "REGION"):
            continue
        _lint_vtt_cue(check, line, block, names)
    return tuple(check.findings)


def _blocks(lines: Iterable[str], first: int) -> Iterator[tuple[int, list[str]]]:
    """Lines that stand together, with the number of the first."""
    block: list[str] = []
    for number, row in enumerate([*lines, ""], start=first):
        if row:
            block.append(row)
        elif block:
            yield number - len(block), block
            block = []


def _lint_vtt_cue(check: _Check, line: int, block: list[str], names: set[str]) -> None:
    if "-->" not in block[0]:
        if block[0] in names:
            check.tell(line, f"the name “{block[0][:20]}” is used twice")
        names.add(block[0])
        line, block = line + 1, block[1:]
    match = _VTT_TIMES.fullmatch(block[0]) if block else None
    if match is None:
        check.tell(line, "here should be the times of a caption")
        return
    check.times(line, match[1], match[2], may_overlap=True)
    if len(block) == 1:
        check.tell(line, "the caption has no text")
    for number, row in enumerate(block[1:], start=line + 1):
        _lint_vtt_text(check, number, row)


def _lint_vtt_text(check: _Check, line: int, row: str) -> None:
    if "-->" in row:
        check.tell(line, "the text has an arrow, which only times may have")
    rest = _VTT_TAG.sub("", row)
    if "<" in rest:
        check.tell(line, "the text has a < that is not written &lt;")
    if "&" in _VTT_SIGN.sub("", rest):
        check.tell(line, "the text has an & that is not written &amp;")


def lint_srt(text: str) -> tuple[Finding, ...]:
    """Every breach of what all SRT readers agree on, with its line."""
    check = _Check("Q21")
    if text.startswith(_MARK):
        check.tell(1, "the file begins with a byte order mark", Level.WARNING)
    if text and not text.endswith("\n"):
        check.tell(text.count("\n") + 1, "the last line has no end", Level.WARNING)
    rows = text.removeprefix(_MARK).replace("\r\n", "\n").split("\n")
    for wanted, (line, block) in enumerate(_blocks(rows, 1), start=1):
        if block[0] != str(wanted):
            check.tell(line, f"here should be the number {wanted}")
        _lint_srt_cue(check, line, block)
    return tuple(check.findings)


def _lint_srt_cue(check: _Check, line: int, block: list[str]) -> None:
    match = _SRT_TIMES.fullmatch(block[1]) if len(block) > 1 else None
    if match is None:
        check.tell(line + 1, "here should be times like 00:00:01,000 --> 00:00:02,500")
        return
    check.times(line + 1, match[1], match[2])
    if len(block) == 2:
        check.tell(line + 1, "the caption has no text")
    for number, row in enumerate(block[2:], start=line + 2):
        if _SRT_TIMES.search(row):
            check.tell(number, "the text looks like the times of another caption")


def lint_ttml(text: str) -> tuple[Finding, ...]:
    """Every breach of the IMSC 1.1 text profile as we deliver it."""
    check = _Check("Q22")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        check.tell(1, "the file has a document type of its own")
        return tuple(check.findings)
    try:
        root = ET.fromstring(text.encode("utf-8", "replace"))
    except ET.ParseError as error:
        check.tell(error.position[0], "the file is not well-formed XML")
        return tuple(check.findings)
    if root.tag != f"{_TT}tt":
        check.tell(1, "the file is XML, but not TTML")
        return tuple(check.findings)
    if not root.get(f"{_XML}lang"):
        check.tell(1, "the file does not say its language")
    if root.get(f"{_TTP}timeBase", "media") != "media":
        check.tell(1, "the file does not count media time")
    regions = {region.get(f"{_XML}id") for region in root.iter(f"{_TT}region")}
    if next(root.iter(f"{_TT}image"), None) is not None:
        check.tell(1, "the file has pictures in place of text")
    for number, paragraph in enumerate(root.iter(f"{_TT}p"), start=1):
        _lint_paragraph(check, number, paragraph, regions)
    return tuple(check.findings)


def _lint_paragraph(check: _Check, number: int, paragraph: ET.Element, regions: set[str | None]) -> None:
    begin, end = paragraph.get("begin", ""), paragraph.get("end", "")
    if not (_TTML_TIME.fullmatch(begin) and _TTML_TIME.fullmatch(end)):
        check.tell(0, f"caption {number} has no times like 00:00:01.000")
    else:
        check.times(0, begin, end)
    if paragraph.get("region") not in regions:
        check.tell(0, f"caption {number} stands in a region that does not exist")
    if not "".join(paragraph.itertext()).strip():
        check.tell(0, f"caption {number} has no text")


LINTS: Mapping[str, Callable[[str], tuple[Finding, ...]]] = {
    "srt": lint_srt,
    "vtt": lint_vtt,
    "scc": lint_scc,
    "ttml": lint_ttml,
}
