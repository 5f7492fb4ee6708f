"""Recordings without words, recordings that nobody can read, and models that cannot be used."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from tests.speech.conftest import made
from tests.speech.fakes import CHILD, MEETING, ROOT, VOICE, MemoryContext, inputs_of, with_card
from vodstudio.captions.transcript import read_transcript
from vodstudio.core.errors import BadMedia, Cancelled, ChildCrashed, Conflict, NeedsUser, NoModel, NotFound
from vodstudio.workers.endings import identity_of
from vodstudio.workers.model_file import prove
from vodstudio.workers.models import DEMO_VOICE, Shelf
from vodstudio.workers.speech import SpeechTools, hear


def test_c05_a_recording_without_sound_is_refused_by_name(
    tools: SpeechTools, context: MemoryContext, recordings: Path
) -> None:
    with pytest.raises(BadMedia) as refused:
        hear(tools, context, inputs_of(recordings / "mute.mkv", model=str(VOICE)))
    assert refused.value.code == "VS-NO-AUDIO"
    assert refused.value.title == "mute.mkv has no audio track"
    assert list(context.work_folder.iterdir()) == []


@pytest.mark.parametrize(
    ("fault", "name"),
    [("c10", "silence"), ("e09", "silence"), ("e10", "noise"), ("e10", "tone"), ("e10", "music")],
)
def test_c10_e09_e10_nobody_speaks_so_there_are_no_words(
    tools: SpeechTools, context: MemoryContext, recordings: Path, fault: str, name: str
) -> None:
    result = hear(tools, context, inputs_of(recordings / f"{name}.mkv", model=str(VOICE)))
    transcript = read_transcript(result.outputs[0].path)
    assert transcript.words == ()
    assert transcript.duration == pytest.approx(60.0, abs=0.1)
    assert result.note == "no speech found"
    assert result.facts["words"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("sound", ["anullsrc=r=16000:cl=mono", "anoisesrc=r=16000:amplitude=0.05:seed=3"])
def test_e09_e10_ten_minutes_without_a_word(
    tools: SpeechTools, context: MemoryContext, tmp_path: Path, sound: str
) -> None:
    recording = made(tmp_path / "long.wav", "-f", "lavfi", "-i", sound, "-t", "600")
    assert hear(tools, context, inputs_of(recording, model=str(VOICE))).facts["words"] == 0


@pytest.mark.parametrize("content", [b"this is a text, not a recording\n" * 400, bytes(range(256)) * 64])
def test_e21_what_is_no_recording_fails_in_the_child_alone(
    tools: SpeechTools, context: MemoryContext, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "meeting.mp4"
    path.write_bytes(content)
    with pytest.raises(BadMedia) as refused:
        hear(tools, context, inputs_of(path, model=str(VOICE)))
    assert refused.value.code == "VS-NOT-MEDIA"
    assert list(context.work_folder.iterdir()) == []


def test_e21_neither_the_parent_nor_the_model_ever_opens_the_recording(tmp_path: Path) -> None:
    """Our side loads no decoder; a clean process tells."""
    code = textwrap.dedent("""
        import sys
        import vodstudio.workers.speech
        heavy = {"av", "numpy", "ctranslate2", "faster_whisper", "onnxruntime"} & set(sys.modules)
        sys.exit(", ".join(sorted(heavy)) or 0)
    """)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_e21_a_crash_of_the_listening_child_is_tried_again_and_said(
    tools: SpeechTools, context: MemoryContext
) -> None:
    crash = (sys.executable, "-c", "import os; input(); os.kill(os.getpid(), 11)")
    broken = SpeechTools(children=tools.children, shelf=tools.shelf, devices=tools.devices, command=crash)
    with pytest.raises(ChildCrashed) as crashed:
        hear(broken, context, inputs_of(MEETING, model=DEMO_VOICE))
    assert "exit status -11" in crashed.value.detail


def test_b28_a_recording_that_changes_while_it_is_read_is_refused(
    tools: SpeechTools, context: MemoryContext, tmp_path: Path
) -> None:
    path = shutil.copyfile(MEETING, tmp_path / "meeting.mp4")
    inputs = inputs_of(path, model=str(VOICE))
    with path.open("ab") as file:
        file.write(b"more")
    with pytest.raises(Conflict):
        hear(tools, context, inputs)


def test_a_recording_that_is_gone_is_said(tools: SpeechTools, context: MemoryContext, tmp_path: Path) -> None:
    path = shutil.copyfile(MEETING, tmp_path / "meeting.mp4")
    inputs = inputs_of(path, model=str(VOICE))
    path.unlink()
    with pytest.raises(NotFound):
        hear(tools, context, inputs)


def test_e04_without_a_model_the_job_waits_and_says_how_to_get_one(
    tools: SpeechTools, context: MemoryContext, recordings: Path
) -> None:
    for model in ("", DEMO_VOICE):
        with pytest.raises(NoModel) as held:
            hear(tools, context, inputs_of(recordings / "tone.mkv", model=model))
        assert held.value.title == "No speech model"
        assert held.value.condition == "model:any"
        assert str(tools.shelf.folder) in held.value.hint
    with pytest.raises(NoModel) as named:
        hear(tools, context, inputs_of(recordings / "tone.mkv", model="large-v3"))
    assert named.value.condition == "model:large-v3"


@pytest.fixture
def copy(shelf: Shelf) -> Path:
    """A model of one's own on the shelf, without checksums."""
    folder = shelf.folder / "mine"
    shutil.copytree(VOICE, folder)
    (folder / "SHA256SUMS").unlink()
    return folder


def test_e05_a_truncated_model_is_a_clear_error(
    tools: SpeechTools, context: MemoryContext, copy: Path
) -> None:
    weights = copy / "model.bin"
    os.truncate(weights, weights.stat().st_size // 2)
    with pytest.raises(NoModel) as held:
        hear(tools, context, inputs_of(MEETING, model="mine"))
    assert held.value.code == "VS-MODEL-INCOMPLETE"
    assert held.value.condition == "model:mine"
    assert str(copy) in held.value.detail
    assert not tools.shelf.has("mine")
    shutil.copyfile(VOICE / "model.bin", weights)
    assert tools.shelf.has("mine")


@pytest.mark.parametrize("script", ["", "driver"])
@pytest.mark.parametrize("when", ["listened", "window:"])
def test_e04_a_model_that_goes_away_is_waited_for_and_no_card_is_blamed(
    tools: SpeechTools, context: MemoryContext, copy: Path, when: str, script: str
) -> None:
    """Its disk is pulled out while the recording is listened to, or while words are heard."""
    aside = copy.with_name("aside")

    def pulled(key: str) -> None:
        if key.startswith(when) and copy.exists():
            copy.rename(aside)

    context.on_checkpoint = pulled
    working = with_card(tools, script) if script else tools
    inputs = inputs_of(MEETING, model="mine", engine="sequential")
    if script == "" and when == "window:":  # what is loaded already needs no disk
        assert hear(working, context, inputs).facts["words"]
        return
    with pytest.raises(NoModel) as held:
        hear(working, context, inputs)
    assert (held.value.code, held.value.condition) == ("VS-MODEL-AWAY", "model:mine")
    assert not tools.shelf.has("mine")
    aside.rename(copy)
    assert tools.shelf.has("mine")
    context.on_checkpoint = lambda key: None
    if script:
        assert working.devices.choose(copy, "default", context.check).is_card
    assert hear(working, context, inputs).facts["words"]


def test_a_trial_without_its_model_says_nothing_about_the_card(
    tools: SpeechTools, context: MemoryContext, copy: Path
) -> None:
    devices = with_card(tools, "trial-dies").devices
    copy.rename(copy.with_name("aside"))
    with pytest.raises(ChildCrashed):
        devices.choose(copy, "default", context.check)
    copy.with_name("aside").rename(copy)
    assert devices.choose(copy, "default", context.check).has_lost_card


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
def test_e05_a_file_of_the_model_is_missing(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(NeedsUser) as broken:
        prove(copy)
    assert broken.value.code == ("VS-NO-MODEL-HERE" if name == "model.bin" else "VS-MODEL-BROKEN")
    assert name in f"{broken.value.title} {broken.value.detail}"


@pytest.mark.parametrize("content", [b"", b"PK", b"\x06\0\0\0\x0c\0GPT2ModelSpec\0" + bytes(99), bytes(4096)])
def test_e05_something_else_under_the_name_of_a_model(copy: Path, content: bytes) -> None:
    (copy / "model.bin").write_bytes(content)
    with pytest.raises(NeedsUser):
        prove(copy)


def test_e07_a_changed_byte_is_found_by_the_checksums(shelf: Shelf, tmp_path: Path) -> None:
    folder = tmp_path / "voice"
    shutil.copytree(VOICE, folder)
    prove(folder)
    with (folder / "model.bin").open("r+b") as file:
        file.seek(100_000)
        byte = file.read(1)
        file.seek(100_000)
        file.write(bytes([byte[0] ^ 1]))
    with pytest.raises(NeedsUser) as broken:
        prove(folder)
    assert "model.bin is not what SHA256SUMS says" in broken.value.detail


@pytest.mark.parametrize("name", ["large.pt", "weights.pkl", "weights.ckpt"])
def test_e07_files_that_can_carry_programs_are_never_opened(copy: Path, shelf: Shelf, name: str) -> None:
    (copy / name).write_bytes(b"x")
    with pytest.raises(NeedsUser) as refused:
        shelf.choose(inputs_of(MEETING, model="mine").preset.speech, inputs_of(MEETING).recording)
    assert refused.value.code == "VS-MODEL-UNSAFE"
    with pytest.raises(NeedsUser) as refused:
        shelf.choose(inputs_of(MEETING, model=str(copy / name)).preset.speech, inputs_of(MEETING).recording)
    assert refused.value.code == "VS-MODEL-UNSAFE"


def test_a_language_that_the_model_does_not_know_is_said(tools: SpeechTools, context: MemoryContext) -> None:
    with pytest.raises(NeedsUser) as refused:
        hear(tools, context, inputs_of(MEETING, model=DEMO_VOICE, language="es"))
    assert refused.value.code == "VS-MODEL-LANGUAGE"
    assert "a job keeps the preset that it began with" in refused.value.hint


def test_d_a_child_whose_input_closes_ends_by_itself() -> None:
    with subprocess.Popen(CHILD, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(20) == 0


def test_d_no_speech_child_outlives_its_parent(tmp_path: Path) -> None:
    """The parent is killed while the child waits for an acknowledgement that never comes."""
    code = textwrap.dedent("""
        import os, sys
        from pathlib import Path
        from tests.speech.fakes import CHILD, MEETING, VOICE, MemoryContext, inputs_of
        from vodstudio.workers.devices import Devices
        from vodstudio.workers.models import Shelf
        from vodstudio.workers.process import Children
        from vodstudio.workers.speech import SpeechTools, hear

        folder = Path(sys.argv[1])
        children = Children(folder / "run")
        shelf = Shelf(folder=folder, demo_voice=VOICE, sample_meeting=MEETING)
        tools = SpeechTools(
            children=children, shelf=shelf, devices=Devices(children, CHILD, lambda: False), command=CHILD
        )

        def die(key):
            if key.startswith("window:"):
                os.kill(os.getpid(), 9)

        hear(tools, MemoryContext(work_folder=folder, on_checkpoint=die), inputs_of(MEETING))
    """)
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    record = json.loads(next((tmp_path / "run").glob("child-*.json")).read_text())
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(record["pid"]).wait(3.0)
    assert identity_of(record["pid"]) != record["identity"]


def test_e16_a_cancel_does_not_wait_for_the_checksums_of_a_model(
    tools: SpeechTools, context: MemoryContext, copy: Path
) -> None:
    """Gigabytes on a slow disk take a minute; this one is damaged, and nobody gets so far as to see it."""
    (copy / "SHA256SUMS").write_text(f"{'0' * 64}  model.bin\n")
    context.is_cancelled = True
    with pytest.raises(Cancelled):
        hear(tools, context, inputs_of(MEETING, model=copy.name))
    assert copy.is_dir()
