"""The log: what a line carries, what never gets in, and that it never stops the program."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest

from vodstudio import logs

log = logging.getLogger("vodstudio.test")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    level = root.level
    keeping = logs.start(tmp_path / "logs")
    yield tmp_path / "logs"
    keeping.stop()
    root.setLevel(level)


def lines(folder: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (folder / "vodstudio.jsonl").read_text().splitlines()]


def test_a_line_carries_job_step_and_city(folder: Path) -> None:
    with logs.about(job="j1", city="grant"), logs.about(step="encode"):
        log.info("began %s", "well")
    log.info("outside")
    inside, outside = lines(folder)
    assert (inside["job"], inside["step"], inside["city"]) == ("j1", "encode", "grant")
    assert (inside["message"], inside["level"]) == ("began well", "info")
    assert inside["at"].endswith("+00:00")
    assert "job" not in outside
    assert [line["message"] for line in logs.lines_of_job(folder, "j1")] == ["began well"]


def test_i10_a_line_end_in_a_title_stays_in_its_line(folder: Path) -> None:
    log.info("title %s", "x\n2026 ERROR forged\r\u2028\x1b[31m")
    assert len((folder / "vodstudio.jsonl").read_bytes().splitlines()) == 1
    assert "\x1b" not in (folder / "vodstudio.jsonl").read_text()


CANARY = "canary-8Gd2kq"


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Basic {CANARY}",
        f"headers={{'authorization': 'Bearer {CANARY}'}}",
        f"password={CANARY}&x=1",
        f'{{"password": "{CANARY}"}}',
        f"https://user:{CANARY}@example.org/x",
        f"GET /x?token={CANARY}",
        f"Cookie: session={CANARY}",
        f"api_key: {CANARY}",
    ],
)
def test_i03_a_secret_in_a_known_place_is_hidden(text: str) -> None:
    assert CANARY not in logs.redact(text)
    assert logs.HIDDEN in logs.redact(text)


def test_i03_a_secret_that_was_read_is_hidden_everywhere(folder: Path) -> None:
    logs.hide("plain-canary-1")
    try:
        int("plain-canary-1")
    except ValueError:
        log.info("says plain-canary-1", exc_info=True, extra={"job": "j9"})
    assert "plain-canary-1" not in "".join(p.read_text() for p in folder.rglob("*.jsonl"))


def test_plain_words_stay() -> None:
    text = "The secretary asked for a token of thanks: https://example.org/a?b=c"
    assert logs.redact(text) == text


def test_h15_a_folder_that_cannot_be_written_never_stops_us(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logs").write_text("a file")
    root = logging.getLogger()
    level = root.level
    keeping = logs.start(tmp_path / "logs")
    assert not keeping.is_written
    log.info("still here")
    keeping.stop()
    root.setLevel(level)
    assert "goes on without it" in capsys.readouterr().err


def test_h15_a_log_that_breaks_later_says_so_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    handler = next(h for h in logging.getLogger().handlers if isinstance(h, RotatingFileHandler))
    assert handler.stream
    handler.stream.close()
    log.info("one")
    log.info("two")
    assert capsys.readouterr().err.count("cannot be written") == 1
    handler.stream = (folder / "other").open("a", encoding="ascii")


def test_h15_all_logs_together_stay_below_100_mb() -> None:
    jobs_bytes = logs.JOB_FILES_BYTES + logs.JOB_FILE_BYTES
    assert logs.FILE_BYTES * logs.FILES + 2 * logs.ASIDE_BYTES + jobs_bytes <= 100_000_000


def test_who_works_beside_the_owner_has_a_log_of_its_own(tmp_path: Path) -> None:
    root = logging.getLogger()
    level = root.level
    keeping = logs.start(tmp_path, is_owner=False)
    log.info("beside", extra={"job": "j"})
    keeping.stop()
    root.setLevel(level)
    assert "beside" in (tmp_path / "aside.jsonl").read_text()
    assert not (tmp_path / "vodstudio.jsonl").exists()


def test_h15_old_job_files_go_first(tmp_path: Path) -> None:
    jobs = tmp_path / "jobs"
    jobs.mkdir()
    for number in range(4):
        (jobs / f"{number}.jsonl").write_text("x" * 100)
        os.utime(jobs / f"{number}.jsonl", (number, number))
    keeping = logs.start(tmp_path, job_files_bytes=250)
    keeping.stop()
    assert sorted(p.name for p in jobs.iterdir()) == ["2.jsonl", "3.jsonl"]


def test_a_bad_format_is_still_logged() -> None:
    record = logging.LogRecord("x", logging.INFO, "f.py", 1, "%d files", ("many",), None)
    assert "many" in json.loads(logs.JsonLines().format(record))["message"]
