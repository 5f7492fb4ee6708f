"""What a server makes of a sidecar: it decodes CEA-608 by itself, then writes WebVTT pieces and a transcript."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_LINE = re.compile(r"^(\d\d):(\d\d):(\d\d)([:;])(\d\d)\t((?:[0-9a-fA-F]{4}\s*)+)$")
_BASIC = {0x27: "\u2019", 0x2A: "á", 0x5C: "é", 0x5E: "í", 0x5F: "ó", 0x60: "ú", 0x7B: "ç", 0x7C: "÷",
          0x7D: "Ñ", 0x7E: "ñ", 0x7F: "█"}  # fmt: skip
_SPECIAL = "®°½¿™¢£♪à èâêîôû"
_EXTENDED = {
    0x12: "ÁÉÓÚÜü\u2018¡*\u2019—©℠•“”ÀÂÇÈÊËëÎÏïÔÙùÛ«»",
    0x13: "ÃãÍÌìÒòÕõ{}\\^_|~ÄäÖöß¥¤│ÅåØø┌┐└┘",
}
_ROW_OF_PAC = {0x11: (1, 2), 0x12: (3, 4), 0x15: (5, 6), 0x16: (7, 8), 0x17: (9, 10), 0x10: (11, 11),
               0x13: (12, 13), 0x14: (14, 15)}  # fmt: skip

SEGMENT_S = 10
TRANSCRIPT_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownText:
    """Text that a decoder would put on the screen, and when."""

    start_s: float
    end_s: float
    lines: tuple[str, ...]


class NotCaptions(ValueError):
    """The file has the name of a sidecar, but no decoder would show anything from it."""


@dataclass(slots=True)
class _Decoder:
    """A pop-on decoder of field 1, channel 1: two memories of 15 rows by 32 columns."""

    loading: dict[tuple[int, int], str] = field(default_factory=dict)
    showing: dict[tuple[int, int], str] = field(default_factory=dict)
    row: int = 15
    column: int = 0
    shown_since_s: float = 0.0
    last_control: int | None = None
    shown: list[ShownText] = field(default_factory=list)

    def take(self, word: int, at_s: float) -> None:
        """One pair of bytes of one frame."""
        high, low = (word >> 8) & 0x7F, word & 0x7F
        if not 0x10 <= high <= 0x1F:
            self.last_control = None
            for code in (high, low):
                if code >= 0x20:
                    self._write(_BASIC.get(code, chr(code)))
            return
        if self.last_control == word:
            self.last_control = None
            return
        self.last_control = word
        if high <= 0x17:
            self._control(high, low, at_s)

    def _control(self, high: int, low: int, at_s: float) -> None:
        if low >= 0x40:
            rows = _ROW_OF_PAC[high]
            self.row = rows[1 if low & 0x20 else 0]
            self.column = ((low & 0x0E) >> 1) * 4 if low & 0x10 else 0
        elif high == 0x14:
            self._command(low, at_s)
        elif high == 0x17 and 0x21 <= low <= 0x23:
            self.column = min(31, self.column + low - 0x20)
        elif high == 0x11 and 0x30 <= low <= 0x3F:
            self._write(_SPECIAL[low - 0x30])
        elif high == 0x11:
            self._write(" ")
        elif high in _EXTENDED and 0x20 <= low <= 0x3F:
            self.column = max(0, self.column - 1)
            self._write(_EXTENDED[high][low - 0x20])

    def _command(self, low: int, at_s: float) -> None:
        if low == 0x2E:
            self.loading = {}
        elif low == 0x2C:
            self._hide(at_s)
            self.showing = {}
        elif low == 0x2F:
            self._hide(at_s)
            self.showing, self.loading = self.loading, self.showing
            self.shown_since_s = at_s
        elif low == 0x21:
            self.column = max(0, self.column - 1)

    def _write(self, letter: str) -> None:
        self.loading[self.row, min(31, self.column)] = letter
        self.column = min(32, self.column + 1)

    def _hide(self, at_s: float) -> None:
        lines = tuple(line for line in (self._line(row) for row in range(1, 16)) if line)
        if lines and at_s > self.shown_since_s:
            self.shown.append(ShownText(start_s=self.shown_since_s, end_s=at_s, lines=lines))

    def _line(self, row: int) -> str:
        cells = {column: letter for (r, column), letter in self.showing.items() if r == row}
        return "".join(cells.get(c, " ") for c in range(max(cells) + 1)).strip() if cells else ""


def decode_scc(content: bytes) -> list[ShownText]:
    """What a caption decoder shows for this file; NotCaptions when it would show nothing."""
    lines = content.decode("utf-8-sig", errors="replace").splitlines()
    if not lines or lines[0].strip() != "Scenarist_SCC V1.0":
        raise NotCaptions("the first line is not Scenarist_SCC V1.0")
    decoder = _Decoder()
    at_s = 0.0
    for text in filter(str.strip, lines[1:]):
        match = _LINE.match(text.strip())
        if not match:
            raise NotCaptions("a line is not a time code, a tab and words of four hexadecimal digits")
        frame = _frame_of(match)
        for index, word in enumerate(match[6].split()):
            at_s = (frame + index) * 1001 / 30000
            decoder.take(_checked(int(word, 16)), at_s)
    decoder.take(0x142C, at_s + 1.0)
    if not decoder.shown:
        raise NotCaptions("it shows no caption")
    return decoder.shown


def _checked(word: int) -> int:
    for code in (word >> 8, word & 0xFF):
        if code.bit_count() % 2 == 0:
            raise NotCaptions(f"byte {code:02x} has the wrong parity")
    return word & 0x7F7F


def _frame_of(match: re.Match[str]) -> int:
    hours, minutes, seconds, frames = (int(match[i]) for i in (1, 2, 3, 5))
    all_minutes = hours * 60 + minutes
    frame = (all_minutes * 60 + seconds) * 30 + frames
    return frame - 2 * (all_minutes - all_minutes // 10) if match[4] == ";" else frame


def playlist(shown: list[ShownText], duration_s: float, language: str = "en") -> str:
    """The list of ten-second pieces that a player loads."""
    count = _pieces(shown, duration_s)
    head = ["#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{SEGMENT_S}", "#EXT-X-MEDIA-SEQUENCE:0"]
    body = [
        f"#EXTINF:{SEGMENT_S}.0,\nsubtitles/0/captions.{language}.{n:05d}.vtt?duration={SEGMENT_S}"
        for n in range(count)
    ]
    return "\n".join([*head, *body, "#EXT-X-ENDLIST", ""])


def piece(shown: list[ShownText], number: int) -> str:
    """One piece: every caption that touches its ten seconds, so one on the border stands in two pieces."""
    start_s, end_s = number * SEGMENT_S, (number + 1) * SEGMENT_S
    parts = ["WEBVTT\n"]
    for text in shown:
        if text.start_s < end_s and text.end_s > start_s:
            words = "\n".join(text.lines).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            parts.append(f"{clock(text.start_s)} --> {clock(text.end_s)}\n{words}\n")
    return "\n".join(parts)


def transcript(shown: list[ShownText]) -> str:
    """Paragraphs with a time every twenty seconds or so; lines end as Windows ends them."""
    paragraphs: list[tuple[float, list[str]]] = []
    for text in shown:
        if not paragraphs or text.start_s - paragraphs[-1][0] >= TRANSCRIPT_S:
            paragraphs.append((text.start_s, []))
        paragraphs[-1][1].extend(text.lines)
    return "".join(
        f"{clock(at_s).replace('.', ',')}\t{' '.join(lines)}\r\n\r\n" for at_s, lines in paragraphs
    )


def clock(at_s: float) -> str:
    """`HH:MM:SS.mmm`."""
    ms = round(at_s * 1000)
    return f"{ms // 3600000:02d}:{ms // 60000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"


def _pieces(shown: list[ShownText], duration_s: float) -> int:
    last_s = max([duration_s, *(text.end_s for text in shown)])
    return max(1, int(-(-last_s // SEGMENT_S)))
