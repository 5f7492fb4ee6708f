"""SubRip (SRT): written strictly; read as people have it, telling every liberty that was taken."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from vodstudio.captions.cue import Cue, check_cues, milliseconds
from vodstudio.captions.reading import Reading, clean_rows, clock, decode, lines_of, quoted, refuse_faults
from vodstudio.core.errors import BadMedia

_TIME = r"(?:(\d{1,6}):)?(\d\d?):(\d\d?)(?:[,.:](\d{1,3}))?"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}\s*(?:\s[XY\d:\s]*)?")
_EXACT = re.compile(r"\d{2,6}:[0-5]\d:[0-5]\d,\d{3} --> \d{2,6}:[0-5]\d:[0-5]\d,\d{3}")
# Two times with an arrow of any kind: text that looks like this would be taken for the next caption.
_ALMOST = re.compile(r"\s*\d+:\d[\d:,.;]*\s*[-=\u2013\u2014]*>\s*\d+:\d.*")
_STYLE = re.compile(r"</?(?:[ibu]|font(?:\s[^>]*)?)>|\{\\[^}]*\}", re.IGNORECASE)
_TOP = re.compile(r"\{\\an[789]\}")


def write_srt(cues: Sequence[Cue]) -> str:
    """UTF-8 text with CRLF, numbered from 1; no caption is left out."""
    check_cues(cues)
    blocks = [
        "\r\n".join((str(number), f"{_time(cue.start_s)} --> {_time(cue.end_s)}", *shown_lines(cue))) + "\r\n"
        for number, cue in enumerate(cues, start=1)
    ]
    return "\r\n".join(blocks)


def shown_lines(cue: Cue) -> tuple[str, ...]:
    """Text that would look like the next caption: digits above an arrow become one line, a time loses its arrow."""
    if any(_ALMOST.fullmatch(line) for line in cue.lines):
        return tuple(line.replace("-->", "->") if _ALMOST.fullmatch(line) else line for line in cue.lines)
    for above, below in itertools.pairwise(cue.lines):
        if above.strip().isdigit() and "-->" in below:
            return (cue.text,)
    return cue.lines


def _time(seconds: float) -> str:
    whole, fraction = divmod(milliseconds(seconds), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d},{fraction:03d}"


def read_srt(content: bytes) -> Reading:
    """Read what people bring: marks, UTF-16, Windows text, points for commas, missing numbers, styles."""
    text, faults = decode(content)
    return _read(text, faults, is_ours=False)


def parse_srt(text: str) -> tuple[Cue, ...]:
    """The cues of a file that keeps every rule, its text letter by letter; anything else is refused."""
    reading = _read(text, [], is_ours=True)
    refuse_faults("SRT", reading.faults, "VS-SRT-BROKEN")
    return reading.cues


def _read(text: str, faults: list[str], *, is_ours: bool) -> Reading:
    lines = lines_of(text)
    starts = [place for place, line in enumerate(lines) if _TIMING.fullmatch(line)]
    if not starts and text.strip():
        raise BadMedia(
            "This file is not an SRT file: it has no line with times",
            hint="Nothing was changed. Choose an SRT file, or export it again as SRT.",
            code="VS-SRT-BROKEN",
        )
    _tell_lost(lines[: starts[0] if starts else 0], faults)
    cues: list[Cue] = []
    for index, place in enumerate(starts):
        is_last = index + 1 == len(starts)
        end = len(lines) if is_last else _block_end(lines, place, starts[index + 1])
        _check_number(lines, place, index + 1, faults)
        cue = _cue(lines[place:end], place + 1, faults, is_ours=is_ours)
        if cue:
            cues.append(cue)
    _check_order(cues, faults)
    return Reading(cues=tuple(cues), faults=tuple(faults))


def _tell_lost(lines: Sequence[str], faults: list[str]) -> None:
    """What stands above the first caption and its number belongs to none."""
    for number, line in enumerate(lines, start=1):
        is_number = number == len(lines) and line.strip().isdigit()
        if line.strip() and not is_number:
            faults.append(f"line {number}: {quoted(line)} belongs to no caption; left out")


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


def _cue(block: Sequence[str], line: int, faults: list[str], *, is_ours: bool) -> Cue | None:
    match = _TIMING.fullmatch(block[0])
    assert match is not None
    if not _EXACT.fullmatch(block[0]):
        faults.append(f"line {line}: its times are not written like 00:00:01,000 --> 00:00:02,500")
    rows = list(block[1:])
    while rows and not rows[-1].strip():
        rows.pop()
    _tell_rows(rows, line + 1, faults, is_ours=is_ours)
    is_top = not is_ours and any(_TOP.search(row) for row in rows)
    if not is_ours:
        rows = [_without_style(row, line + 1 + place, faults) for place, row in enumerate(rows)]
    lines = clean_rows(rows, line + 1, faults)
    start_s, end_s = _seconds(match, 1), _seconds(match, 5)
    if end_s <= start_s or not lines:
        why = "ends before it begins" if lines else "has no text"
        faults.append(f"line {line}: the caption {quoted(' '.join(lines))} {why}; left out")
        return None
    return Cue(start_s=start_s, end_s=end_s, lines=lines, is_top=is_top)


def _tell_rows(rows: Sequence[str], line: int, faults: list[str], *, is_ours: bool) -> None:
    for number, row in enumerate(rows, start=line):
        if not row.strip():
            faults.append(f"line {number}: is an empty line inside a caption")
        elif _ALMOST.fullmatch(row) and not is_ours:
            faults.append(f"line {number}: {quoted(row)} looks like times that cannot be read; kept as text")


def _without_style(row: str, line: int, faults: list[str]) -> str:
    plain = _STYLE.sub("", row)
    if plain != row:
        faults.append(f"line {line}: its styles are left out")
    return plain


def _check_order(cues: Sequence[Cue], faults: list[str]) -> None:
    for before, after in itertools.pairwise(cues):
        if after.start_s < before.end_s:
            faults.append(f"the caption at {clock(after.start_s)} begins before the one before it has ended")


def _seconds(match: re.Match[str], group: int) -> float:
    hours, minutes, seconds = (int(match[group + part] or 0) for part in range(3))
    fraction = int((match[group + 3] or "").ljust(3, "0"))
    return (((hours * 60 + minutes) * 60 + seconds) * 1000 + fraction) / 1000
