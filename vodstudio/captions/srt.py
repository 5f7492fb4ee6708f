"""SubRip (SRT): written strictly; read as people have it, telling every liberty that was taken."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from vodstudio.captions.cue import Cue, check_cues, milliseconds
from vodstudio.core.errors import BadMedia

_TIME = r"(\d+):(\d\d?):(\d\d?)([,.])(\d{1,3})"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}\s*(?:\s[XY\d:\s]*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class SrtReading:
    """The cues, and each thing that was not as it should be, with its line number."""

    cues: tuple[Cue, ...]
    faults: tuple[str, ...]


def write_srt(cues: Sequence[Cue]) -> str:
    """UTF-8 text with CRLF, numbered from 1; no caption is left out."""
    check_cues(cues)
    blocks = [
        "\r\n".join((str(number), f"{_time(cue.start_s)} --> {_time(cue.end_s)}", *_lines(cue))) + "\r\n"
        for number, cue in enumerate(cues, start=1)
    ]
    return "\r\n".join(blocks)


def _lines(cue: Cue) -> tuple[str, ...]:
    """Text that would look like the next caption: digits above an arrow become one line, a time loses its arrow."""
    if any(_TIMING.fullmatch(line) for line in cue.lines):
        return tuple(line.replace("-->", "->") for line in cue.lines)
    for above, below in itertools.pairwise(cue.lines):
        if above.strip().isdigit() and "-->" in below:
            return (cue.text,)
    return cue.lines


def _time(seconds: float) -> str:
    whole, fraction = divmod(milliseconds(seconds), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d},{fraction:03d}"


def read_srt(content: bytes) -> SrtReading:
    """Read what people bring: marks, UTF-16, Windows text, points for commas, missing numbers."""
    text, faults = _decode(content)
    lines = re.split(r"\r\n|\r|\n", text)
    starts = [place for place, line in enumerate(lines) if _TIMING.fullmatch(line)]
    if not starts and text.strip():
        raise BadMedia(
            "This file is not an SRT file: it has no line with times",
            hint="Nothing was changed. Choose an SRT file, or export it again as SRT.",
            code="VS-SRT-BROKEN",
        )
    cues: list[Cue] = []
    for index, place in enumerate(starts):
        is_last = index + 1 == len(starts)
        end = len(lines) if is_last else _block_end(lines, place, starts[index + 1])
        _check_number(lines, place, index + 1, faults)
        cue = _cue(lines[place], lines[place + 1 : end], place + 1, faults)
        if cue:
            cues.append(cue)
    _check_order(cues, faults)
    return SrtReading(cues=tuple(cues), faults=tuple(faults))


def parse_srt(text: str) -> tuple[Cue, ...]:
    """The cues of a file that keeps every rule; anything else is refused."""
    reading = read_srt(text.encode("utf-8"))
    if reading.faults:
        raise BadMedia(
            "The SRT file is not right",
            hint="Nothing was changed. Make the captions again.",
            detail="; ".join(reading.faults[:20]),
            code="VS-SRT-BROKEN",
        )
    return reading.cues


def _decode(content: bytes) -> tuple[str, list[str]]:
    for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8")):
        if content.startswith(mark):
            return content[len(mark) :].decode(name, "replace"), [f"line 1: begins with a {name} mark"]
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), ["line 1: is Windows text, not UTF-8"]


def _block_end(lines: Sequence[str], place: int, next_place: int) -> int:
    """Where the text ends: before the number of the next caption, if it has one."""
    end = next_place
    if end - 1 > place and lines[end - 1].strip().isdigit():
        end -= 1
    return end


def _check_number(lines: Sequence[str], place: int, number: int, faults: list[str]) -> None:
    above = lines[place - 1].strip() if place else ""
    if above != str(number):
        faults.append(f"line {place + 1}: its number is “{above[:12]}” and should be {number}")


def _cue(timing: str, text: Sequence[str], line: int, faults: list[str]) -> Cue | None:
    match = _TIMING.fullmatch(timing)
    assert match is not None
    if match[4] != "," or match[9] != ",":
        faults.append(f"line {line}: has a point before the milliseconds")
    kept = list(text)
    while kept and not kept[-1].strip():
        kept.pop()
    if any(not row.strip() for row in kept):
        faults.append(f"line {line}: has an empty line in its text")
    lines = tuple(row.strip() for row in kept if row.strip())
    start_s, end_s = _seconds(match, 1), _seconds(match, 6)
    if end_s <= start_s or not lines:
        faults.append(f"line {line}: {'has no text' if not lines else 'ends before it begins'}; left out")
        return None
    return Cue(start_s=start_s, end_s=end_s, lines=lines)


def _check_order(cues: Sequence[Cue], faults: list[str]) -> None:
    for before, after in itertools.pairwise(cues):
        if after.start_s < before.end_s:
            faults.append(f"the caption at {_time(after.start_s)} begins before the one before it has ended")


def _seconds(match: re.Match[str], group: int) -> float:
    hours, minutes, seconds = (int(match[group + part]) for part in range(3))
    fraction = int(match[group + 4].ljust(3, "0"))
    return (((hours * 60 + minutes) * 60 + seconds) * 1000 + fraction) / 1000
