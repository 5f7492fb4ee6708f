"""Listening to a recording, to its end or while words are heard already: the regions of speech as they become known."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, cast

from vodstudio.core.errors import VodError
from vodstudio.core.jobs import Json
from vodstudio.workers.conversation import Conversation
from vodstudio.workers.listening import Listening, mels_of
from vodstudio.workers.sound_clock import SoundClock
from vodstudio.workers.source import steady
from vodstudio.workers.speech_job import LISTENING_SHARE, SpeechJob, SpeechTools
from vodstudio.workers.windows import SAMPLE_RATE

_LAST = "listened"


class Walking:
    """The listening child for the length of a block; an earlier attempt may have walked to the end already."""

    def __init__(self, tools: SpeechTools, job: SpeechJob) -> None:
        self._tools = tools
        self._job = job
        self._listening = Listening(
            context=job.context,
            spool=job.spool,
            vad=job.vad,
            mels=mels_of(job.model.folder),
            language=job.settings.language,
        )
        self._found = self._listening.known()
        self._open = contextlib.ExitStack()
        self._talk: Conversation | None = None
        self._forecast_s = tools.forecast_s(job.model, job.inputs)
        self.has_failed = False
        self.share = LISTENING_SHARE if self._found is not None else 0.0

    def __enter__(self) -> Walking:
        if self._found is None:
            with contextlib.ExitStack() as opening:
                source = opening.enter_context(steady(self._job.inputs.recording))
                request = self._listening.request(source)
                self._talk = opening.enter_context(self._tools.talk(request, self._job.context))
                self._open = opening.pop_all()
        return self

    def __exit__(self, *error: Any) -> None:
        self._open.__exit__(*error)

    def finish(self) -> None:
        """Wait for the end of the recording."""
        if self._talk is not None:
            for answer in self._talk.answers(_LAST):
                self._take(answer)
            self._end()

    def look(self) -> None:
        """Take what was found meanwhile."""
        if self._talk is not None:
            with self._noting():
                for answer in self._talk.ready(_LAST):
                    self._take(answer)
            if self.is_complete:
                self._end()

    @contextlib.contextmanager
    def _noting(self) -> Iterator[None]:
        """Whoever hears meanwhile must not take our failure for that of a device."""
        try:
            yield
        except VodError:
            self.has_failed = True
            raise

    def _take(self, answer: Json) -> None:
        self._listening.take(answer)
        if answer["event"] == _LAST:
            self._found = {name: value for name, value in answer.items() if name != "event"}
            self.has_failed = False
        self.share = LISTENING_SHARE
        duration_s = self._job.inputs.recording.duration_s
        if answer["event"] == "listening" and duration_s:
            self.share = min(1.0, cast(float, answer["at_s"]) / duration_s) * LISTENING_SHARE
            self._job.context.progress(self.share, note="listening", remaining_s=self._forecast_s)

    def _end(self) -> None:
        """The child is no longer needed, and the recording has to be what it was when we began."""
        self._talk = None
        self._open.close()

    @property
    def is_complete(self) -> bool:
        """Whether the whole recording was listened to."""
        return self._found is not None

    @property
    def found(self) -> Json:
        """What the whole recording gave."""
        assert self._found is not None
        return self._found

    @property
    def regions(self) -> Sequence[Sequence[int]]:
        """Where speech is, as far as that is known."""
        if self._found is not None:
            return cast(Sequence[Sequence[int]], self._found["regions"])
        return self._listening.regions

    @property
    def clock(self) -> SoundClock:
        """From time in the samples to time in the recording."""
        marks = self._listening.marks if self._found is None else self._found["marks"]
        return SoundClock(cast(Sequence[Sequence[float]], marks))

    @property
    def samples_s(self) -> float:
        """How long the samples last; endless until that is known."""
        return float("inf") if self._found is None else cast(int, self._found["samples"]) / SAMPLE_RATE

    @property
    def maximum(self) -> float | None:
        """The loudest feature, for windows whose features are cut at it."""
        return None if self._found is None else cast("float | None", self._found.get("maximum"))
