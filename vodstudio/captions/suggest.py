"""What to write in place of a sign that line-21 captions do not have, where a like sign would not do."""

from __future__ import annotations

import re
import unicodedata

from vodstudio.captions.cea608 import REPLACEMENT

_LONGEST = 24
# "GREEK CAPITAL LETTER OMEGA", "CYRILLIC SMALL LETTER YA": the last words are how the letter is called.
_LETTER = re.compile(r"(?:[A-Z]+ )*?(CAPITAL|SMALL) LETTER ([A-Z]+)")
_SPOKEN = {
    "≤": "at most",
    "≥": "at least",
    "≠": "is not",
    "≈": "about",
    "∞": "infinity",
    "√": "root of",
    "Σ": "sum",
    "∑": "sum",
    "µ": "micro",
    "‰": "per thousand",
    "№": "No.",
    "✓": "yes",
    "✔": "yes",
    "✗": "no",
}


def suggestion_for(sign: str) -> str:
    """Words for a sign: what one says for it, how a letter is called, what a picture shows; else nothing."""
    if sign in _SPOKEN:
        return _SPOKEN[sign]
    name = unicodedata.name(sign[0], "")
    letter = _LETTER.match(name)
    if letter is not None:
        return letter[2].capitalize() if letter[1] == "CAPITAL" else letter[2].lower()
    is_picture = unicodedata.category(sign[0]) == "So"
    words = name.lower()
    return f"[{words}]" if is_picture and len(words) <= _LONGEST else ""


def advice_for(wanted: str, shown: str) -> str:
    """The end of a sentence about a sign: what can be written instead, and nothing where a like one is shown."""
    if REPLACEMENT not in shown:
        return ""
    words = suggestion_for(wanted)
    return f"; write “{words}” instead" if words else "; write it in Latin letters, or leave it out"
