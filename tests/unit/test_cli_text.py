"""What people read on a terminal."""

from __future__ import annotations

from typing import Any

from vodstudio.cli_parser import words
from vodstudio.cli_text import RENDER

ROW: dict[str, Any] = {
    "id": "a4fbd68f-9185", "title": "Grant\x1b[31m City Council", "path": "/a\nb.mp4", "city": "grant",
    "plan": "deliver", "state": "working", "current": "encode", "progress": 0.425, "why": "this city waited longest",
    "note": "", "error": None,
}  # fmt: skip
STORAGE = {"id": "flex1", "is_present": True, "free_bytes": 5_000_000_000, "problem": ""}
AWAY = {"id": "flex3", "is_present": False, "free_bytes": None, "problem": "it is not there"}


def said(word: str, body: dict[str, Any]) -> str:
    return "\n".join(RENDER[word](body))


def test_every_word_that_answers_has_words_for_it() -> None:
    assert words() - RENDER.keys() == {"work", "demo", "simulate-cablecast", "captions"}
    assert {f"captions {verb}" for verb in ("make", "check", "convert", "accuracy")} <= RENDER.keys()


def test_jobs_are_aligned_and_control_characters_are_not_printed() -> None:
    other = {
        **ROW,
        "id": "b0",
        "state": "held",
        "city": None,
        "current": None,
        "error": {"title": "flex3 is away"},
    }
    text = said("jobs", {"jobs": [ROW, other], "counts": {"held": 1, "done": 0}})
    first, second, counts = text.splitlines()
    assert "\x1b" not in text
    assert first.startswith("a4fbd68f  working  encode 42%")
    assert first.index("this city") == second.index("flex3 is away")
    assert counts == "1 held"
    assert said("jobs", {"jobs": [], "counts": {}}) == "No jobs."


def test_long_titles_are_cut() -> None:
    text = said("jobs", {"jobs": [{**ROW, "title": "x" * 200}]})
    assert "x" * 59 + "…" in text


def test_a_job_says_its_errors_and_files() -> None:
    error = {"code": "VS-BAD-MEDIA", "title": "Not a recording", "hint": "Look at it."}
    text = said(
        "job",
        {
            "id": "a4", "state": "needs-a-look", "city": None, "plan": "deliver", "preset": "council", "why": "",
            "recording": {"path": "/x.mp4"}, "outputs": {"video": "/y.mp4"},
            "trail": [{"at": "2026-03-01T18:00:00+00:00", "what": "approved", "text": "approved: a person"}],
            "steps": [{"kind": "probe", "state": "failed", "attempts": 2, "error": error}],
        },
    )  # fmt: skip
    assert "Not a recording (VS-BAD-MEDIA). Look at it." in text
    assert "not known" in text
    assert "/y.mp4" in text


def test_an_import_names_each_file() -> None:
    error = {"code": "VS-EMPTY-FILE", "title": "The file is empty", "hint": "Wait."}
    text = said(
        "import",
        {
            "added": [ROW],
            "known": [{"job": "b0b0b0b0b0", "path": "/k.mp4"}],
            "refused": [{"path": "/e.mp4", "error": error}],
        },
    )
    assert text.splitlines() == [
        "added    a4fbd68f  deliver  grant  /a b.mp4",
        "known    b0b0b0b0  /k.mp4 is in the queue already",
        "refused  /e.mp4: The file is empty (VS-EMPTY-FILE). Wait.",
    ]


def test_status_says_who_works_and_what_is_held() -> None:
    body = {
        "version": "1", "home": "/h", "owner": {"pid": 7, "started_at": "now"},
        "queue": {"is_paused": True, "stop_after_current": True}, "counts": {"held": 2, "done": 0},
        "held": [{"condition": "storage:flex3", "title": "", "steps": 2}], "working": [ROW],
    }  # fmt: skip
    text = said("status", body)
    for part in (
        "process 7",
        "paused",
        "stops after",
        "2 held",
        "held: storage:flex3 (2 steps)",
        "encode 42%",
    ):
        assert part in text
    alone = said("status", {**body, "owner": None, "counts": {}})
    assert "not running" in alone
    assert "no jobs" in alone


def test_cities_and_their_storages() -> None:
    city = {"id": "grant", "name": "Grant", "captioned_share": 0.5, "needs_a_look": 1, "storages": [STORAGE]}
    text = said("cities", {"cities": [city], "storages": [STORAGE, AWAY]})
    assert "50% captioned" in text
    assert "1 need a look" in text
    assert "flex1  there  5 GB free" in text
    assert "flex3  away   it is not there" in text
    assert "no city" in said("cities", {"cities": [], "storages": []})


def test_doctor_says_the_fix() -> None:
    checks = [
        {"verdict": "bad", "name": "Storage flex3", "text": "away", "fix": "Mount it."},
        {"verdict": "good", "name": "FFmpeg", "text": "6.1", "fix": ""},
    ]
    assert said("doctor", {"checks": checks}).splitlines() == [
        "BAD  Storage flex3  away  → Mount it.",
        "ok   FFmpeg         6.1",
    ]


def test_keeping_and_steps() -> None:
    assert "/b.db" in said("backup", {"backup": "/b.db"})
    assert said("restore", {"restored": "/b.db", "kept": None, "left_out": []}) == "restored /b.db"
    only = [{"id": "a4fbd68f-9", "title": "Grant", "state": "done"}]
    text = said("restore", {"restored": "/b.db", "kept": "/old", "left_out": only})
    assert "/old" in text
    assert "a4fbd68f  done  Grant" in text
    assert said("remove", {"removed": ["a"]}) == "1 removed"
    assert said("cleanup", {"removed": []}) == "Nothing to remove."
    assert said("step", {"kind": "probe", "note": "", "outputs": {"srt": "/s"}}) == "probe: done\n  srt  /s"
