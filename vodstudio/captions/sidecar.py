"""Is an existing caption file really captions, and of this recording? Text under a Scenarist header is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from vodstudio.captions.cue import Cue
from vodstudio.captions.fit import Evidence, Fit, fitting
from vodstudio.captions.formats import read_any, sniff
from vodstudio.captions.reading import decode, lines_of
from vodstudio.captions.scc import HEADER, read_scc
from vodstudio.captions.timecode import DROP_FRAME, Timebase
from vodstudio.core.errors import BadMedia
from vodstudio.core.wording import duration

_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
_NOT_WHOLE_S = 60.0
_OVERHANG_S = 1.0
NOTHING_KNOWN = Evidence()


class SidecarState(StrEnum):
    """What a sidecar is worth."""

    VALID = "valid"
    FAKE = "fake"
    EMPTY = "empty"
    FOREIGN = "of another video"
    LATE = "late"


FALSE_STATES = frozenset({SidecarState.FAKE, SidecarState.EMPTY})
"""What may be replaced without a person, once it is kept: no verdict about a recording is worth somebody's work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """The verdict with its reason in words, how late the captions come, and the cues that a viewer would see.

    `is_whole` is false where they end long before the speech does.
    """

    state: SidecarState
    reason: str
    cues: tuple[Cue, ...] = ()
    faults: tuple[str, ...] = ()
    format: str = ""
    offset_s: float = 0.0
    is_whole: bool = True


def judge(
    content: bytes, evidence: Evidence = NOTHING_KNOWN, *, ending: str = "", base: Timebase = DROP_FRAME
) -> Sidecar:
    """What the file is worth for this recording; `ending` is how it is named, which players go by.

    `base` is how the station counts the labels of SCC: an hour that it begins with is no delay.
    """
    form = sniff(content)
    wanted = ending.lower().removeprefix(".")
    if wanted == "scc" or (not wanted and form is not None and form.name == "scc"):
        found = examine_scc(content, base)
    else:
        found = _examine_text(content, wanted)
    return _compared(found, evidence) if found.state is SidecarState.VALID and found.cues else found


def _examine_text(content: bytes, wanted: str) -> Sidecar:
    text = decode(content)[0].replace("\0", "").removeprefix(_MARK)
    if text.strip() in ("", "WEBVTT"):
        return Sidecar(state=SidecarState.EMPTY, reason="it has no captions in it", format=wanted)
    try:
        form, reading = read_any(content)
    except BadMedia as error:
        return Sidecar(
            state=SidecarState.FAKE, reason="it is not captions of a kind that we read", faults=(error.title,)
        )
    if wanted and form.name != wanted and form.name != {"dfxp": "ttml", "xml": "ttml"}.get(wanted):
        return Sidecar(
            state=SidecarState.FAKE,
            reason=f"it is called .{wanted} and is {form.title}",
            faults=reading.faults,
            format=form.name,
        )
    if not reading.cues:
        state = SidecarState.FAKE if reading.faults else SidecarState.EMPTY
        return Sidecar(state=state, reason="it shows no captions", faults=reading.faults, format=form.name)
    return Sidecar(
        state=SidecarState.VALID,
        reason=_count(reading.cues),
        cues=reading.cues,
        faults=reading.faults,
        format=form.name,
    )


def _count(cues: Sequence[Cue]) -> str:
    return f"it shows {len(cues)} caption{'s' if len(cues) != 1 else ''}"


def _compared(found: Sidecar, evidence: Evidence) -> Sidecar:
    told = fitting(found.cues, evidence)
    early = _early_end(found.cues, evidence, told.offset_s)
    faults = (*found.faults, *filter(None, (early, _overhang(found.cues, evidence, told.offset_s))))
    if told.fit is Fit.OTHER:
        return replace(found, state=SidecarState.FOREIGN, reason=told.reason, faults=faults)
    if told.fit is Fit.LATE:
        amount = f"{_amount(abs(told.offset_s))} too {'late' if told.offset_s > 0 else 'early'}"
        return replace(
            found,
            state=SidecarState.LATE,
            reason=f"its captions come {amount}: {told.reason}",
            faults=faults,
            offset_s=told.offset_s,
        )
    reason = "; ".join(filter(None, (found.reason, told.reason, early)))
    return replace(found, reason=reason, faults=faults, offset_s=told.offset_s, is_whole=not early)


def _amount(seconds: float) -> str:
    """Tenths where they are seen, whole seconds where it is minutes."""
    return f"{seconds:.1f} s" if seconds < 60 else duration(seconds)


def _early_end(cues: Sequence[Cue], evidence: Evidence, offset_s: float) -> str:
    """Captions that end long before the speech does."""
    end_s = cues[-1].end_s - offset_s
    spoken_s = max(
        [end for _, end in evidence.speech[-1:]] + [word.end for word in evidence.words[-1:]], default=0.0
    )
    if spoken_s - end_s <= _NOT_WHOLE_S:
        return ""
    return f"its captions end at {duration(end_s)}, and speech goes on until {duration(spoken_s)}"


def _overhang(cues: Sequence[Cue], evidence: Evidence, offset_s: float) -> str:
    """Captions that go on after the video."""
    end_s = cues[-1].end_s - offset_s
    if not evidence.duration_s or end_s - evidence.duration_s <= _OVERHANG_S:
        return ""
    return (
        f"its captions go on until {duration(end_s)}, and the video ends at {duration(evidence.duration_s)}"
    )


def examine_scc(content: bytes, base: Timebase = DROP_FRAME) -> Sidecar:
    """Decode the file as a television does. Codes are captions; text under the header is fake; neither is empty."""
    text = decode(content)[0].removeprefix(_MARK).replace("\0", "")
    rest = [line for line in lines_of(text) if line.strip()]
    if not rest or rest == [HEADER]:
        return Sidecar(state=SidecarState.EMPTY, reason="it has no captions in it", format="scc")
    if rest[0].strip() != HEADER:
        return Sidecar(state=SidecarState.FAKE, reason=f"its first line is not {HEADER}", format="scc")
    reading = read_scc(text, base)
    lines = len(rest) - 1
    bad_lines = len({fault.split(":")[0] for fault in reading.faults if "is not a code" in fault})
    bad_lines += sum("does not begin with a time" in fault for fault in reading.faults)
    if not reading.cues and bad_lines == 0:
        # Codes of another channel or language are somebody's captions, although CC1 shows nothing of them.
        return Sidecar(
            state=SidecarState.VALID if reading.has_text else SidecarState.EMPTY,
            reason=f"its codes show nothing on CC1{', but hold text' if reading.has_text else ''}",
            faults=reading.faults,
            format="scc",
        )
    if not reading.cues or bad_lines * 2 > lines:
        return Sidecar(
            state=SidecarState.FAKE,
            reason=f"{bad_lines} of its {lines} lines are not caption codes",
            faults=reading.faults,
            format="scc",
        )
    return Sidecar(
        state=SidecarState.VALID,
        reason=_count(reading.cues),
        cues=reading.cues,
        faults=reading.faults,
        format="scc",
    )
