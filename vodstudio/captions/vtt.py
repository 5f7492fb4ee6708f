"""WebVTT: the captions of browsers, written and strictly read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NoReturn

from vodstudio.captions.cue import Cue, check_cues, milliseconds
from vodstudio.core.errors import BadMedia

_TIMING = re.compile(
    r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})[ \t]+-->[ \t]+(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})(?:[ \t]+(.*))?"
)
_ENTITY = re.compile(r"&(\w*);?")
_ENTITIES = {
    "amp": "&",
    "lt": "<",
    "gt": ">",
    "nbsp": "\N{NO-BREAK SPACE}",
    "lrm": "\N{LEFT-TO-RIGHT MARK}",
    "rlm": "\N{RIGHT-TO-LEFT MARK}",
}
_TOP = "line:10%"


def write_vtt(cues: Sequence[Cue]) -> str:
    """UTF-8 text with LF; no caption is left out."""
    check_cues(cues)
    blocks = ["WEBVTT\n"]
    for cue in cues:
        timing = f"{_time(cue.start_s)} --> {_time(cue.end_s)}{' ' + _TOP if cue.is_top else ''}"
        blocks.append("\n".join((timing, *map(_escape, cue.lines))) + "\n")
    return "\n".join(blocks)


def read_vtt(text: str) -> tuple[Cue, ...]:
    """The cues; whatever the standard forbids is refused with its line number."""
    lines = (
        text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .split("\n")
    )
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        _refuse(1, "does not begin with WEBVTT")
    cues: list[Cue] = []
    place = 1
    while place < len(lines):
        if not lines[place]:
            place += 1
            continue
        end = next((after for after in range(place, len(lines)) if not lines[after]), len(lines))
        if place == 1:
            _refuse(2, "follows the first line without an empty line")
        if not re.match(r"(?:NOTE|STYLE|REGION)(?:\s|$)", lines[place]):
            cues.append(_cue(lines[place:end], place + 1, cues[-1].start_s if cues else 0.0))
        place = end
    return tuple(cues)


def _cue(block: Sequence[str], line: int, before_s: float) -> Cue:
    if "-->" not in block[0]:
        # The name of the cue; nothing of ours uses it.
        block, line = block[1:], line + 1
    match = _TIMING.fullmatch(block[0]) if block else None
    if match is None:
        _refuse(line, "is not the time of a cue")
    start_s, end_s = _seconds(match, 1), _seconds(match, 5)
    if start_s < before_s:
        _refuse(line, "begins before an earlier cue")
    if end_s <= start_s:
        _refuse(line, "ends before it begins")
    if len(block) < 2:
        _refuse(line, "has no text")
    texts = tuple(_unescape(text, line + 1 + index) for index, text in enumerate(block[1:]))
    return Cue(start_s=start_s, end_s=end_s, lines=texts, is_top=_TOP in (match[9] or "").split())


def _seconds(match: re.Match[str], group: int) -> float:
    hours, minutes, seconds, fraction = (int(match[group + part] or 0) for part in range(4))
    return (((hours * 60 + minutes) * 60 + seconds) * 1000 + fraction) / 1000


def _time(seconds: float) -> str:
    whole, fraction = divmod(milliseconds(seconds), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{fraction:03d}"


def _escape(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _unescape(line: str, number: int) -> str:
    if "-->" in line:
        _refuse(number, "has an arrow in its text")
    if "<" in line or ">" in line:
        _refuse(number, "has a tag or a bare angle bracket")

    def plain(match: re.Match[str]) -> str:
        if match[1] not in _ENTITIES or not match[0].endswith(";"):
            _refuse(number, "has a bare & in its text")
        return _ENTITIES[match[1]]

    return _ENTITY.sub(plain, line)


def _refuse(number: int, fault: str) -> NoReturn:
    raise BadMedia(
        f"The VTT file is not right: line {number} {fault}",
        hint="Nothing was changed. Make the captions again, or correct that line.",
        code="VS-VTT-BROKEN",
    )
