"""A real store with one job whose captions can be reviewed: real services, the real sample meeting, no fakes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from tests.conftest import ROOT
from tests.store.kit import add, claim, finish, job_id, recording, result_of
from tests.ui.stage import end_wait, gone
from vodstudio.captions.profile import BROADCAST_32
from vodstudio.captions.segment import Setting, segment
from vodstudio.captions.srt import write_srt
from vodstudio.captions.transcript import Transcript, Word
from vodstudio.core.clock import SystemClock
from vodstudio.core.errors import Problem
from vodstudio.core.events import Event
from vodstudio.core.files import sha256_of
from vodstudio.core.jobs import JobId, Output, StepKind, StepResult, StopReason
from vodstudio.core.ports import Done
from vodstudio.core.station import City, CityId, Lane
from vodstudio.core.transcripts import SPEECH
from vodstudio.core.vocabulary import Offer
from vodstudio.services.jobs import JobControl
from vodstudio.services.measuring import Measuring
from vodstudio.services.reviewing import Reviewing
from vodstudio.services.teaching import Teaching
from vodstudio.services.transcripts import Transcripts
from vodstudio.store.store import SqliteStore
from vodstudio.ui import theme as look
from vodstudio.ui.coroutines import Coroutines
from vodstudio.ui.review.reviews import Reviews
from vodstudio.ui.review.window import ReviewWindow

MEETING = ROOT / "resources" / "demo" / "meeting.mp4"
JOB = job_id(1)


def heard_words() -> tuple[Word, ...]:
    """The words of the sample meeting, each with its share of its sentence."""
    truth = json.loads(MEETING.with_suffix(".truth.json").read_text("utf-8"))
    words: list[Word] = []
    for sentence in truth["sentences"]:
        parts = sentence["text"].split()
        letters = sum(map(len, parts))
        at = sentence["start"]
        for part in parts:
            end = at + (sentence["end"] - sentence["start"]) * len(part) / letters
            words.append(Word(text=f" {part}", start=round(at, 3), end=round(end, 3), probability=0.9))
            at = end
    return tuple(words)


def heard(words: tuple[Word, ...] | None = None) -> Transcript:
    """What speech would have made of the sample meeting."""
    said = heard_words() if words is None else words
    truth = json.loads(MEETING.with_suffix(".truth.json").read_text("utf-8"))
    regions = tuple((each["start"], each["end"]) for each in truth["sentences"])
    duration = max(truth["duration"], said[-1].end + 5 if said else 0.0)
    return Transcript(
        language="en",
        duration=duration,
        words=said,
        regions=regions,
        run="heard",
        author=SPEECH,
        model="demo",
    )


class Silence:
    """No picture of the sound."""

    async def peaks(self, path: Path, name: str) -> tuple[bytes, float]:
        assert path
        return bytes(range(256)) * 25, 50.0


class Pupil:
    """A station with one city, and what it was taught."""

    def __init__(self) -> None:
        self.learnt: list[tuple[str, str, str]] = []

    def city_name(self, city_id: CityId | None) -> str:
        return "Maplewood" if city_id else ""

    def city(self, city_id: CityId | None) -> City | None:
        raise AssertionError("nothing is added here")

    def learn(self, city_id: CityId, offer: Offer) -> None:
        self.learnt.append((city_id, offer.heard, offer.written))


class ReviewStage:
    """Store, services and windows."""

    def __init__(self, app: QApplication, folder: Path, theme: look.Theme = look.LIGHT) -> None:
        app.setQuitOnLastWindowClosed(False)
        look.apply(app, theme)
        self.theme = theme
        self.told: list[Event | Problem] = []
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.store = SqliteStore(folder / "vodstudio.db")
        self.store.open()
        clock = SystemClock()
        self.jobs = JobControl(self.store, clock, self.told.append, self, folder / "work", self.look_again)
        self.transcripts = Transcripts(self.store, clock, self.told.append, self, folder / "transcripts")
        self.pupil = Pupil()
        self.house = QObject()
        self.coroutines = Coroutines(self.told.append)
        self.open_house()

    def open_house(self) -> None:
        """As at a start of the program: no window is open, what is on the disk is there."""
        self.reviewing = Reviewing(
            self.jobs,
            self.transcripts,
            self.folder / "reviews",
            Silence(),
            Teaching(self.store, self.pupil),
            Measuring(self.store, SystemClock(), self.jobs, self.transcripts),
        )
        self.reviews = Reviews(self.reviewing, self.coroutines, self.theme, SystemClock().now, self.house)

    async def fill(
        self,
        transcript: Transcript | None = None,
        *,
        video: Path = MEETING,
        facts: Mapping[str, object] | None = None,
        number: int = 1,
    ) -> None:
        """One job that is done; another `number` is another job of the same recording."""
        transcript = transcript or heard()
        meeting = recording(1, path=video, title="Maplewood City Council", size_bytes=1000)
        add(self.store, number, recording=meeting)
        if number == 1:
            await self.transcripts.save_version(meeting, None, transcript, SPEECH)
        shape = {"fps": "30000/1001", "duration_s": transcript.duration, **(facts or {})}
        while claims := [found for lane in Lane if (found := claim(self.store, lane))]:
            for claimed in claims:
                result = result_of(claimed.kind)
                if claimed.kind is StepKind.ENCODE:
                    out = Output(name="video", path=video, size_bytes=1, sha256="x", facts=shape)
                    result = StepResult(outputs=(out,))
                elif claimed.kind is StepKind.CAPTIONS:
                    result = StepResult(outputs=(self._captions(transcript),))
                assert finish(self.store, claimed, Done(result))

    def _captions(self, transcript: Transcript) -> Output:
        path = self.folder / "meeting.srt"
        cues = segment(transcript.words, BROADCAST_32, Setting(duration_s=transcript.duration)).cues
        path.write_bytes(write_srt(cues).encode())
        return Output(name="srt", path=path, size_bytes=path.stat().st_size, sha256=sha256_of(path))

    async def begin(self, job: JobId) -> None:
        """As the key does; what comes of it is seen later."""
        self.reviews.open(job)

    async def open(self, job: JobId = JOB) -> ReviewWindow:
        """The window of a job, shown and checked once."""
        self.reviews.open(job)
        await self.until(lambda: job in self.reviews.windows)
        window = self.reviews.windows[job]
        await self.until(lambda: window.isVisible())
        return window

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Let the loop run until this is so; the caller's time limit decides when it never is."""
        while not is_so():
            turned = asyncio.get_running_loop().create_future()
            QTimer.singleShot(5, self.house, partial(end_wait, turned))
            await turned

    async def settled(self, window: ReviewWindow) -> None:
        """What was changed is on the disk."""
        await self.until(lambda: window.editor.is_noted and not window.editor.is_busy)

    async def asked(self, window: ReviewWindow) -> QDialog:
        """The question that is open."""
        await self.until(lambda: _dialog(window) is not None)
        found = _dialog(window)
        assert found is not None
        return found

    async def crash(self, window: ReviewWindow) -> None:
        """The window is gone without a word, as after kill -9: nothing is asked, nothing is saved."""
        window.editor.stop()
        window.player.close()
        await window.coroutines.close()
        window.may_close = True
        window.gone.disconnect()
        window.close()
        await gone(window)
        self.open_house()

    async def close(self) -> None:
        """Leave nothing behind."""
        windows = list(self.reviews.windows.values())
        await self.reviews.close_all()
        await self.coroutines.close()
        for window in windows:
            await gone(window)
        self.store.close()

    async def look_again(self) -> None:
        """Nothing is held here."""

    def wake(self) -> None:
        """Nobody works here."""

    def stop(self, stopped: JobId, reason: StopReason) -> None:
        raise AssertionError("nothing runs here")


def _dialog(window: QWidget) -> QDialog | None:
    return next((each for each in window.findChildren(QDialog) if each.isVisible()), None)
