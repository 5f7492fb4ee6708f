"""WebVTT: the captions of browsers. Written strictly; read from anybody, telling by line what the standard forbids."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from vodstudio.captions.cue import Cue, check_cues, milliseconds
from vodstudio.captions.reading import MARKED, Reading, clean_rows, decode, lines_of, quoted, refuse_faults
from vodstudio.core.errors import BadMedia

_EXACT_TIME = r"(?:(\d{2,6}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIME = r"(?:(\d{1,6}):)?(\d\d?):(\d\d?)(?:[,.](\d{1,3}))?"
_EXACT = re.compile(rf"{_EXACT_TIME}[ \t]+-->[ \t]+{_EXACT_TIME}(?:[ \t]+(.*))?")
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s+(.*))?")
_NOT_A_CUE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")
_NAMED = re.compile(r"&(#?\w*);?")
_OUR_NAMES = frozenset({"&amp;", "&lt;", "&gt;", "&nbsp;", "&lrm;", "&rlm;"})
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
_TAG = re.compile(r"</?(?:[cibuv]|ruby|rt|lang)(?:[.\s][^>]*)?>|<\d[\d:.]*>")
_LINE = re.compile(r"\bline:(-?\d+(?:\.\d+)?)(%?)")
_TOP = "line:10%"
_UPPER_HALF = 50.0
_UPPER_LINES = 5


def write_vtt(cues: Sequence[Cue]) -> str:
    """UTF-8 text with LF; no caption is left out."""
    check_cues(cues)
    blocks = ["WEBVTT\n"]
    for cue in cues:
        timing = f"{_time(cue.start_s)} --> {_time(cue.end_s)}{' ' + _TOP if cue.is_top else ''}"
        blocks.append("\n".join((timing, *map(_escape, cue.lines))) + "\n")
    return "\n".join(blocks)


def _time(seconds: float) -> str:
    whole, fraction = divmod(milliseconds(seconds), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{fraction:03d}"


def _escape(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def read_vtt(content: bytes) -> Reading:
    """Read what people bring: other encodings, commas for points, tags, empty lines inside a caption."""
    text, faults = decode(content)
    return _read(text, [fault for fault in faults if fault != MARKED])


def parse_vtt(text: str) -> tuple[Cue, ...]:
    """The cues of a file that keeps every rule and has no tags; anything else is refused with its line number."""
    reading = _read(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"), [])
    refuse_faults("VTT", reading.faults, "VS-VTT-BROKEN")
    return reading.cues


def _read(text: str, faults: list[str]) -> Reading:
    lines = lines_of(text)
    has_header = re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]) is not None
    if not has_header:
        faults.append("line 1: does not begin with WEBVTT")
        if text.strip() and not any(_TIMING.fullmatch(line) for line in lines):
            raise BadMedia(
                "This file is not a VTT file: line 1 does not begin with WEBVTT, and no line has times",
                hint="Nothing was changed. Choose a VTT file, or export it again as WebVTT.",
                code="VS-VTT-BROKEN",
            )
    cues: list[Cue] = []
    place = 1 if has_header else 0
    while place < len(lines):
        if not lines[place]:
            place += 1
            continue
        end = next((after for after in range(place, len(lines)) if not lines[after]), len(lines))
        _read_block(lines[place:end], place + 1, cues, faults, is_header=has_header and place == 1)
        place = end
    return Reading(cues=tuple(cues), faults=tuple(faults))


def _read_block(
    block: Sequence[str], line: int, cues: list[Cue], faults: list[str], *, is_header: bool
) -> None:
    has_times = any(_TIMING.fullmatch(row) for row in block)
    if is_header and has_times:
        faults.append("line 2: follows the first line without an empty line")
    if _NOT_A_CUE.match(block[0]) or (is_header and not has_times):
        return
    timing = next((place for place, row in enumerate(block) if _TIMING.fullmatch(row)), None)
    if timing is None:
        _read_rest(block, line, cues, faults)
        return
    if timing > 1:
        faults.append(f"line {line}: {quoted(' '.join(block[: timing - 1]))} belongs to no caption; left out")
    cue = _cue(block[timing:], line + timing, cues[-1].start_s if cues else 0.0, faults)
    if cue:
        cues.append(cue)


def _read_rest(block: Sequence[str], line: int, cues: list[Cue], faults: list[str]) -> None:
    """Text without times: an empty line has cut it off the caption before it."""
    if not cues:
        faults.append(f"line {line}: {quoted(' '.join(block))} is not the time of a cue; left out")
        return
    faults.append(
        f"line {line}: {quoted(' '.join(block))} has no time; taken for a part of the caption before"
    )
    before = cues.pop()
    rows = (*before.lines, *_rows(block, line, faults))
    cues.append(Cue(start_s=before.start_s, end_s=before.end_s, lines=rows, is_top=before.is_top))


def _cue(block: Sequence[str], line: int, before_s: float, faults: list[str]) -> Cue | None:
    match = _TIMING.fullmatch(block[0])
    assert match is not None
    if not _EXACT.fullmatch(block[0]):
        faults.append(f"line {line}: its times are not written like 00:01.000 --> 00:02.500")
    start_s, end_s = _seconds(match, 1), _seconds(match, 5)
    if start_s < before_s:
        faults.append(f"line {line}: begins before an earlier cue")
    rows = _rows(block[1:], line + 1, faults)
    if end_s <= start_s or not rows:
        why = "ends before it begins" if rows else "has no text"
        faults.append(f"line {line}: {why}; the caption {quoted(' '.join(rows))} is left out")
        return None
    return Cue(start_s=start_s, end_s=end_s, lines=rows, is_top=_is_top(match[9] or ""))


def _is_top(settings: str) -> bool:
    found = _LINE.search(settings)
    if found is None:
        return False
    value = float(found[1])
    return value < _UPPER_HALF if found[2] else 0 <= value < _UPPER_LINES


def _rows(rows: Sequence[str], line: int, faults: list[str]) -> tuple[str, ...]:
    return clean_rows((_plain(row, line + place, faults) for place, row in enumerate(rows)), line, faults)


def _seconds(match: re.Match[str], group: int) -> float:
    hours, minutes, seconds = (int(match[group + part] or 0) for part in range(3))
    fraction = int((match[group + 3] or "").ljust(3, "0"))
    return (((hours * 60 + minutes) * 60 + seconds) * 1000 + fraction) / 1000


def _plain(row: str, line: int, faults: list[str]) -> str:
    """The text that is shown. A voice tag becomes a name before the text; what is no tag stays text."""
    if "-->" in row:
        faults.append(f"line {line}: has an arrow in its text")
    shown = row
    if "<" in row or ">" in row.replace("-->", ""):
        shown = _TAG.sub("", _VOICE.sub(lambda match: f"{match[1].strip()}: ", row))
        is_text = "<" in shown or ">" in shown
        faults.append(
            f"line {line}: has a {'bare angle bracket; kept as text' if is_text else 'tag; its text is kept'}"
        )
    return _NAMED.sub(lambda match: _sign(match, line, faults), shown)


def _sign(match: re.Match[str], line: int, faults: list[str]) -> str:
    if match[0] in _OUR_NAMES:
        return html.unescape(match[0])
    sign = html.unescape(match[0]) if match[0].endswith(";") else match[0]
    faults.append(f"line {line}: has {'a bare & in its text' if sign == match[0] else match[0]}")
    return sign
