"""What the audit trail says of a job, in words for people: who let what happen, and what took whose place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePath

from vodstudio.core.rows import AuditNote

Body = Mapping[str, object]


def _published(body: Body) -> str:
    captions = "with captions" if body.get("has_captions") else "without captions"
    return f"published as show {body.get('show_id')} on {body.get('server')}, {captions}"


def _replaced(body: Body) -> str:
    name, reason = PurePath(str(body.get("path"))).name, body.get("reason")
    is_false = body.get("state", "fake") in ("fake", "empty")
    why = (
        (f": it was no captions ({reason})" if is_false else f": a person allowed it ({reason})")
        if reason
        else ""
    )
    kept = f" as {body['kept']}" if body.get("kept") else ""
    return f"{name} on the server was replaced, and what it held is kept{kept}{why}"


_WORDS: Mapping[str, Callable[[Body], str]] = {
    "approved": lambda _: "approved: a person let it be published",
    "approved.replacing": lambda _: (
        "approved: a person lets our captions take the place of those on the server"
    ),
    "published": _published,
    "sidecar.replaced": _replaced,
    "jobs.removed": lambda _: "removed from the queue",
    "jobs.put-back": lambda _: "put back into the queue",
    "accuracy.measured": lambda body: (
        f"the words of {body.get('model')} were measured: {body.get('errors')} of {body.get('words')} differ"
    ),
    "captions.again": lambda _: "captions asked for again, of the chosen words",
}


def words_of(note: AuditNote) -> str:
    """One note for people; what has no words yet is told by its name."""
    say = _WORDS.get(note.what)
    return say(note.body) if say else note.what.replace(".", " ").replace("-", " ")
