"""What a city's meetings speak of: words the model should expect, what it hears wrongly, and what a person corrects."""

from __future__ import annotations

import dataclasses
import difflib
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise, zip_longest
from typing import Any, Protocol, TypeVar, cast

LONGEST_PHRASE = 6
_ALIKE = 0.5
_EDGES = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)
_APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
_POSSESSIVE = re.compile(rf"['{_APOSTROPHE}]s?$")
_ENDS_SENTENCE = (".", "?", "!")


class Spoken(Protocol):
    """A word with its time; `text` may carry the space before it and the marks after it."""

    @property
    def text(self) -> str: ...
    @property
    def start(self) -> float: ...
    @property
    def end(self) -> float: ...


W = TypeVar("W", bound=Spoken)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """What the model hears, and what is meant. Small letters match any; with a capital, the case has to be the same."""

    heard: str
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Words of a city or of one of its bodies, those that are said most in front."""

    names: tuple[str, ...] = ()
    streets: tuple[str, ...] = ()
    acronyms: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    aliases: tuple[Alias, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The kinds take turns, so that many names do not leave the streets out."""
        turns = zip_longest(self.names, self.acronyms, self.streets, self.projects)
        return tuple(word for word in chain.from_iterable(turns) if word is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A council, a commission, a board: known by its name or a pattern in the title of the meeting."""

    id: str
    name: str
    patterns: tuple[str, ...] = ()
    roster: Roster = Roster()

    def is_named_in(self, title: str) -> bool:
        """As whole words, in any case."""
        told = (re.escape(words) for words in (self.name, *self.patterns) if words)
        return any(re.search(rf"(?<![^\W_]){words}(?![^\W_])", title, re.IGNORECASE) for words in told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The words of one meeting, the most likely in front, and what is put right in it."""

    words: tuple[str, ...] = ()
    aliases: tuple[Alias, ...] = ()


def expected(
    title: str,
    roster: Roster,
    bodies: Sequence[Body] = (),
    own: Expected | None = None,
    recent: Sequence[str] = (),
) -> Expected:
    """What this meeting will speak of.

    The body in its title goes first, then what was said lately in this city (`recent`, newest first), then the
    city's words, then those of the preset (`own`).
    """
    named = [body.roster for body in bodies if body.is_named_in(title)]
    rosters = [*named, roster]
    own = own or Expected()
    place = {word.casefold(): number for number, word in reversed(list(enumerate(recent)))}
    words: list[str] = []
    for each in [*(roster.words for roster in rosters), own.words]:
        words += sorted(each, key=lambda word: place.get(word.casefold(), len(place)))
    aliases = [*chain.from_iterable(roster.aliases for roster in rosters), *own.aliases]
    return Expected(
        words=tuple({word.casefold(): word for word in reversed(words)}.values())[::-1],
        aliases=tuple({alias.heard: alias for alias in reversed(aliases)}.values())[::-1],
    )


def hotwords(words: Sequence[str], count: Callable[[str], int], limit: int) -> tuple[str, tuple[str, ...]]:
    """The text that is given to the model, never longer than `limit` of its tokens; and the words that found no room.

    `count` counts with the model's own tokenizer, because a name may be one token or seven.
    """
    taken: list[str] = []
    left_out: list[str] = []
    for word in words:
        if count(", ".join([*taken, word])) <= limit:
            taken.append(word)
        else:
            left_out.append(word)
    return ", ".join(taken), tuple(left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """One place where an alias was put right: the words `after`, from `index` on, in the place of those `before`."""

    index: int
    heard: str
    written: str
    before: tuple[Any, ...]
    after: tuple[Any, ...]


def replace(words: Sequence[W], aliases: Iterable[Alias]) -> tuple[tuple[W, ...], tuple[Replacement, ...]]:
    """Put right what is heard wrongly: whole words, the longest alias first; nothing is replaced twice."""
    phrases = _phrases(aliases)
    made: list[W] = []
    found: list[Replacement] = []
    at = 0
    while at < len(words):
        match = _match(words, at, phrases)
        if match is None:
            made.append(words[at])
            at += 1
            continue
        keys, alias = match
        before = tuple(words[at : at + len(keys)])
        after = tuple(_rewritten(before, alias.written, keys[-1]))
        heard = " ".join(word.text.strip() for word in before)
        if [word.text for word in after] != [word.text for word in before]:
            place = Replacement(
                index=len(made), heard=_bare(heard), written=alias.written, before=before, after=after
            )
            found.append(place)
        made += after
        at += len(keys)
    return tuple(made), tuple(found)


def place_of(words: Sequence[W], replacement: Replacement) -> int | None:
    """Where its words stand by now: the same words in their time; None where a person has changed or moved them."""
    wanted = [word.text.strip() for word in replacement.after]
    from_s, until_s = replacement.before[0].start, replacement.before[-1].end
    at = max(0, bisect_left(words, from_s, key=lambda word: word.end) - 1)
    while at < len(words) and words[at].start <= until_s:
        start_s, end_s = words[at].start, words[at].end
        is_then = start_s == from_s or (end_s > from_s and start_s < until_s)
        if is_then and [word.text.strip() for word in words[at : at + len(wanted)]] == wanted:
            return at
        at += 1
    return None


def undo(words: Sequence[W], replacement: Replacement) -> tuple[W, ...]:
    """The words as they were heard in this one place, also after other places have moved it; unchanged if it is gone."""
    at = place_of(words, replacement)
    if at is None:
        return tuple(words)
    after = words[at + len(replacement.after) :]
    return (*words[:at], *cast("tuple[W, ...]", replacement.before), *after)


def tally(replacements: Iterable[Replacement]) -> list[dict[str, object]]:
    """How often each was put right, the most frequent first: for people."""
    counts: dict[tuple[str, str], int] = {}
    for each in replacements:
        pair = (each.heard, each.written)
        counts[pair] = counts.get(pair, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"heard": heard, "written": written, "count": count} for (heard, written), count in ordered]


def said(entries: Iterable[str], texts: Iterable[str]) -> tuple[str, ...]:
    """Which entries occur in what was said, in their order: those are the likely ones of the next meeting."""
    stream = f" {' '.join(_key(text) for text in texts)} "
    return tuple(entry for entry in entries if f" {' '.join(map(_key, entry.split()))} " in stream)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A correction that may help the next meeting: a word to expect, and what was heard in its place."""

    written: str
    heard: str


def offers(before: Sequence[str], after: Sequence[str], known: Iterable[str] = ()) -> tuple[Offer, ...]:
    """What a person's correction could teach: names that sound like what was heard, never a rewritten sentence."""
    old, new = [_bare(text) for text in before], [_bare(text) for text in after]
    familiar = {word.casefold() for word in known}
    found: dict[tuple[str, str], Offer] = {}
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind != "replace" or max(end - start, new_end - new_start) > LONGEST_PHRASE:
            continue
        heard = " ".join(filter(None, old[start:end]))
        written = " ".join(filter(None, new[new_start:new_end]))
        is_first = new_start == 0 or after[new_start - 1].rstrip().endswith(_ENDS_SENTENCE)
        if _is_name(written, heard, is_first) and written.casefold() not in familiar:
            found[heard.casefold(), written] = Offer(written=written, heard=_as_alias(heard, written))
    return tuple(found.values())


def _is_name(written: str, heard: str, is_first: bool) -> bool:
    """Something with a capital or a digit of its own, that sounds like what was heard."""
    if not heard or not written:
        return False
    of_its_own = written[1:] if is_first and written.casefold() == heard.casefold() else written
    is_marked = of_its_own != of_its_own.lower() or any(letter.isdigit() for letter in of_its_own)
    letters = [re.sub(r"\W", "", text).casefold() for text in (heard, written)]
    return is_marked and difflib.SequenceMatcher(a=letters[0], b=letters[1], autojunk=False).ratio() >= _ALIKE


def _as_alias(heard: str, written: str) -> str:
    """In small letters it matches wherever it stands; where only the case was wrong, that would match itself."""
    return heard if heard.casefold() == written.casefold() else heard.lower()


_Phrases = dict[str, list[tuple[tuple[str, ...], Alias]]]


def _phrases(aliases: Iterable[Alias]) -> _Phrases:
    """By their first word, the longest in front."""
    found: _Phrases = {}
    for alias in aliases:
        keys = tuple(_key(part) for part in alias.heard.split())
        if all(keys) and keys and alias.written.split():
            found.setdefault(keys[0], []).append((keys, alias))
    for group in found.values():
        group.sort(key=lambda pair: -len(pair[0]))
    return found


def _match(words: Sequence[Spoken], at: int, phrases: _Phrases) -> tuple[tuple[str, ...], Alias] | None:
    first = _key(words[at].text)
    owner = _POSSESSIVE.sub("", first)
    candidates = phrases.get(first, []) + (phrases.get(owner, []) if owner != first else [])
    return next((found for found in candidates if _is_heard(words[at : at + len(found[0])], *found)), None)


def _is_heard(run: Sequence[Spoken], keys: tuple[str, ...], alias: Alias) -> bool:
    """Word for word; a mark in between parts what is heard, and an `'s` at the end may follow."""
    inner = [_parts(word) for word in run]
    if len(run) < len(keys) or any(after for _, _, after in inner[:-1]) or any(b for b, _, _ in inner[1:]):
        return False
    bare = [_straight(core) for _, core, _ in inner]
    bare[-1] = bare[-1][: len(bare[-1]) - len(_owned(bare[-1], keys[-1]))]
    if [core.casefold() for core in bare] != list(keys):
        return False
    is_any_case = alias.heard == alias.heard.lower()
    return is_any_case or bare == [_straight(_bare(part)) for part in alias.heard.split()]


def _owned(core: str, key: str) -> str:
    """The `'s` that follows what is looked for, if it is not part of it."""
    if _straight(core).casefold() == key:
        return ""
    tail = _POSSESSIVE.search(core)
    return tail[0] if tail else ""


def _rewritten(before: Sequence[W], written: str, last_key: str) -> list[W]:
    """The new words in the time of the old ones, with the marks around them and the capital of a sentence."""
    opening, first, _ = _parts(before[0])
    _, last, closing = _parts(before[-1])
    parts = written.split()
    if written == written.lower() and first[:1].isupper():
        parts[0] = parts[0][:1].upper() + parts[0][1:]
    parts[0] = opening + parts[0]
    parts[-1] += _owned(last, last_key) + closing
    space = before[0].text[: len(before[0].text) - len(before[0].text.lstrip())]
    texts = [space + parts[0], *(f" {part}" for part in parts[1:])]
    return [
        _remade(_origin(before, number, len(texts)), text, span)
        for number, (text, span) in enumerate(zip(texts, _spans(before, texts), strict=True))
    ]


def _remade(word: W, text: str, span: tuple[float, float]) -> W:
    return cast("W", dataclasses.replace(cast("Any", word), text=text, start=span[0], end=span[1]))


def _origin(before: Sequence[W], number: int, count: int) -> W:
    return before[min(len(before) - 1, number * len(before) // count)]


def _spans(before: Sequence[Spoken], texts: Sequence[str]) -> list[tuple[float, float]]:
    """Word by word where there are as many as before; else the whole time, shared by the letters."""
    if len(before) == len(texts):
        return [(word.start, word.end) for word in before]
    start, end = before[0].start, before[-1].end
    total = sum(len(text.strip()) for text in texts)
    edges = [start]
    for text in texts[:-1]:
        edges.append(edges[-1] + (end - start) * len(text.strip()) / total)
    edges.append(end)
    return list(pairwise(edges))


def _parts(word: Spoken) -> tuple[str, str, str]:
    """Marks before, the word, marks after."""
    match = _EDGES.fullmatch(word.text.strip())
    assert match is not None
    return match[1], match[2], match[3]


def _bare(text: str) -> str:
    """Without the marks around it."""
    match = _EDGES.fullmatch(text.strip())
    assert match is not None
    return match[2]


def _key(text: str) -> str:
    return _straight(_bare(text)).casefold()


def _straight(text: str) -> str:
    """Printers' apostrophes are apostrophes."""
    return text.replace(_APOSTROPHE, "'")
