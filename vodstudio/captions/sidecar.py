"""Is an existing .scc file really captions? Text under a Scenarist header is not, and servers cannot read it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vodstudio.captions.cue import Cue
from vodstudio.captions.scc import HEADER, read_scc

_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


class SidecarState(StrEnum):
    """What a sidecar is worth."""

    VALID = "valid"
    FAKE = "fake"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """The verdict with its reason in words, and the cues that a television would show."""

    state: SidecarState
    reason: str
    cues: tuple[Cue, ...] = ()
    faults: tuple[str, ...] = ()


def examine_scc(content: bytes) -> Sidecar:
    """Decode the file as a television does. Codes are captions; text under the header is fake; neither is empty."""
    text = content.decode("utf-8", "replace").removeprefix(_MARK)
    rest = [line for line in text.replace("\0", "").splitlines() if line.strip()]
    if not rest or rest == [HEADER]:
        return Sidecar(state=SidecarState.EMPTY, reason="it has no captions in it")
    if rest[0].strip() != HEADER:
        return Sidecar(state=SidecarState.FAKE, reason=f"its first line is not {HEADER}")
    reading = read_scc(text)
    lines = len(rest) - 1
    bad_lines = len({fault.split(":")[0] for fault in reading.faults if "is not a code" in fault})
    bad_lines += sum("does not begin with a time" in fault for fault in reading.faults)
    if not reading.cues and bad_lines == 0:
        # Codes of another channel or language are somebody's captions, although CC1 shows nothing of them.
        return Sidecar(
            state=SidecarState.VALID if reading.has_text else SidecarState.EMPTY,
            reason=f"its codes show nothing on CC1{', but hold text' if reading.has_text else ''}",
            faults=reading.faults,
        )
    if not reading.cues or bad_lines * 2 > lines:
        return Sidecar(
            state=SidecarState.FAKE,
            reason=f"{bad_lines} of its {lines} lines are not caption codes",
            faults=reading.faults,
        )
    return Sidecar(
        state=SidecarState.VALID,
        reason=f"it shows {len(reading.cues)} captions",
        cues=reading.cues,
        faults=reading.faults,
    )
