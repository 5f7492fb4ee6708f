"""What a television would show: reads the words of field 1, channel CC1, and tells each picture with its frames."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from vodstudio.captions.cea608 import BASIC_TEXT, COLUMNS, EXTENDED_TEXT, ROW_OF, SPECIAL_TEXT

Rows = dict[int, list[str]]
_BOTTOM = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Rows of text that were on the screen from one frame until another."""

    start: int
    end: int
    rows: tuple[tuple[int, str], ...]


class _Mode(Enum):
    NONE = auto()
    POP_ON = auto()
    PAINT_ON = auto()
    ROLL_UP = auto()


class Decoder:
    """Feed it words in the order of their frames, then `finish`; the pictures are in `pictures`."""

    def __init__(self) -> None:
        self.pictures: list[Picture] = []
        self.undoubled = 0
        self.characters = 0
        self._mode = _Mode.NONE
        self._shown: Rows = {}
        self._hidden: Rows = {}
        self._row = _BOTTOM
        self._column = 0
        self._is_ours = True
        self._last_code: tuple[int, int] | None = None
        self._last_frame = -2
        self._since = 0

    def feed(self, frame: int, first: int, second: int) -> None:
        """One pair of bytes, without parity."""
        if first == 0 and second == 0:
            return
        if first >= 0x20:
            self._forget_code()
            self.characters += 1
            self._text(frame, BASIC_TEXT[first])
            if second >= 0x20:
                self._text(frame, BASIC_TEXT[second])
            return
        if self._last_code == (first, second):
            self._last_code = None
            return
        self._forget_code()
        self._last_code = (first, second)
        self._code(frame, first, second)

    def finish(self, frame: int) -> None:
        """The stream has ended."""
        self._forget_code()
        self._close(frame)

    def _forget_code(self) -> None:
        if self._last_code is not None:
            self.undoubled += 1
            self._last_code = None

    def _code(self, frame: int, first: int, second: int) -> None:
        if not 0x10 <= first <= 0x1F or second < 0x20:
            return
        if first & 0x08:
            self._is_ours = False
            return
        if first in (0x14, 0x15, 0x17) and second < 0x40:
            if first == 0x14:
                self._is_ours = True
                self._command(frame, second)
            elif first == 0x17 and self._is_ours:
                self._column = min(COLUMNS - 1, self._column + second - 0x20)
            return
        if second >= 0x40:
            self._is_ours = True
            self._address(first, second)
        elif self._is_ours:
            self._special(frame, first, second)

    def _special(self, frame: int, first: int, second: int) -> None:
        if first in (0x12, 0x13):
            self._column = max(0, self._column - 1)
            self._text(frame, EXTENDED_TEXT[first, second])
        elif first == 0x11 and second >= 0x30:
            self._text(frame, SPECIAL_TEXT[second])
        elif first == 0x11:
            # A mid-row code changes the style and takes one column.
            self._text(frame, " ")

    def _address(self, first: int, second: int) -> None:
        row = ROW_OF.get((first, second & 0x60), _BOTTOM)
        if self._mode is not _Mode.ROLL_UP:
            self._row = row
        indent = (second & 0x1E) - 0x10
        self._column = indent * 2 if indent > 0 else 0

    def _command(self, frame: int, code: int) -> None:
        match code:
            case 0x20:
                self._enter(frame, _Mode.POP_ON)
            case 0x29:
                self._enter(frame, _Mode.PAINT_ON)
            case 0x25 | 0x26 | 0x27:
                self._enter(frame, _Mode.ROLL_UP)
            case 0x2D if self._mode is _Mode.ROLL_UP:
                self._erase(frame)
            case 0x2C:
                self._erase(frame)
            case 0x2E:
                self._hidden = {}
            case 0x2F:
                self._swap(frame)
            case _:
                self._erase_characters(code)

    def _erase_characters(self, code: int) -> None:
        row = self._memory().get(self._row)
        if code == 0x21:
            self._column = max(0, self._column - 1)
            if row:
                row[self._column] = " "
        elif code == 0x24 and row:
            row[self._column :] = [" "] * (COLUMNS - self._column)

    def _enter(self, frame: int, mode: _Mode) -> None:
        if mode is _Mode.ROLL_UP and self._mode is not _Mode.ROLL_UP:
            self._erase(frame)
            self._row, self._column = _BOTTOM, 0
        self._mode = mode

    def _memory(self) -> Rows:
        return self._hidden if self._mode is _Mode.POP_ON else self._shown

    def _text(self, frame: int, text: str) -> None:
        if not self._is_ours or self._mode is _Mode.NONE:
            return
        memory = self._memory()
        if memory is self._shown and not memory:
            self._since = frame
        row = memory.setdefault(self._row, [" "] * COLUMNS)
        row[min(self._column, COLUMNS - 1)] = text
        self._column = min(COLUMNS, self._column + 1)

    def _swap(self, frame: int) -> None:
        self._mode = _Mode.POP_ON
        self._close(frame)
        self._shown, self._hidden = self._hidden, self._shown
        self._since = frame

    def _erase(self, frame: int) -> None:
        """Clear the screen. A carriage return ends a rolled line the same way: each line is one picture."""
        self._close(frame)
        self._shown = {}
        if self._mode is _Mode.ROLL_UP:
            self._column = 0

    def _close(self, frame: int) -> None:
        rows = tuple((row, " ".join("".join(self._shown[row]).split())) for row in sorted(self._shown))
        rows = tuple((row, text) for row, text in rows if text)
        if rows and frame > self._since:
            self.pictures.append(Picture(start=self._since, end=frame, rows=rows))
