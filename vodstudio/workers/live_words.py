"""Words as they are kept: told ten times a second at most, and those that wait are told with the next ones."""

from __future__ import annotations

from vodstudio.captions.passages import marks_in, passages_of, words_in
from vodstudio.core.events import WordsHeard
from vodstudio.core.jobs import Claim, Json
from vodstudio.core.ports import Emit
from vodstudio.core.transcripts import Passage

TELL_EVERY_S = 0.1


class LiveWords:
    """What one running step has heard and not told yet."""

    def __init__(self, claim: Claim, emit: Emit) -> None:
        self._claim = claim
        self._emit = emit
        self._waiting: list[Passage] = []
        self._device = ""
        self._told_at = float("-inf")

    def hear(self, body: Json) -> None:
        """A checkpoint was committed; if it carries words, they may be told."""
        self._waiting += passages_of(words_in(body), marks_in(body))
        self._device = str(body.get("device", self._device))

    def tell(self, now: float, *, is_end: bool = False) -> None:
        """Tell what waits, unless something was told just now; at the end in any case."""
        if not self._waiting or (now - self._told_at < TELL_EVERY_S and not is_end):
            return
        passages, self._waiting, self._told_at = tuple(self._waiting), [], now
        claim, device = self._claim, self._device
        self._emit(
            WordsHeard(job_id=claim.inputs.job_id, step_id=claim.step_id, passages=passages, device=device)
        )
