"""The audit trail in the words of people, on the page of a job and on the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from tests.conftest import Run as Go
from tests.engine.kit import engine
from vodstudio.core.jobs import JobId, JobState, Json
from vodstudio.core.rows import TRAIL, AuditNote
from vodstudio.services.monitoring import Monitoring
from vodstudio.services.shapes import trail_shape
from vodstudio.services.trail import words_of

NOW = datetime(2026, 3, 1, 18, 0, tzinfo=UTC)


def note(what: str, body: Json | None = None) -> AuditNote:
    return AuditNote(at=NOW, what=what, body=body or {})


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (note("approved"), "approved: a person let it be published"),
        (
            note("published", {"show_id": 7, "server": "main", "has_captions": True}),
            "published as show 7 on main, with captions",
        ),
        (
            note("published", {"show_id": 7, "server": "main", "has_captions": False}),
            "published as show 7 on main, without captions",
        ),
        (
            note("sidecar.replaced", {"path": "/mnt/flex/7-1-Council.scc", "reason": "text under a header"}),
            "7-1-Council.scc on the server was replaced, and what it held is kept: "
            "it was no captions (text under a header)",
        ),
        (
            note("sidecar.replaced", {"path": "/mnt/flex/7-1-Council.scc"}),
            "7-1-Council.scc on the server was replaced, and what it held is kept",
        ),
        (
            note(
                "sidecar.replaced",
                {
                    "path": "/mnt/flex/7-1.scc",
                    "reason": "it shows 2 captions",
                    "state": "valid",
                    "kept": "/k/7-1.scc",
                },
            ),
            "7-1.scc on the server was replaced, and what it held is kept as /k/7-1.scc: "
            "a person allowed it (it shows 2 captions)",
        ),
        (
            note("approved.replacing"),
            "approved: a person lets our captions take the place of those on the server",
        ),
        (note("jobs.removed"), "removed from the queue"),
        (note("jobs.put-back"), "put back into the queue"),
        (note("captions.again"), "captions asked for again, of the chosen words"),
        (note("thing.not-known.here"), "thing not known here"),
    ],
)
def test_each_note_is_said_in_words(told: AuditNote, words: str) -> None:
    assert words_of(told) == words
    assert trail_shape([told]) == [
        {"at": "2026-03-01T18:00:00+00:00", "what": told.what, "text": words},
    ]


def test_a_job_that_was_taken_out_and_put_back_says_so_on_its_page(tmp_path: Path, run: Go[None]) -> None:
    async def scenario() -> None:
        async with engine(tmp_path) as it:
            (job_id,) = await it.add("Grant.mp4")
            await it.until_state(JobState.DONE, job_id)
            (other,) = await it.add("Oakdale.mp4")
            await it.until_state(JobState.DONE, other)
            await it.jobs.removing.put_back(await it.jobs.removing.take_out([job_id]))
            story = await Monitoring(it.store, it.clock, _no_checks).story(job_id)
            trail = [line.text for line in story if line.where == TRAIL]
            assert sorted(trail) == ["put back into the queue", "removed from the queue"]
            assert any("done" in line.text for line in story if line.where != TRAIL)
            assert await Monitoring(it.store, it.clock, _no_checks).story(cast("JobId", "nobody")) == []

    run(scenario())


async def _no_checks() -> tuple[()]:
    return ()
