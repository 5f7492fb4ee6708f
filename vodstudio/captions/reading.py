"""What reading a caption file gives: its cues, and by line everything that was not as it should be."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vodstudio.captions.cue import Cue, clean_line, milliseconds
from vodstudio.core.errors import BadMedia

_NO_TEXT = "\N{REPLACEMENT CHARACTER}"
_MARKS = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xef\xbb\xbf", "utf-8"),
)
MARKED = "line 1: begins with a byte order mark"
_LINE_END = re.compile(r"\r\n|\r|\n")
_QUOTED = 40
_TOLD = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The cues, each fault as `line N: …`, and the language where the file says it."""

    cues: tuple[Cue, ...]
    faults: tuple[str, ...]
    language: str = ""


def decode(content: bytes) -> tuple[str, list[str]]:
    """The text of a file, whatever its encoding, and what was unusual about it."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            text, faults = _decoded(content[len(mark) :], name)
            return text, [MARKED if name == "utf-8" else f"line 1: is {name}, not UTF-8", *faults]
    unmarked = _unmarked_utf16(content)
    if unmarked:
        text, faults = _decoded(content, unmarked)
        return text, [f"line 1: is {unmarked} without a mark, not UTF-8", *faults]
    try:
        return content.decode("utf-8"), []
    except UnicodeDecodeError as error:
        text, faults = _decoded(content, "cp1252")
        line = len(_LINE_END.findall(content[: error.start].decode("latin-1"))) + 1
        return text, [f"line {line}: is Windows text, not UTF-8", *faults]


def _unmarked_utf16(content: bytes) -> str:
    """Latin text in UTF-16 has a zero in every other byte."""
    head = content[:512]
    if len(head) < 8:
        return ""
    for name, zeros, letters in (
        ("utf-16-le", head[1::2], head[0::2]),
        ("utf-16-be", head[0::2], head[1::2]),
    ):
        if zeros.count(0) * 2 > len(zeros) and letters.count(0) == 0:
            return name
    return ""


def _decoded(content: bytes, name: str) -> tuple[str, list[str]]:
    text = content.decode(name, "replace")
    if _NO_TEXT not in text:
        return text, []
    return text, [
        f"line {number}: has bytes that are no text"
        for number, line in enumerate(lines_of(text), start=1)
        if _NO_TEXT in line
    ]


def lines_of(text: str) -> list[str]:
    """The lines of a text from any system."""
    return _LINE_END.split(text)


def quoted(text: str) -> str:
    """The beginning of a text, for a sentence about it."""
    shown = " ".join(text.split())
    return f"“{shown[:_QUOTED]}{'…' if len(shown) > _QUOTED else ''}”"


def clean_rows(rows: Iterable[str], line: int, faults: list[str]) -> tuple[str, ...]:
    """The rows of a cue as all our files can keep them; `line` is the number of the first one."""
    kept: list[str] = []
    for number, row in enumerate(rows, start=line):
        clean = clean_line(row)
        if clean != " ".join(row.split()):
            faults.append(
                f"line {number}: has characters that are no text, or are made of parts; they were put right"
            )
        if clean:
            kept.append(clean)
    return tuple(kept)


def refuse_faults(kind: str, faults: Sequence[str], code: str) -> None:
    """A file of ours has no faults; the sentence names the first line, the detail all."""
    if faults:
        raise BadMedia(
            f"The {kind} file is not right: {faults[0].replace(':', '', 1)}",
            hint="Nothing was changed. Make the captions again, or correct that line.",
            detail="; ".join(faults[:_TOLD]),
            code=code,
        )


def untangled(cues: Sequence[Cue]) -> tuple[tuple[Cue, ...], tuple[str, ...]]:
    """Cues of others in the one order that every file can say: sorted, one at a time; nothing of their text is lost."""
    told: list[str] = []
    ordered: list[Cue] = []
    for cue in sorted(cues, key=lambda one: one.start_s):
        if ordered and cue.start_s < ordered[-1].end_s:
            told.append(f"the caption at {clock(cue.start_s)} begins before the one before it has ended")
            ordered += _parted(ordered.pop(), cue)
        else:
            ordered.append(cue)
    return tuple(ordered), tuple(told)


def _parted(before: Cue, after: Cue) -> list[Cue]:
    """The earlier one ends where the later one begins; two that begin together are shown together."""
    if milliseconds(after.start_s) > milliseconds(before.start_s):
        return [dataclasses.replace(before, end_s=after.start_s), after]
    end_s = max(before.end_s, after.end_s)
    return [dataclasses.replace(before, end_s=end_s, lines=(*before.lines, *after.lines))]


def clock(seconds: float) -> str:
    """A time as people write it: 0:01:02.345."""
    whole, fraction = divmod(milliseconds(seconds), 1000)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}.{fraction:03d}"
