"""Scenarist closed captions (SCC): the file that Cablecast takes, written and read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vodstudio.captions.cea608 import COLUMNS, REPLACEMENT, Unit, encode_row, map_text, place_row, row_columns
from vodstudio.captions.cue import Cue, Finding, Level, check_cues
from vodstudio.captions.decoder608 import Decoder, Picture
from vodstudio.captions.reading import lines_of, refuse_faults
from vodstudio.captions.schedule import ALLOWED_DELAY_FRAMES, Caption, schedule
from vodstudio.captions.suggest import advice_for
from vodstudio.captions.timecode import (
    DROP_FRAME,
    NTSC,
    Timebase,
    frame_of,
    frames_in_a_day,
    is_drop_frame,
    label_of,
)
from vodstudio.core.errors import NeedsUser
from vodstudio.core.wording import many

HEADER = "Scenarist_SCC V1.0"
MOST_ROWS = 4
TOO_LONG = "VS-SCC-TOO-LONG"
# Nothing can be sent before the video begins: what is said in its first moments comes as soon as it can.
_FIRST_LOAD_S = 2.0
_WORD = re.compile(r"[0-9a-fA-F]{4}")
_ENTRY = re.compile(r"(\d\d:\d\d:\d\d[:;.,]\d\d)(\s+)(\S.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SccFile:
    """The text of the file, the captions as a television shows them, how late each comes, and what is amiss."""

    text: str
    cues: tuple[Cue, ...]
    late_frames: tuple[int, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SccReading:
    """The cues that a television shows on CC1, each breach of the rules, and whether there is text on any channel."""

    cues: tuple[Cue, ...]
    faults: tuple[str, ...]
    has_text: bool


def write_scc(cues: Sequence[Cue], base: Timebase = DROP_FRAME) -> SccFile:
    """All cues as pop-on captions of CC1; none is left out, what cannot be shown as it is becomes a finding."""
    check_cues(cues)
    fitted = [part for cue in cues for part in _fit(cue)]
    plan = schedule(_captions(fitted, base))
    end = plan.entries[-1].frame + 2 if plan.entries else 0
    if end + base.offset_frames > frames_in_a_day(drop_frame=base.drop_frame):
        raise NeedsUser(
            "SCC captions end at 24 hours, and this recording goes on after that",
            hint="SRT and VTT have no such limit. Cut the recording into parts shorter than 24 hours.",
            detail=f"last frame {end}, offset {base.offset_frames}",
            code=TOO_LONG,
        )
    lines = [HEADER, ""]
    for entry in plan.entries:
        label = label_of(entry.frame + base.offset_frames, drop_frame=base.drop_frame)
        lines += [f"{label}\t{' '.join(entry.words)}", ""]
    return SccFile(
        text="\r\n".join(lines) + ("" if plan.entries else "\r\n"),
        cues=tuple(fitted),
        late_frames=plan.late_frames,
        findings=(*_unshowable(cues), *_too_wide(cues), *_too_late(fitted, plan.late_frames)),
    )


def read_scc(text: str, base: Timebase = DROP_FRAME) -> SccReading:
    """Decode as a television does; a breach of the rules is told and does not end the reading."""
    lines = lines_of(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"))
    faults: list[str] = []
    if lines[0].strip() != HEADER:
        faults.append(f"line 1: is not {HEADER}")
    decoder = Decoder()
    next_free = 0
    where, counted = "line 1", 0
    for number, line in enumerate(lines[1:], start=2):
        if line.strip():
            where = f"line {number}"
            next_free = _read_line(decoder, where, line, next_free, faults)
            counted = _tell_undoubled(decoder, where, counted, faults)
    decoder.finish(next_free)
    _tell_undoubled(decoder, where, counted, faults)
    told = _base_of_labels(lines, base)
    pictures = [picture for picture in decoder.pictures if picture.end > told.offset_frames]
    if len(pictures) < len(decoder.pictures):
        faults.append(
            f"line 2: {len(decoder.pictures) - len(pictures)} captions come before"
            f" {label_of(told.offset_frames, drop_frame=told.drop_frame)}, where the video begins; left out"
        )
    return SccReading(
        cues=tuple(_cue(picture, told) for picture in pictures),
        faults=tuple(faults),
        has_text=decoder.characters > 0,
    )


def _tell_undoubled(decoder: Decoder, where: str, counted: int, faults: list[str]) -> int:
    if decoder.undoubled > counted:
        faults.append(f"{where}: {many(decoder.undoubled - counted, 'control code')} not sent twice")
    return decoder.undoubled


def _base_of_labels(lines: Iterable[str], base: Timebase) -> Timebase:
    """The labels themselves say whether numbers are dropped; an offset is the same label in either way."""
    first = next((match[1] for match in map(_ENTRY.fullmatch, map(str.strip, lines)) if match), "")
    drop_frame = is_drop_frame(first) if first else base.drop_frame
    if drop_frame == base.drop_frame:
        return base
    start = label_of(base.offset_frames, drop_frame=base.drop_frame)
    offset = frame_of(start[:8] + (";" if drop_frame else ":") + start[9:])
    rate = NTSC if drop_frame else base.rate
    return Timebase(drop_frame=drop_frame, rate=rate, offset_frames=offset or 0)


def parse_scc(text: str, base: Timebase = DROP_FRAME) -> tuple[Cue, ...]:
    """The cues of a file that keeps every rule; anything else is refused."""
    reading = read_scc(text, base)
    refuse_faults("SCC", reading.faults, "VS-SCC-BROKEN")
    return reading.cues


def shown_lines(cue: Cue) -> tuple[str, ...]:
    """The lines as the repertoire of line 21 can show them."""
    return tuple(" ".join(map_text(line).text.split()) for line in cue.lines)


def _fit(cue: Cue) -> list[Cue]:
    """The cue as rows of at most 32 columns, four at a time: wider text is wrapped, more of it follows in time."""
    rows = [row for line in shown_lines(cue) for row in _wrap(line)] or [REPLACEMENT]
    parts = [tuple(rows[place : place + MOST_ROWS]) for place in range(0, len(rows), MOST_ROWS)]
    share = (cue.end_s - cue.start_s) / len(rows)
    ends = [cue.start_s + share * min(len(rows), MOST_ROWS * (index + 1)) for index in range(len(parts))]
    ends[-1] = cue.end_s
    starts = [cue.start_s, *ends[:-1]]
    return [
        Cue(start_s=start, end_s=end, lines=part, is_top=cue.is_top)
        for start, end, part in zip(starts, ends, parts, strict=True)
    ]


def _wrap(line: str) -> list[str]:
    if row_columns(line) <= COLUMNS:
        return [line] if line else []
    rows: list[str] = []
    for word in line.split():
        if rows and row_columns(f"{rows[-1]} {word}") <= COLUMNS:
            rows[-1] += " " + word
        else:
            rows += [word[place : place + COLUMNS - 1] for place in range(0, len(word), COLUMNS - 1)]
    return rows


def _captions(cues: Iterable[Cue], base: Timebase) -> Iterable[Caption]:
    for cue in cues:
        # The uppermost row is outside the safe area of old screens.
        top_row = 2 if len(cue.lines) < MOST_ROWS else 1
        first_row = top_row if cue.is_top else 16 - len(cue.lines)
        units: list[Unit] = []
        for row, line in enumerate(cue.lines, start=first_row):
            units += place_row(row, (COLUMNS - len(line)) // 2)
            units += encode_row(line)
        yield Caption(show=base.frame_at(cue.start_s), erase=base.frame_at(cue.end_s), rows=tuple(units))


def _unshowable(cues: Iterable[Cue]) -> list[Finding]:
    return [
        Finding(
            rule="Q17",
            level=Level.ERROR if REPLACEMENT in shown else Level.WARNING,
            at_s=cue.start_s,
            text=f"“{wanted}” does not exist in SCC; it is shown as “{shown}”{advice_for(wanted, shown)}",
        )
        for cue in cues
        for line in cue.lines
        for wanted, shown in map_text(line).replaced
    ]


def _too_wide(cues: Iterable[Cue]) -> list[Finding]:
    return [
        Finding(
            rule="Q01" if len(cue.lines) <= MOST_ROWS else "Q02",
            level=Level.ERROR,
            at_s=cue.start_s,
            text="a caption is too long for the screen; its lines were broken again",
        )
        for cue in cues
        if len(cue.lines) > MOST_ROWS or any(row_columns(line) > COLUMNS for line in shown_lines(cue))
    ]


def _too_late(cues: Sequence[Cue], late_frames: Sequence[int]) -> list[Finding]:
    return [
        Finding(
            rule="Q18",
            level=Level.ERROR if cue.start_s >= _FIRST_LOAD_S else Level.WARNING,
            at_s=cue.start_s,
            text=f"a caption comes {late} frames late: there is not enough time to send it",
        )
        for cue, late in zip(cues, late_frames, strict=True)
        if late > ALLOWED_DELAY_FRAMES
    ]


def _read_line(decoder: Decoder, where: str, line: str, next_free: int, faults: list[str]) -> int:
    """Feed one line; returns the first frame after it."""
    match = _ENTRY.fullmatch(line.strip())
    frame = frame_of(match[1]) if match else None
    if match is None or frame is None:
        faults.append(f"{where}: does not begin with a time that exists")
        return next_free
    if match[2] != "\t":
        faults.append(f"{where}: the time is not followed by one tab")
    if frame < next_free:
        faults.append(f"{where}: begins before the line before it has ended")
    words = match[3].split()
    for place, word in enumerate(words):
        _feed(decoder, where, max(frame, next_free) + place, word, faults)
    return max(frame, next_free) + len(words)


def _feed(decoder: Decoder, where: str, frame: int, word: str, faults: list[str]) -> None:
    if not _WORD.fullmatch(word):
        faults.append(f"{where}: “{word[:12]}” is not a code")
        return
    first, second = int(word[:2], 16), int(word[2:], 16)
    if not (first.bit_count() % 2 and second.bit_count() % 2):
        # Other programs do not look at it, and a caption is worth more than a bit.
        faults.append(f"{where}: {word} has the wrong parity")
    decoder.feed(frame, first & 0x7F, second & 0x7F)


def _cue(picture: Picture, base: Timebase) -> Cue:
    return Cue(
        start_s=base.seconds_at(max(0, picture.start - base.offset_frames)),
        end_s=base.seconds_at(picture.end - base.offset_frames),
        lines=tuple(text for _, text in picture.rows),
        is_top=all(row <= MOST_ROWS for row, _ in picture.rows),
    )
