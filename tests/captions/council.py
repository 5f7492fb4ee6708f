"""Captions of a council meeting that never was, heavy in the signs that break caption encoders."""

# ruff: noqa: RUF001 - typographic signs are what these captions are for.

from __future__ import annotations

import random

from vodstudio.captions.cue import Cue
from vodstudio.captions.profile import BROADCAST_32
from vodstudio.captions.segment import Setting, segment
from vodstudio.captions.transcript import Word

SENTENCES = (
    "“Good evening,” said Mayor Núñez, “and welcome.”",
    "The owner’s naïve résumé cost $1,250.",
    "Item 12—the façade of the café—is next.",
    "It is ½ mile from the piñata shop.",
    "♪ The high school band plays ♪",
    "Señora Peña: ¿Cuándo abre la piscina?",
    "¡Sí! It’s 72° outside; that’s 50% more.",
    "I move to approve Ordinance 2024-15.",
    "Aye.",
    "♪♪ Anthem ♪♪ ½½ ££ ÉÉ ““”” éé ——",
    "Second.",
    "The motion carries 5—2, “as amended.”",
    "We’ll hear from Zoë, Chloë and François.",
    "Über-local: Straße, smörgåsbord, Ångström.",
    "E-mail clerk_desk@city.gov ~ or call.",
    "The © and ™ and ® marks are {brackets}.",
    "Crème brûlée at the Hôtel de l’Île [APPLAUSE]",
    "We can’t, won’t, and shouldn’t do that*.",
    "A/V check: left | right \\ ok? 2^8 is 256.",
    "Thank you, Council Member O’Brien-López.",
    "The public hearing on the storm sewer is now open, and anyone may speak for three minutes.",
)


def council_words(seed: int, cues: int) -> tuple[list[Word], float]:
    """Words with times as a fast and a slow speaker say them; about so many cues, and the length in seconds."""
    rng = random.Random(seed)
    words: list[Word] = []
    at_s = 2.0
    for _ in range(cues):
        pace = rng.uniform(0.045, 0.075)
        for text in rng.choice(SENTENCES).split():
            length_s = 0.06 + pace * len(text)
            words.append(Word(text=f" {text}", start=round(at_s, 3), end=round(at_s + length_s, 3)))
            at_s += length_s + 0.02
        at_s += rng.choice((0.05, 0.2, 0.4, 0.9, 2.0, 4.0))
    return words, at_s + 2


def council_cues(seed: int, cues: int) -> tuple[Cue, ...]:
    """The cues that we make of them."""
    words, duration_s = council_words(seed, cues)
    return segment(words, BROADCAST_32, Setting(duration_s=duration_s)).cues


def same_signs(text: str) -> str:
    """What different readers call by different names: quotation marks, dashes, bars, spaces."""
    for names, sign in _NAMES:
        for name in names:
            text = text.replace(name, sign)
    return " ".join(text.split())


_NAMES: tuple[tuple[str, str], ...] = (("’‘`", "'"), ("“”", '"'), ("━─–", "—"), ("ʌ", "^"))
