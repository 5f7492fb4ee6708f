"""What cues are compared with: the words that were heard, the voice, the video's length, the vocabulary (Q07 to Q16, Q24)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import attrgetter

from vodstudio.captions.cue import Cue, Finding, Level
from vodstudio.captions.drift import Drift
from vodstudio.captions.imported import spoken_times
from vodstudio.captions.mask import Mask, Region, mask_of
from vodstudio.captions.repetition import plain
from vodstudio.captions.suspicion import Doubt
from vodstudio.captions.transcript import Mark, Word

_EARLY_OR_LATE_S, _FAR_S, _HANG_S = 0.25, 1.0, 1.5
_FRAME_S, _CLOSED_S = 0.05, 0.5
_JOIN_S = 0.6
_ENOUGH_SPEECH_S = 3.0
WHOLE, MOST = 98.0, 95.0
_FALSE_S = 1.0
UNSURE = 0.5
_CAPITALS = 4
_KNOWN_FROM = 5
_RULE_OF = {"H4": "Q09", "H5": "Q09", "H9": "Q08", "H10": "Q24", "H11": "Q11"}


def time_findings(cues: Sequence[Cue], words: Sequence[Word], voice: Mask) -> Iterator[Finding]:
    """Q07: cues that do not begin and end with what they say; where the words are not these, with the voice."""
    times = spoken_times(cues, words) if words else None
    if times is None:
        times = [_voiced(cue, before, voice) for cue, before in zip(cues, (None, *cues), strict=False)]
    for number, (cue, (start_s, end_s)) in enumerate(zip(cues, times, strict=True)):
        late_s = cue.start_s - start_s
        if abs(late_s) > _EARLY_OR_LATE_S + _FRAME_S:
            word = "after" if late_s > 0 else "before"
            level = Level.ERROR if abs(late_s) > _FAR_S else Level.WARNING
            yield _finding(level, "Q07", cue, number, f"It comes {abs(late_s):.1f} s {word} its words")
        following = cues[number + 1] if number + 1 < len(cues) else None
        # A gap that would flicker is closed: the caption then stays until the next one comes.
        is_closed = following is not None and following.start_s - cue.end_s < 2 * _FRAME_S
        if cue.end_s - end_s > _HANG_S + _FRAME_S + (_CLOSED_S if is_closed else 0.0):
            text = f"It is still there {cue.end_s - end_s:.1f} s after its words"
            yield _finding(Level.WARNING, "Q07", cue, number, text)


def _voiced(cue: Cue, before: Cue | None, voice: Mask) -> Region:
    """When somebody speaks while this cue is shown, or has begun to since the one before went."""
    inside = voice.within(cue.start_s, cue.end_s)
    if not inside:
        return cue.start_s, cue.end_s
    start_s = inside[0][0]
    running = voice.within(cue.start_s - _ENOUGH_SPEECH_S, cue.start_s)
    if (
        running
        and running[-1][1] == cue.start_s == start_s
        and running[-1][0] > cue.start_s - _ENOUGH_SPEECH_S
    ):
        start_s = max(running[-1][0], before.end_s if before else 0.0)
    return start_s, inside[-1][1]


def coverage_of(
    cues: Sequence[Cue], voice: Mask, pause_s: float = _JOIN_S, late_s: float = 0.0
) -> float | None:
    """How many percent of the time in which somebody speaks have a caption; None where nobody speaks or looked.

    Pauses up to `pause_s` count as speech in the mask, so that captions apart by no more leave nothing out. What is
    late by `late_s` as a whole is told as late, and not as missing at the beginning of each sentence too.
    """
    if voice.total_s < _ENOUGH_SPEECH_S:
        return None
    shown = mask_of(
        ((cue.start_s - late_s, cue.end_s - late_s) for cue in cues), join_s=max(pause_s, _JOIN_S)
    )
    covered_s = sum(shown.covered_s(start, end) for start, end in voice.stretches)
    return min(100.0, 100.0 * covered_s / voice.total_s)


def coverage_findings(coverage: float | None, speech_s: float) -> Iterator[Finding]:
    """Q08: less than 98 of 100 seconds of speech are captioned, or even less than 95.

    One sentence missing from a clip of a minute is many percent; an error is more than that.
    """
    if coverage is not None and coverage < WHOLE:
        missing_s = speech_s * (100 - coverage) / 100
        level = Level.ERROR if coverage < MOST and missing_s > 2 * _ENOUGH_SPEECH_S else Level.WARNING
        text = f"{coverage:.1f} % of the speech has captions; {WHOLE:.0f} % are expected"
        yield Finding(rule="Q08", level=level, at_s=0.0, text=text)


def doubt_findings(
    found: Sequence[Doubt], kept: Sequence[Mark], cues: Sequence[Cue], drift: Drift | None = None
) -> Iterator[Finding]:
    """Q08 to Q11 and Q24: what is doubted now, and what was doubted while it was heard; `drift` says how far."""
    is_near = drift is not None and not drift.is_displaced
    told: list[Doubt] = []
    last: dict[str, int] = {}
    for doubt in sorted((*found, *kept), key=lambda each: (each.start, each.end)):
        place = last.get(_group(doubt))
        if place is None or doubt.start >= told[place].end:
            last[_group(doubt)] = len(told)
            told.append(doubt)
        elif doubt.rule == "H5":
            told[place] = doubt
    for doubt in told:
        rule = _RULE_OF.get(doubt.rule, "Q10")
        number = bisect_right(cues, doubt.start + _FRAME_S, key=attrgetter("start_s")) - 1
        yield Finding(
            rule=rule,
            level=Level.WARNING if rule == "Q11" and is_near else _level(doubt),
            at_s=doubt.start,
            text=doubt.text,
            cue=number if number >= 0 and rule not in ("Q08", "Q11") else None,
            can_fix=rule in ("Q11", "Q24"),
        )


def _group(doubt: Doubt) -> str:
    """What is told once for one place, by the surest reason."""
    rule = _RULE_OF.get(doubt.rule, doubt.rule)
    return doubt.text if rule == "Q11" else rule


def _level(doubt: Doubt) -> Level:
    """Words for which no time can be true are false; a short one beside the voice is a matter of its time."""
    if doubt.rule in ("H5", "H10", "H11") or (doubt.rule == "H4" and doubt.end - doubt.start >= _FALSE_S):
        return Level.ERROR
    return Level.WARNING


def edge_findings(cues: Sequence[Cue], voice: Mask) -> Iterator[Finding]:
    """Q24: captions that begin long after the first voice, or end long before the last."""
    spoken = [stretch for stretch in voice.stretches if stretch[1] - stretch[0] >= _FALSE_S]
    if not spoken or not cues:
        return
    if cues[0].start_s > spoken[0][0] + _ENOUGH_SPEECH_S:
        text = f"The first caption comes {cues[0].start_s - spoken[0][0]:.0f} s after the first voice"
        yield _finding(Level.WARNING, "Q24", cues[0], 0, text, can_fix=False)
    if cues[-1].end_s < spoken[-1][1] - _ENOUGH_SPEECH_S:
        text = f"Somebody speaks for {spoken[-1][1] - cues[-1].end_s:.0f} s after the last caption"
        yield _finding(Level.WARNING, "Q24", cues[-1], len(cues) - 1, text, can_fix=False)


def unsure_words(words: Sequence[Word]) -> tuple[Word, ...] | None:
    """Q12: words that the model itself would not bet on; None where it did not say."""
    if all(word.probability is None for word in words):
        return None
    return tuple(word for word in words if word.probability is not None and word.probability < UNSURE)


def spelling_findings(cues: Sequence[Cue], vocabulary: Sequence[str]) -> Iterator[Finding]:
    """Q15: almost a word of the vocabulary, or four words and more in capitals."""
    known = {part for entry in vocabulary for part in entry.split() if len(part) >= _KNOWN_FROM}
    lowered = {name.lower() for name in known}
    suggestions: dict[str, str] = {}
    for number, cue in enumerate(cues):
        words = cue.text.split()
        run = longest = 0
        for word in words:
            bare = word.strip(".,;:?!()[]“”\"'")
            run = run + 1 if len(bare) > 1 and bare.isupper() else 0
            longest = max(longest, run)
            if known and bare[:1].isupper() and len(bare) >= _KNOWN_FROM and bare.lower() not in lowered:
                meant = suggestions.setdefault(bare, _nearest(bare, known))
                if meant:
                    text = f"“{bare}”: is “{meant}” meant, as in the vocabulary?"
                    yield _finding(Level.WARNING, "Q15", cue, number, text, can_fix=False)
        if longest >= _CAPITALS:
            yield _finding(Level.WARNING, "Q15", cue, number, "It shouts in capitals", can_fix=False)


def _nearest(word: str, known: set[str]) -> str:
    """The known word that is one slip away, or two in a long one; a plural or possessive is no slip."""
    stem = plain(word).removesuffix("'s").removesuffix("s")
    for name in sorted(known):
        wanted = plain(name)
        if stem == wanted.removesuffix("s"):
            return ""
        most = 2 if len(wanted) > 2 * _KNOWN_FROM - 3 else 1
        if (
            wanted[:1] == stem[:1]
            and abs(len(wanted) - len(plain(word))) <= most
            and _slips(plain(word), wanted) <= most
        ):
            return name
    return ""


def _slips(word: str, wanted: str) -> int:
    """Letters to change, add, leave out."""
    row = list(range(len(wanted) + 1))
    for number, letter in enumerate(word, start=1):
        before, row[0] = row[0], number
        for place, other in enumerate(wanted, start=1):
            before, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, before + (letter != other)),
            )
    return row[-1]


def speaker_findings(cues: Sequence[Cue], turns: Sequence[float]) -> Iterator[Finding]:
    """Q16: somebody else begins to speak, and no line that begins then says so."""
    for turn_s in turns:
        number = bisect_right(cues, turn_s + _EARLY_OR_LATE_S, key=attrgetter("start_s")) - 1
        if number >= 0 and turn_s < cues[number].end_s:
            marked = any(line.startswith((">>", "-")) for line in cues[number].lines)
            if not marked:
                text = "Another person speaks, and nothing marks it"
                yield _finding(Level.WARNING, "Q16", cues[number], number, text)


def _finding(level: Level, rule: str, cue: Cue, number: int, text: str, *, can_fix: bool = True) -> Finding:
    return Finding(rule=rule, level=level, at_s=cue.start_s, text=text, cue=number, can_fix=can_fix)
