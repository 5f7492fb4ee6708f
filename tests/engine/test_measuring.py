"""Measured accuracy: three minutes, confirmed one by one, kept at once, and told with what they rest on."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.captions.fakes import MemoryContext, inputs_for
from tests.engine.kit import STATION, AsThePreset
from tests.store.kit import add, job_id, recording, run_until
from vodstudio.captions.check import CHECK_JSON
from vodstudio.captions.transcript import Transcript, Word, transcript_to_json
from vodstudio.core.clock import SystemClock
from vodstudio.core.errors import Conflict, NotFound
from vodstudio.core.files import sha256_of
from vodstudio.core.jobs import JobId, StepKind, StopReason
from vodstudio.core.measured import NOT_MEASURED
from vodstudio.core.station import CityId
from vodstudio.core.transcripts import OPERATOR, SPEECH, TranscriptVersion, transcript_id
from vodstudio.services.cities import Cities
from vodstudio.services.jobs import JobControl
from vodstudio.services.measuring import Measuring
from vodstudio.services.shapes import card_shape
from vodstudio.services.trail import words_of
from vodstudio.services.transcripts import Transcripts
from vodstudio.store.store import SqliteStore
from vodstudio.workers.captions import CHECK_HTML, make_captions

Run = Callable[[Coroutine[Any, Any, Any]], Any]
GRANT = CityId("grant")


@dataclass
class Bench:
    """The service over a real store."""

    service: Measuring
    transcripts: Transcripts
    store: Any
    folder: Path

    def hear(self, transcript: Transcript) -> TranscriptVersion:
        """The model's words of the recording, chosen as the speech step leaves them."""
        of, path = recording(1), self.folder / f"{len(list(self.folder.iterdir()))}.json"
        path.write_text(transcript_to_json(transcript), "utf-8")
        sha256 = sha256_of(path)
        version = TranscriptVersion(
            id=transcript_id(of.fingerprint, sha256),
            recording_id=of.id,
            parent_id=None,
            path=path,
            sha256=sha256,
            author=SPEECH,
            is_chosen=True,
            made_at=SystemClock().now(),
        )
        self.store.call(lambda unit: unit.transcripts.add(version))
        return version

    def cities(self) -> Cities:
        return Cities(STATION, self.store, SystemClock(), None, AsThePreset())  # type: ignore[arg-type]


class Lanes:
    def wake(self) -> None:
        raise AssertionError("measuring changes no job")

    def stop(self, job_id: JobId, reason: StopReason) -> None:
        raise AssertionError("nothing runs here")


@pytest.fixture
def bench(tmp_path: Path) -> Any:
    store = SqliteStore(tmp_path / "vodstudio.db")
    store.open()
    folder = tmp_path / "words"
    folder.mkdir()
    surroundings = (store, SystemClock(), lambda event: None, Lanes())
    transcripts = Transcripts(*surroundings, tmp_path / "transcripts")
    jobs = JobControl(*surroundings, tmp_path / "work", lambda key: None)  # type: ignore[arg-type, misc]
    add(store, 1, "grant")
    yield Bench(Measuring(store, SystemClock(), jobs, transcripts), transcripts, store, folder)
    store.close()


def meeting(length_s: float = 1800.0) -> Transcript:
    """Somebody says a word a second, all the time."""
    words = tuple(Word(text=f" w{at}", start=at + 0.1, end=at + 0.6) for at in range(int(length_s)))
    return Transcript(
        language="en",
        duration=length_s,
        words=words,
        regions=((0.0, length_s),),
        model="small.en",
        author=SPEECH,
    )


def test_three_minutes_are_confirmed_and_the_city_is_measured(run: Run, bench: Bench) -> None:
    bench.hear(meeting())
    now = run(bench.service.begin(job_id(1)))
    assert (len(now.minutes), now.next_place, now.found) == (3, 0, None)
    assert all(minute.heard.split()[0] == f"w{minute.start_s:.0f}" for minute in now.minutes)
    assert [minute.start_s for minute in run(bench.service.begin(job_id(1))).minutes] == [
        minute.start_s for minute in now.minutes
    ]
    wrong = now.minutes[0].heard.split()
    wrong[3:5] = ["other"]
    now = run(bench.service.keep(now, 0, " ".join(wrong)))
    assert (now.next_place, now.minutes[0].found.errors) == (1, 2)
    now = run(bench.service.keep(now, 1, now.minutes[1].heard))
    assert run(bench.service.of_city(GRANT, "small.en")) is None, "half a measurement says nothing"
    now = run(bench.service.keep(now, 2, now.minutes[2].heard))
    assert (now.next_place, now.found.words, now.found.errors) == (3, 179, 2)
    told = run(bench.service.of_city(GRANT, "small.en"))
    assert (told.words, told.errors, told.samples) == (179, 2, 3)
    assert run(bench.service.of_city(GRANT, "tiny")) is None
    assert run(bench.service.of_city(None, "small.en")) is None
    (note,) = bench.store.call(lambda unit: unit.notes.audit_of(job_id(1), 9))
    assert words_of(note) == "the words of small.en were measured: 2 of 179 differ"


def test_half_done_goes_on_another_day(run: Run, bench: Bench) -> None:
    bench.hear(meeting())
    now = run(bench.service.begin(job_id(1)))
    run(bench.service.keep(now, 1, "only this was said"))
    later = run(bench.service.begin(job_id(1)))
    assert (later.next_place, later.minutes[1].kept) == (0, "only this was said")
    assert later.minutes[1].found.invented + later.minutes[1].found.changed == 60
    assert later.minutes[0].found is None


def test_an_empty_minute_is_not_confirmed(run: Run, bench: Bench) -> None:
    bench.hear(meeting())
    now = run(bench.service.begin(job_id(1)))
    with pytest.raises(Conflict, match="no words"):
        run(bench.service.keep(now, 0, " \n"))
    assert run(bench.service.begin(job_id(1))).next_place == 0


def test_what_is_measured_are_the_words_of_the_model(run: Run, bench: Bench) -> None:
    """A person's corrections in the review are no words of the model."""
    version = bench.hear(meeting())
    better = replace(meeting(), words=(Word(text=" better", start=0.0, end=1.0),), author=OPERATOR)
    run(bench.transcripts.save_version(recording(1), version, better))
    assert run(bench.service.begin(job_id(1))).minutes[0].heard.startswith("w")


def test_without_words_or_without_a_voice_nothing_can_be_measured(run: Run, bench: Bench) -> None:
    with pytest.raises(NotFound, match="no heard words"):
        run(bench.service.begin(job_id(1)))
    bench.hear(replace(meeting(), regions=()))
    with pytest.raises(NotFound, match="Nothing is said"):
        run(bench.service.begin(job_id(1)))


def measured_city(run: Run, bench: Bench) -> None:
    bench.hear(meeting())
    now = run(bench.service.begin(job_id(1)))
    for place, minute in enumerate(now.minutes):
        now = run(bench.service.keep(now, place, minute.heard))


def test_the_card_of_the_city_has_the_figure(run: Run, bench: Bench) -> None:
    assert all(card.measured == () for card in run(bench.cities().cards()))
    measured_city(run, bench)
    card = next(card for card in run(bench.cities().cards()) if card.city_id == GRANT)
    (found,) = card.measured
    assert found.sentence.startswith("100.0 % of 180 words in 3 samples, ")
    shape = card_shape(card, {})
    assert shape["measured"] == [found.to_json()]


@pytest.mark.parametrize(("kind", "told"), [(StepKind.SPEECH, []), (StepKind.CAPTIONS, [180])])
def test_the_captions_step_alone_is_told_what_is_measured(
    run: Run, bench: Bench, kind: StepKind, told: list[int]
) -> None:
    measured_city(run, bench)
    claimed = run_until(bench.store, kind)
    assert [each.words for each in claimed.inputs.measured] == told


def test_the_check_report_says_it_and_never_invents_it(tmp_path: Path, run: Run, bench: Bench) -> None:
    told = Transcript(
        language="en",
        duration=20.0,
        words=(Word(text=" Aye.", start=2.0, end=3.0),),
        model="small.en",
        author=SPEECH,
    )
    for name in ("without", "with"):
        folder = tmp_path / name
        folder.mkdir()
        inputs = inputs_for(folder, told)
        if name == "with":
            measured_city(run, bench)
            inputs = replace(inputs, measured=bench.store.call(lambda unit: unit.samples.measured(GRANT)))
        make_captions(MemoryContext(folder), inputs)
        page = (folder / CHECK_HTML).read_text("utf-8")
        body = json.loads((folder / CHECK_JSON).read_text("utf-8"))
        if name == "without":
            assert f"<dd>{NOT_MEASURED}</dd>" in page
            assert body["measured"] is None
        else:
            assert "<dd>100.0 % of 180 words in 3 samples, " in page
            assert body["measured"]["words"] == 180
