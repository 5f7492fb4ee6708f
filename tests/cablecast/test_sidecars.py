"""A sidecar that lies there already: judged, kept, asked about; and the name that joins it to its video."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.cablecast.conftest import Run, Studio
from tests.cablecast.fakes import CUES, Died, FakeContext, inputs_for, made_captions, output_of, tiny_movie
from tests.cablecast.test_publishing import published
from vodstudio.cablecast.transfer import ContentDriveFiles
from vodstudio.captions.cue import Cue
from vodstudio.captions.scc import write_scc
from vodstudio.captions.segment import NTSC
from vodstudio.captions.timecode import timebase_for
from vodstudio.captions.transcript import Transcript, Word, transcript_to_json
from vodstudio.core.approval import HAS_CAPTIONS, MAY_REPLACE, waits_for_a_yes
from vodstudio.core.errors import Conflict, NotFound, TryLater, problem_of
from vodstudio.core.jobs import Inputs, PlanKind, StepKind
from vodstudio.demo.simulator_seed import FIRST_SHOW
from vodstudio.services import sidecars
from vodstudio.services.publishing import Publishing

FAKE = b"Scenarist_SCC V1.0\r\n\r\nThe council will come to order.\r\n"
HEADER_ALONE = b"Scenarist_SCC V1.0\r\n\r\n"
THEIRS = write_scc(CUES[1:]).text.encode()
LONG_S = 1200.0


@dataclass
class Shelf:
    """One recording of a content drive, with what is to be put beside it."""

    studio: Studio
    context: FakeContext
    inputs: Inputs
    run: Run[Any]

    @property
    def video(self) -> Path:
        return self.inputs.recording.path

    @property
    def sidecar(self) -> Path:
        return self.video.with_suffix(".scc")

    @property
    def ours(self) -> bytes:
        return self.inputs.outputs["scc"].path.read_bytes()

    @property
    def kept(self) -> list[tuple[str, bytes]]:
        folder = self.studio.publishing.replaced
        return sorted((path.name, path.read_bytes()) for path in folder.rglob("*") if path.is_file())

    @property
    def trail(self) -> list[str]:
        return [what for what, _ in self.studio.notebook.trail]

    def publish(self) -> Any:
        return self.run(published(self.studio, self.context, self.inputs))

    def asked(self) -> Conflict:
        """What a person is told."""
        with pytest.raises(Conflict) as told:
            self.publish()
        assert told.value.code == HAS_CAPTIONS
        assert waits_for_a_yes(problem_of(told.value))
        return told.value

    def say_yes(self) -> None:
        self.studio.clock.advance(1.0)
        self.run(self.context.checkpoint(f"{MAY_REPLACE}{self.studio.clock.now().isoformat()}", {}))


@pytest.fixture
def shelf(studio: Studio, tmp_path: Path, run: Run[Any]) -> Shelf:
    path = tiny_movie(studio.drive / f"{FIRST_SHOW + 2}-1-Birchwood Council Me.mp4", 30.2)
    inputs = inputs_for(
        tmp_path / "made", plan=PlanKind.CAPTION_IN_PLACE, path=path, show_number=FIRST_SHOW + 2
    )
    return Shelf(studio, FakeContext(tmp_path / "work", studio.clock), inputs, run)


def heard(shelf: Shelf, words: Sequence[Word]) -> None:
    """The recording is longer, and these words were heard in it."""
    path = shelf.context.work_folder / "words.json"
    path.write_text(transcript_to_json(Transcript(language="en", duration=LONG_S, words=tuple(words))))
    recording = replace(shelf.inputs.recording, duration_s=LONG_S)
    outputs = {**shelf.inputs.outputs, "words": output_of("words", path)}
    facts = {**shelf.inputs.facts, StepKind.PROBE: {"duration_s": LONG_S}}
    shelf.inputs = replace(shelf.inputs, recording=recording, outputs=outputs, facts=facts)


def words_of(cues: Sequence[Cue]) -> list[Word]:
    return [
        Word(text=f" {text}", start=cue.start_s + 0.3 * place, end=cue.start_s + 0.3 * place + 0.25)
        for cue in cues
        for place, text in enumerate(cue.text.split())
    ]


def speech_about(what: str, *, later_s: float = 0.0) -> list[Cue]:
    """A caption every eight seconds, none like another."""
    return [
        Cue(
            start_s=8.0 * number + later_s,
            end_s=8.0 * number + 3.0 + later_s,
            lines=(f"{what} {number} {what} is", f"{what} {number + 1} before {what}"),
        )
        for number in range(1, 100)
    ]


@pytest.mark.parametrize("content", [FAKE, HEADER_ALONE], ids=["fake", "empty"])
def test_a_false_sidecar_makes_room_and_is_kept_for_good(shelf: Shelf, content: bytes) -> None:
    """The copy does not lie with the job, whose folder goes with it, and the audit trail names it."""
    shelf.sidecar.write_bytes(content)
    result = shelf.publish()
    assert shelf.sidecar.read_bytes() == shelf.ours
    assert shelf.kept == [(shelf.sidecar.name, content)]
    assert shelf.trail == ["sidecar.replaced", "published"]
    _, note = shelf.studio.notebook.trail[0]
    assert Path(str(note["kept"])).read_bytes() == content
    assert note["path"] == str(shelf.sidecar)
    (output,) = result.outputs
    assert output.path.read_bytes() == content
    assert not output.path.is_relative_to(shelf.context.work_folder)
    assert result.note.endswith("is kept")


def test_a_blank_sidecar_is_worth_no_copy(shelf: Shelf) -> None:
    shelf.sidecar.write_bytes(b" \r\n")
    result = shelf.publish()
    assert shelf.sidecar.read_bytes() == shelf.ours
    assert (shelf.kept, shelf.trail, result.outputs) == ([], ["published"], ())


def test_our_own_of_another_day_makes_room_without_a_word(shelf: Shelf, tmp_path: Path) -> None:
    shelf.publish()
    better = made_captions(tmp_path / "better", CUES[:2])
    shelf.inputs = replace(shelf.inputs, outputs=better)
    shelf.context = FakeContext(tmp_path / "work2", shelf.studio.clock)
    shelf.publish()
    assert shelf.sidecar.read_bytes() == better["scc"].path.read_bytes()
    assert (shelf.kept, shelf.trail) == ([], ["published", "published"])


def test_captions_of_others_are_replaced_when_a_person_says_so_and_not_by_another_try(shelf: Shelf) -> None:
    shelf.sidecar.write_bytes(THEIRS)
    for _ in range(2):
        told = shelf.asked()
        assert shelf.sidecar.read_bytes() == THEIRS
    assert told.title == f"{shelf.sidecar.name} holds captions that somebody else made: it shows 2 captions"
    assert "vodstudio approve 5f6a0c1e" in told.hint
    assert "They were not touched" in told.hint
    assert (shelf.kept, shelf.trail) == ([], [])
    shelf.say_yes()
    result = shelf.publish()
    assert shelf.sidecar.read_bytes() == shelf.ours
    assert shelf.kept == [(shelf.sidecar.name, THEIRS)]
    assert result.note.endswith("is kept")


def test_a_yes_holds_for_what_was_asked_about_and_for_nothing_later(shelf: Shelf) -> None:
    other = write_scc(CUES[:1]).text.encode()
    shelf.say_yes()
    shelf.sidecar.write_bytes(THEIRS)
    shelf.asked()
    shelf.say_yes()
    shelf.sidecar.write_bytes(other)
    shelf.asked()
    assert shelf.sidecar.read_bytes() == other
    shelf.say_yes()
    shelf.publish()
    assert shelf.kept == [(shelf.sidecar.name, other)]


def test_captions_of_another_video_are_called_that_and_are_still_somebody_s_work(shelf: Shelf) -> None:
    heard(shelf, words_of(speech_about("ordinance")))
    theirs = write_scc(speech_about("snowfall")).text.encode()
    shelf.sidecar.write_bytes(theirs)
    told = shelf.asked()
    assert told.title.startswith(
        f"{shelf.sidecar.name} holds captions of another video: only 0% of its phrases"
    )
    assert shelf.sidecar.read_bytes() == theirs


def test_captions_that_come_late_are_told_as_late(shelf: Shelf) -> None:
    heard(shelf, words_of(speech_about("ordinance")))
    shelf.sidecar.write_bytes(write_scc(speech_about("ordinance", later_s=4.0)).text.encode())
    assert "its captions come 4.1 s too late" in shelf.asked().title


@pytest.mark.parametrize(("first_label", "is_late"), [("00:00:00:00", True), ("01:00:00:00", False)])
def test_an_hour_that_the_station_begins_with_is_no_delay(
    shelf: Shelf, first_label: str, is_late: bool
) -> None:
    heard(shelf, words_of(speech_about("ordinance")))
    hour = timebase_for(NTSC, first_label="01:00:00:00")
    shelf.sidecar.write_bytes(write_scc(speech_about("ordinance"), hour).text.encode())
    shelf.inputs = replace(shelf.inputs, preset=replace(shelf.inputs.preset, scc_first_label=first_label))
    assert ("too late" in shelf.asked().title) is is_late


def test_words_that_cannot_be_read_leave_the_question_to_a_person(shelf: Shelf) -> None:
    heard(shelf, words_of(speech_about("ordinance")))
    shelf.inputs.outputs["words"].path.write_text("{")
    shelf.sidecar.write_bytes(THEIRS)
    assert "captions that somebody else made" in shelf.asked().title


def test_what_is_too_large_to_be_kept_is_not_replaced(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sidecars, "LARGEST_SIDECAR_BYTES", 40)
    shelf.sidecar.write_bytes(FAKE)
    with pytest.raises(Conflict) as told:
        shelf.publish()
    assert told.value.code == "VS-SIDECAR-TOO-LARGE"
    assert shelf.sidecar.read_bytes() == FAKE


class _Restless(ContentDriveFiles):
    """A drive on which somebody saves captions while we judge what lies there."""

    def __init__(self) -> None:
        self.reads = 0

    async def read(self, path: Path, limit_bytes: int) -> bytes | None:
        self.reads += 1
        if self.reads == 2:
            await asyncio.to_thread(path.write_bytes, THEIRS)
        return await super().read(path, limit_bytes)


@pytest.mark.parametrize("before", [None, FAKE], ids=["nothing", "fake"])
def test_f09_captions_that_somebody_saves_meanwhile_are_not_written_over(
    shelf: Shelf, before: bytes | None
) -> None:
    if before is not None:
        shelf.sidecar.write_bytes(before)
    house: Publishing = replace(shelf.studio.publishing, content=_Restless())
    with pytest.raises(TryLater):
        shelf.run(house.publish(shelf.context, shelf.inputs))
    assert shelf.sidecar.read_bytes() == THEIRS
    shelf.asked()
    assert shelf.sidecar.read_bytes() == THEIRS


@pytest.mark.parametrize("key", ["replaced:", "sidecar", "vod", "file"])
def test_a_power_cut_while_it_is_replaced_loses_nothing(shelf: Shelf, key: str) -> None:
    shelf.sidecar.write_bytes(FAKE)
    shelf.context.die_before = key
    with pytest.raises(Died):
        shelf.publish()
    shelf.context.die_before = ""
    result = shelf.publish()
    assert shelf.sidecar.read_bytes() == shelf.ours
    assert shelf.kept == [(shelf.sidecar.name, FAKE)]
    assert [output.path.read_bytes() for output in result.outputs] == [FAKE]
    # The note may be there twice, and is never missing.
    assert shelf.trail.count("sidecar.replaced") == (2 if key == "replaced:" else 1)


def test_f06_captions_are_not_put_beside_a_video_that_has_another_name_now(shelf: Shelf) -> None:
    renamed = shelf.video.rename(shelf.video.with_name(f"{FIRST_SHOW + 2}-1-Council of Birchwood.mp4"))
    with pytest.raises(NotFound) as told:
        shelf.publish()
    assert told.value.code == "VS-VIDEO-RENAMED"
    assert f"It may be {renamed.name} now." in told.value.hint
    assert not shelf.sidecar.exists()
    renamed.rename(shelf.video)
    shelf.publish()
    assert shelf.sidecar.read_bytes() == shelf.ours


def test_f06_a_video_that_is_gone_is_not_looked_for_among_others(shelf: Shelf) -> None:
    shelf.video.unlink()
    with pytest.raises(NotFound) as told:
        shelf.publish()
    assert told.value.hint.startswith("Captions must have the name of their video.")


def test_f06_a_delivered_video_that_is_renamed_before_the_server_saw_it_is_not_sent_again(
    studio: Studio, tmp_path: Path, run: Run[Any]
) -> None:
    inputs, context = inputs_for(tmp_path / "made"), FakeContext(tmp_path / "work", studio.clock)
    context.die_before = "file"
    with pytest.raises(Died):
        run(studio.publishing.publish(context, inputs))
    context.die_before = ""
    (video,) = studio.drive.glob("*.mp4")
    video.rename(video.with_name(video.name.replace("Birchwood", "Oakdale")))
    with pytest.raises(Conflict) as told:
        run(published(studio, context, inputs))
    assert told.value.code == "VS-SHOW-HAS-FILE"
    assert len(list(studio.drive.glob("*.mp4"))) == 1
