"""Q19: every rule of an SCC file, checked from the standard's numbers alone; shares nothing with what writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby

from vodstudio.captions.cue import Finding, Level

_ENTRY = re.compile(r"(\d\d):(\d\d):(\d\d)([;:])(\d\d)\t([0-9a-f]{4}(?: [0-9a-f]{4})*)")
_LABEL = re.compile(r"\d\d:\d\d:\d\d[:;.,]\d\d")
_LOAD, _CLEAR_LOAD, _SHOW, _ERASE = 0x1420, 0x142E, 0x142F, 0x142C
_SECONDS_A_FRAME = 1001 / 30000


def lint_scc(text: str) -> tuple[Finding, ...]:
    """Every breach, with its line; none for a file that any reader takes as it is meant."""
    file = _File()
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0] != "Scenarist_SCC V1.0":
        file.tell(1, "the first line is not exactly “Scenarist_SCC V1.0”")
    if len(lines) > 1 and lines[1]:
        file.tell(2, "the first line is not followed by an empty one")
    if not text.isascii():
        file.tell(1, "the file has signs that are not ASCII")
    for number, line in enumerate(lines[2:], start=3):
        if line:
            _check_line(file, number, line)
            if lines[number - 2]:
                file.tell(number, "there is no empty line before it")
    file.end(len(lines))
    return tuple(file.findings)


@dataclass(slots=True)
class _File:
    """How far the check is, and what a decoder would hold at this point."""

    findings: list[Finding] = field(default_factory=list)
    at_s: float = 0.0
    sign: str = ""
    next_free: int = 0
    is_loading: bool = False
    loaded: int = 0
    is_shown: bool = False
    has_letter: bool = False

    def tell(self, line: int, fault: str, level: Level = Level.ERROR) -> None:
        """One finding."""
        self.findings.append(Finding(rule="Q19", level=level, at_s=self.at_s, text=f"line {line}: {fault}"))

    def end(self, line: int) -> None:
        """What was begun has to be ended."""
        if self.loaded:
            self.tell(line, "the last caption is loaded and never shown")
        if self.is_shown:
            self.tell(line, "the last caption is never erased", Level.WARNING)


def _check_line(file: _File, number: int, line: str) -> None:
    match = _ENTRY.fullmatch(line)
    if match is None:
        file.tell(number, _why_no_entry(line))
        return
    frame = _frame(match)
    if frame is None:
        file.tell(number, f"the time {line[:11]} does not exist")
        return
    file.at_s = frame * _SECONDS_A_FRAME
    if file.sign and match[4] != file.sign:
        file.tell(number, "times with and without dropped frames are mixed")
    file.sign = match[4]
    words = match[6].split(" ")
    if frame < file.next_free:
        file.tell(number, "it begins before the line before it is sent")
    file.next_free = frame + len(words)
    _check_parity(file, number, words)
    _check_codes(file, number, [int(word, 16) & 0x7F7F for word in words])


def _why_no_entry(line: str) -> str:
    if not _LABEL.match(line):
        return "it does not begin with a time like 00:00:05;00"
    if line[11:12] != "\t":
        return "the time is not followed by a tab, so that some readers see no captions at all"
    if line[8] in ".,":
        return "its time has a point or comma where ; or : belongs"
    return "it has something that is not four small hexadecimal digits, or not one space between them"


def _frame(match: re.Match[str]) -> int | None:
    hour, minute, second, frames = (int(match[group]) for group in (1, 2, 3, 5))
    if hour >= 24 or minute >= 60 or second >= 60 or frames >= 30:
        return None
    if match[4] == ":":
        return hour * 108000 + minute * 1800 + second * 30 + frames
    tens, ones = divmod(minute, 10)
    if ones and not second and frames < 2:
        return None
    return hour * 107892 + tens * 17982 + ones * 1798 + second * 30 + frames


def _check_parity(file: _File, number: int, words: list[str]) -> None:
    for word in words:
        if any(int(byte, 16).bit_count() % 2 == 0 for byte in (word[:2], word[2:])):
            file.tell(number, f"{word} has even parity")
            return


def _check_codes(file: _File, number: int, words: list[int]) -> None:
    """Runs of one word: control codes must come in pairs, characters as they like."""
    for word, run in groupby(words):
        count = len(list(run))
        if not 0x1000 <= word < 0x2000:
            _take_letters(file, number, word)
            continue
        if count % 2:
            file.tell(number, f"the control code {word:04x} is sent {count} times, not twice")
        _take_code(file, number, word)


def _take_letters(file: _File, number: int, word: int) -> None:
    if word == 0:
        return
    if not file.is_loading:
        file.tell(number, "text is sent before a caption is begun")
    if word >> 8 < 0x20:
        file.tell(number, f"{word:04x} is neither text nor a code")
    file.loaded += 1
    file.has_letter = True


def _take_code(file: _File, number: int, word: int) -> None:
    high, low = word >> 8, word & 0xFF
    is_extended = high in (0x12, 0x13) and 0x20 <= low < 0x40
    is_sign = is_extended or (high == 0x11 and 0x30 <= low < 0x40)
    if is_extended and not file.has_letter:
        file.tell(number, "an extended sign has no letter before it, and would eat the one that is there")
    if word != _ERASE:
        # The screen may be erased in the midst of a load; that moves no pen.
        file.has_letter = is_sign and not is_extended
    file.loaded += is_sign
    _follow(file, number, word)


def _follow(file: _File, number: int, word: int) -> None:
    """What the commands do with the two memories of a decoder."""
    if word in (_LOAD, _CLEAR_LOAD) and file.loaded:
        file.tell(number, "a caption is loaded and never shown")
        file.loaded = 0
    if word == _LOAD:
        file.is_loading = True
    elif word == _ERASE:
        if not file.is_shown:
            file.tell(number, "the screen is erased while nothing is shown", Level.WARNING)
        file.is_shown = False
    elif word == _SHOW:
        if not file.loaded:
            file.tell(number, "a caption is shown that was never loaded")
        file.loaded, file.is_loading, file.is_shown = 0, False, True
