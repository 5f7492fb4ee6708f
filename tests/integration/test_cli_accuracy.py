"""Measured accuracy on the command line: of a job it is kept for its city and model."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.conftest import Do
from vodstudio import cli
from vodstudio import cli_output as codes
from vodstudio.captions.transcript import Transcript, Word, transcript_to_json
from vodstudio.core.clock import SystemClock
from vodstudio.core.files import sha256_of
from vodstudio.core.jobs import JobId
from vodstudio.core.transcripts import SPEECH, TranscriptVersion, transcript_id
from vodstudio.paths import make, places
from vodstudio.store.store import SqliteStore


@pytest.fixture
def job(home: Path, tmp_path: Path, do: Do) -> str:
    """A recording of Grant that the model small.en has heard: a word a second for half an hour."""
    where = places({"VODSTUDIO_HOME": str(home)})
    make(where)
    where.station_file.write_text('[cities.grant]\nname = "Grant"\n', encoding="utf-8")
    path = tmp_path / "Grant City Council 03 04 2026.mp4"
    path.write_bytes(b"not a film, but it has content" * 100)
    job_id = str(do("import", str(path))[1]["added"][0]["id"])
    hear(where.database, tmp_path / "heard.json", JobId(job_id))
    return job_id


def hear(database: Path, path: Path, job_id: JobId) -> None:
    words = tuple(Word(text=f" w{at}", start=at + 0.1, end=at + 0.6) for at in range(1800))
    heard = Transcript(
        language="en", duration=1800.0, words=words, regions=((0.0, 1800.0),), model="small.en", author=SPEECH
    )
    path.write_text(transcript_to_json(heard), "utf-8")
    store = SqliteStore(database)
    store.open()
    try:
        job = store.call(lambda unit: unit.jobs.job(job_id))
        assert job is not None
        sha256 = sha256_of(path)
        version = TranscriptVersion(
            id=transcript_id(job.recording.fingerprint, sha256),
            recording_id=job.recording.id,
            parent_id=None,
            path=path,
            sha256=sha256,
            author=SPEECH,
            is_chosen=True,
            made_at=SystemClock().now(),
        )
        store.call(lambda unit: unit.transcripts.add(version))
    finally:
        store.close()


def test_a_job_is_measured_for_its_city(
    job: str, tmp_path: Path, do: Do, capsys: pytest.CaptureFixture[str]
) -> None:
    sample = tmp_path / "sample.txt"
    code, body = do("captions", "accuracy", "--job", job[:8], "--sample", str(sample))
    assert (code, body["measured"], body["city"], body["sample"]) == (codes.DONE, None, None, str(sample))
    assert (body["model"], len(body["minutes"])) == ("small.en", 3)
    sample.write_text(sample.read_text("utf-8").replace("\nw", "\nGood evening w", 1), "utf-8")
    code, body = do("captions", "accuracy", "--job", job[:8], str(sample))
    assert (code, body["measured"]["words"], body["measured"]["missing"]) == (codes.DONE, 182, 2)
    assert (body["city"]["words"], body["city"]["right_percent"]) == (182, 98.9)
    city = do("cities")[1]["cities"][0]
    assert city["measured"][0]["words"] == 182
    assert cli.main(["captions", "accuracy", "--job", job[:8]]) == codes.DONE
    told = capsys.readouterr().out
    assert "2 of 182 words that were checked differ" in told
    assert "Measured on this city with small.en: 98.9 % of 182 words in 3 samples" in told
    assert cli.main(["job", job[:8]]) == codes.DONE
    assert "the words of small.en were measured: 2 of 182 differ" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[0:00:01.0 to 0:01:01.0]\nGood evening\n", "VS-OTHER-SAMPLE"),
        ("Good evening", "VS-NO-SAMPLE"),
        ("", "VS-EMPTY-SAMPLE"),
    ],
)
def test_a_sample_that_cannot_be_used_keeps_nothing(
    job: str, tmp_path: Path, do: Do, text: str, code: str
) -> None:
    sample = tmp_path / "sample.txt"
    minutes = do("captions", "accuracy", "--job", job, "--sample", str(sample))[1]["minutes"]
    lines = sample.read_text("utf-8").splitlines()
    whole = "\n".join([*lines[:4], "", *lines[6:]])
    sample.write_text(text or whole, "utf-8")
    found, body = do("captions", "accuracy", "--job", job, str(sample))
    assert (found, body["error"]["code"]) == (codes.FAILED, code)
    after = do("captions", "accuracy", "--job", job)[1]
    assert (after["minutes"], after["measured"]) == (minutes, None)


def test_nothing_named_is_one_sentence(do: Do) -> None:
    code, body = do("captions", "accuracy")
    assert (code, body["error"]["code"]) == (codes.USAGE, "VS-USAGE")
