"""Another script or another language than the recording has: a speech model that loses its way often changes both."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from vodstudio.captions.transcript import Mark, Word

_LATIN = frozenset({"LATIN"})
_SCRIPTS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("ru", "uk", "bg", "be", "mk", "kk", "mn", "tg", "tt", "ba"), frozenset({"CYRILLIC"})),
    "sr": frozenset({"CYRILLIC", "LATIN"}),
    "el": frozenset({"GREEK"}),
    **dict.fromkeys(("ar", "fa", "ur", "ps", "sd"), frozenset({"ARABIC"})),
    **dict.fromkeys(("he", "yi"), frozenset({"HEBREW"})),
    **dict.fromkeys(("zh", "yue"), frozenset({"CJK"})),
    "ja": frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}),
    "ko": frozenset({"HANGUL", "CJK"}),
    **dict.fromkeys(("hi", "mr", "ne", "sa"), frozenset({"DEVANAGARI"})),
    "am": frozenset({"ETHIOPIC"}),
    **dict.fromkeys(("bn", "as"), frozenset({"BENGALI"})),
    "gu": frozenset({"GUJARATI"}),
    "hy": frozenset({"ARMENIAN"}),
    "ka": frozenset({"GEORGIAN"}),
    "km": frozenset({"KHMER"}),
    "kn": frozenset({"KANNADA"}),
    "lo": frozenset({"LAO"}),
    "ml": frozenset({"MALAYALAM"}),
    "my": frozenset({"MYANMAR"}),
    "pa": frozenset({"GURMUKHI"}),
    "si": frozenset({"SINHALA"}),
    "ta": frozenset({"TAMIL"}),
    "te": frozenset({"TELUGU"}),
    "th": frozenset({"THAI"}),
    "bo": frozenset({"TIBETAN"}),
}
# Small words that no other language of this list has, or at most one.
_SMALL_WORDS: dict[str, str] = {
    "en": "the of and to is that it we you this for have with are was be they there from what which would",
    "es": "el los las que un una por para con es está como pero muy más su del al nos esto yo y mi la en se",
    "fr": "le les des est et dans une pour que qui pas vous nous je avec sur du ce cette la en se au il",
    "de": "der das und ist nicht ein eine ich wir sie mit für auf zu den dem von es wie auch",
    "pt": "o os que um uma por para com é não mais do da em se na no ao muito eu",
    "it": "il di che è per una non sono con gli della del si ma anche nel la questo io",
}
_NAMES = {
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "de": "German",
    "pt": "Portuguese",
    "it": "Italian",
    "am": "Amharic",
    "ar": "Arabic",
    "hi": "Hindi",
    "ht": "Haitian Creole",
    "ja": "Japanese",
    "ko": "Korean",
    "ru": "Russian",
    "so": "Somali",
    "tl": "Tagalog",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
_TONGUES: dict[str, list[str]] = {}
for _tongue, _list in _SMALL_WORDS.items():
    for _word in _list.split():
        _TONGUES.setdefault(_word, []).append(_tongue)
_WINDOW, _STEP, _THEIRS, _OURS = 20, 10, 7, 2
_FEWEST_LETTERS, _FEWEST_LATIN_LETTERS = 2, 12


def language_name(language: str) -> str:
    """As people call it; its letters where we have no name for it."""
    return _NAMES.get(_main(language), f"the language '{language}'")


def foreign_script(text: str, language: str) -> str:
    """The script that most of this text is written in, where the language is not written so; else nothing."""
    expected = _SCRIPTS.get(_main(language), _LATIN)
    if not language or (expected is _LATIN and text.isascii()):
        return ""
    scripts = Counter(script for script in map(_script, text) if script)
    if not scripts:
        return ""
    script, letters = scripts.most_common(1)[0]
    fewest = _FEWEST_LATIN_LETTERS if script == "LATIN" else _FEWEST_LETTERS
    is_most = letters * 2 > scripts.total()
    return script if script not in expected and is_most and letters >= fewest else ""


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    return unicodedata.name(character, "").split(" ")[0] if character.isalpha() else ""


def _main(language: str) -> str:
    return language.split("-")[0].lower()


def other_tongue(words: Sequence[Word], plains: Sequence[str], language: str) -> Iterator[Mark]:
    """H8: twenty words in a row with the small words of another language and hardly any of this one."""
    ours = _main(language)
    if ours not in _SMALL_WORDS:
        return
    told: list[tuple[str, int, int]] = []
    for first in range(0, max(1, len(plains) - _WINDOW + _STEP), _STEP):
        window = plains[first : first + _WINDOW]
        tongue = _tongue_of(window, ours)
        if tongue and told and told[-1][0] == tongue and told[-1][2] >= first:
            told[-1] = (tongue, told[-1][1], first + len(window))
        elif tongue:
            told.append((tongue, first, first + len(window)))
    for tongue, first, last in told:
        yield Mark(
            rule="H8",
            start=words[first].start,
            end=words[last - 1].end,
            text=f"This reads like {_NAMES[tongue]}, and the recording is said to be {_NAMES[ours]}",
        )


def _tongue_of(window: Sequence[str], ours: str) -> str:
    """The other language that these words are, or nothing."""
    found = Counter(tongue for word in window for tongue in _TONGUES.get(word, ()))
    own = found.pop(ours, 0)
    tongue, theirs = found.most_common(1)[0] if found else ("", 0)
    return tongue if theirs >= _THEIRS and own <= _OURS else ""
