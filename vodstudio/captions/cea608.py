"""The characters of line-21 captions (CEA-608) and their codes: text to code pairs, and which text has none."""

# ruff: noqa: RUF001 - this is a table of signs that look alike; telling them apart is its purpose.

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from vodstudio.captions.cue import graphemes

COLUMNS = 32
PAD = "8080"
REPLACEMENT = "?"

Unit = tuple[str, ...]
"""Words of four hexadecimal digits that must be sent in one piece: a doubled code, or one pair of characters."""

_NOT_ASCII = {
    0x27: "'", 0x2A: "á", 0x5C: "é", 0x5E: "í", 0x5F: "ó", 0x60: "ú",
    0x7B: "ç", 0x7C: "÷", 0x7D: "Ñ", 0x7E: "ñ", 0x7F: "█",
}  # fmt: skip
BASIC_TEXT = {code: _NOT_ASCII.get(code, chr(code)) for code in range(0x20, 0x80)}
SPECIAL_TEXT = dict(zip(range(0x30, 0x40), "®°½¿™¢£♪à\N{NO-BREAK SPACE}èâêîôû", strict=True))
EXTENDED_TEXT = {
    (0x12, 0x20 + place): character for place, character in enumerate("ÁÉÓÚÜü‘¡*'—©℠•“”ÀÂÇÈÊËëÎÏïÔÙùÛ«»")
} | {(0x13, 0x20 + place): character for place, character in enumerate("ÃãÍÌìÒòÕõ{}\\^_|~ÄäÖöß¥¤¦ÅåØø┌┐└┘")}

# What an old decoder shows in place of an extended character: one of the basic set, overwritten by newer decoders.
_STAND_IN = dict(zip("‘¡*—©℠•“”«»{}\\^_|~ß¥¤¦Øø┌┐└┘", '\'!.-cs.""""()/\'-/-sY$/Oo++++', strict=True))
# The same sign in another code point: no finding.
_SAME = {
    "…": "...", "–": "-", "‐": "-", "‑": "-", "−": "-", "―": "—", "`": "'", "’": "'", "ʼ": "'", "′": "'",
    "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ", "\N{THIN SPACE}": " ",
    "\N{EN SPACE}": " ", "\N{EM SPACE}": " ", "\N{IDEOGRAPHIC SPACE}": " ",
}  # fmt: skip
# Another sign with the same meaning: told as a finding.
_NEAR = {
    "♫": "♪", "♬": "♪", "♩": "♪", "€": "EUR", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L",
    "đ": "d", "Đ": "D", "ð": "d", "þ": "th", "ı": "i", "„": '"', "‟": '"', "‚": ",", "‹": "'", "›": "'",
    "×": "x", "→": "->", "←": "<-", "·": ".", "″": '"', "⁄": "/", "§": "Sec.", "†": "+", "─": "—", "│": "¦",
}  # fmt: skip


def _with_parity(byte: int) -> str:
    return f"{byte | 0x80 if bin(byte).count('1') % 2 == 0 else byte:02x}"


def word_of(first: int, second: int) -> str:
    """Two bytes with odd parity as four hexadecimal digits."""
    return _with_parity(first) + _with_parity(second)


RCL, ENM, EOC, EDM = (word_of(0x14, code) for code in (0x20, 0x2E, 0x2F, 0x2C))
_NOTHING = word_of(0x14, 0x22)

_ROW_CODES = {
    1: (0x11, 0x40), 2: (0x11, 0x60), 3: (0x12, 0x40), 4: (0x12, 0x60), 5: (0x15, 0x40), 6: (0x15, 0x60),
    7: (0x16, 0x40), 8: (0x16, 0x60), 9: (0x17, 0x40), 10: (0x17, 0x60), 11: (0x10, 0x40), 12: (0x13, 0x40),
    13: (0x13, 0x60), 14: (0x14, 0x40), 15: (0x14, 0x60),
}  # fmt: skip
ROW_OF = {code: row for row, code in _ROW_CODES.items()}

_BASIC_HEX = {text: _with_parity(code) for code, text in BASIC_TEXT.items()}
_CODE_WORD = {text: word_of(0x11, code) for code, text in SPECIAL_TEXT.items() if not text.isspace()} | {
    text: word_of(*code) for code, text in EXTENDED_TEXT.items() if text != "'"
}
_CODED = frozenset(_CODE_WORD)
_EXTENDED = _CODED - frozenset(SPECIAL_TEXT.values())
REPERTOIRE = frozenset(_BASIC_HEX) | frozenset(_CODE_WORD)


def _stand_in(character: str) -> str:
    return _STAND_IN.get(character) or unicodedata.normalize("NFD", character)[0]


_STAND_IN_HEX = {character: _BASIC_HEX[_stand_in(character)] for character in _EXTENDED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """Text in the repertoire, and each thing that had to be shown as something else: (wanted, shown)."""

    text: str
    replaced: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=65536)
def map_text(text: str) -> Mapped:
    """The nearest text that line-21 decoders can show. Only signs that look the same are changed without a word."""
    if REPERTOIRE.issuperset(text):
        return Mapped(text=text)
    shown: list[str] = []
    replaced: list[tuple[str, str]] = []
    for cluster in graphemes(unicodedata.normalize("NFC", text)):
        visible = "".join(part for part in cluster if unicodedata.category(part) != "Cf")
        same = visible if REPERTOIRE.issuperset(visible) else _SAME.get(visible)
        if same is None:
            same = _nearest(visible)
            replaced.append((cluster, same))
        shown.append(same)
    return Mapped(text="".join(shown), replaced=tuple(replaced))


def _nearest(cluster: str) -> str:
    """The same letter with fewer marks, a sign with the same meaning, or a visible question mark."""
    parts = unicodedata.normalize("NFD", cluster)
    for end in range(len(parts) - 1, 0, -1):
        fewer = unicodedata.normalize("NFC", parts[:end])
        if fewer in REPERTOIRE or fewer in _SAME or fewer in _NEAR:
            return _SAME.get(fewer) or _NEAR.get(fewer) or fewer
    if cluster in _NEAR:
        return _NEAR[cluster]
    plain = "".join(_NEAR.get(part, part) for part in unicodedata.normalize("NFKD", cluster))
    return plain if plain and REPERTOIRE.issuperset(plain) else REPLACEMENT


def columns(text: str) -> int:
    """How many columns of the caption grid the text takes."""
    return len(text) if text.isascii() else len(map_text(text).text)


def row_columns(text: str) -> int:
    """Columns that a row needs. Decoders disagree about an overwriting sign in the last column, so it takes two."""
    shown = map_text(text).text
    return len(shown) + (shown[-1:] in _EXTENDED)


def load_words(text: str) -> float:
    """How many frames the text takes to send, without the codes of its row: a little too many rather than too few."""
    shown = map_text(text).text
    if _CODED.isdisjoint(shown):
        return len(shown) / 2
    coded = sum(3 if character in _EXTENDED else 4 for character in shown if character in _CODE_WORD)
    return coded + sum(0.5 for character in shown if character not in _CODE_WORD)


def encode_row(text: str) -> list[Unit]:
    """The characters of one row as units; `text` must be in the repertoire (see `map_text`)."""
    if _CODED.isdisjoint(text):
        digits = "".join([_BASIC_HEX[character] for character in text])
        if len(digits) % 4:
            digits += "80"
        return [(digits[place : place + 4],) for place in range(0, len(digits), 4)]
    units: list[Unit] = []
    half = ""
    for character in text:
        code = _CODE_WORD.get(character)
        half += _BASIC_HEX[character] if code is None else _STAND_IN_HEX.get(character, "")
        if half and (code or len(half) == 4):
            units.append((half if len(half) == 4 else half + "80",))
            half = ""
        if code:
            units += _coded(code, units[-1:])
    return [*units, (half + "80",)] if half else units


def _coded(code: str, before: list[Unit]) -> list[Unit]:
    """A doubled code. Some decoders pass over every repetition, not only the second one: between two equal signs
    stands a code that has no meaning (zeros would not do)."""
    return [(_NOTHING, _NOTHING), (code, code)] if before == [(code, code)] else [(code, code)]


def place_row(row: int, column: int) -> list[Unit]:
    """The codes that put the pen on a row and a column (0 to 31)."""
    first, second = _ROW_CODES[row]
    address = word_of(first, second + 0x10 + 2 * (column // 4))
    units: list[Unit] = [(address, address)]
    if column % 4:
        tab = word_of(0x17, 0x20 + column % 4)
        units.append((tab, tab))
    return units
