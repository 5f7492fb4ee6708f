"""What the command line prints for people: a few aligned words a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from vodstudio.core.models import gigabytes
from vodstudio.core.wording import many

Body = Mapping[str, Any]
Render = Callable[[Body], Iterable[str]]
_SIGNS = {"good": "ok", "care": "look", "bad": "BAD", "off": "off"}
_WIDEST = 60
_MOST_LINES = 40


def table(rows: Sequence[Sequence[object]]) -> Iterable[str]:
    """Columns as wide as their longest cell; the last one may be as long as it is."""
    texts = [[_clean(cell) for cell in row] for row in rows]
    widths = [max(len(row[n]) for row in texts) for n in range(len(texts[0]) - 1)] if texts else []
    for row in texts:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[-1]]).rstrip()


def _clean(cell: object) -> str:
    return "".join(c if c.isprintable() else " " for c in str("" if cell is None else cell))


def _short(text: object) -> str:
    clean = _clean(text)
    return clean if len(clean) <= _WIDEST else clean[: _WIDEST - 1] + "…"


def jobs(body: Body) -> Iterable[str]:
    """The rows of the queue."""
    if not body["jobs"]:
        yield "No jobs."
        return
    yield from table([_row(row) for row in body["jobs"]])
    if "counts" in body:
        yield ", ".join(f"{count} {state}" for state, count in body["counts"].items() if count)


def _row(row: Body) -> list[object]:
    error = row.get("error") or {}
    said = error.get("title") or row.get("why") or row.get("note") or ""
    return [row["id"][:8], row["state"], _how_far(row), row["city"] or "-", _short(row["title"]), said]


def _how_far(row: Body) -> str:
    if not row.get("current"):
        return ""
    percent = f" {row['progress'] * 100:.0f}%" if row.get("progress") is not None else ""
    return f"{row['current']}{percent}"


def job(body: Body) -> Iterable[str]:
    """Everything about one job."""
    recording = body["recording"]
    yield f"{body['id']}  {body['state']}"
    yield from table(
        [
            ["recording", recording["path"]],
            ["city", body["city"] or "not known"],
            ["plan", f"{body['plan']}, preset {body['preset']}"],
            ["why", body["why"] or "-"],
        ]
    )
    yield from table(
        [["  " + s["kind"], s["state"], f"tried {s['attempts']}", _error(s)] for s in body["steps"]]
    )
    yield from table([["  " + name, path] for name, path in body["outputs"].items()])
    yield from table([["  " + note["at"], note["text"]] for note in body["trail"]])


def _error(step: Body) -> str:
    error = step["error"]
    return f"{error['title']} ({error['code']}). {error['hint']}" if error else ""


def imported(body: Body) -> Iterable[str]:
    """What became of each file."""
    for row in body["added"]:
        yield f"added    {row['id'][:8]}  {row['plan']}  {row['city'] or 'city not known'}  {_clean(row['path'])}"
    for known in body["known"]:
        yield f"known    {known['job'][:8]}  {_clean(known['path'])} is in the queue already"
    for refused in body["refused"]:
        error = refused["error"]
        yield f"refused  {_clean(refused['path'])}: {error['title']} ({error['code']}). {error['hint']}"


def removed(body: Body) -> Iterable[str]:
    """Which jobs are gone."""
    yield f"{len(body['removed'])} removed" if body["removed"] else "Nothing to remove."


def status(body: Body) -> Iterable[str]:
    """What the queue is doing."""
    owner = body.get("owner")
    yield f"VOD Studio {body['version']}, home {body['home']}"
    yield f"runs as process {owner['pid']} since {owner['started_at']}" if owner else "not running"
    if body["queue"]["is_paused"]:
        yield "the queue is paused"
    if body["queue"]["stop_after_current"]:
        yield "stops after the present jobs"
    yield ", ".join(f"{count} {state}" for state, count in body["counts"].items() if count) or "no jobs"
    for held in body["held"]:
        yield f"held: {_clean(held['title'] or held['condition'])} ({held['steps']} steps)"
    yield from table([_row(row) for row in body["working"]])


def cities(body: Body) -> Iterable[str]:
    """How each city stands, then each storage."""
    if not body["cities"]:
        yield "The station file names no city."
    rows = [
        [
            city["id"],
            _short(city["name"]),
            _share(city["captioned_share"]),
            f"{city['needs_a_look']} need a look" if city["needs_a_look"] else "",
            " ".join(storage["id"] for storage in city["storages"]),
        ]
        for city in body["cities"]
    ]
    yield from table(rows)
    yield from table([[each["id"], *_storage(each)] for each in body["storages"]])


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.0%} captioned"


def _storage(storage: Body) -> list[str]:
    if not storage["is_present"]:
        return ["away", str(storage["problem"])]
    free = storage["free_bytes"]
    return ["there", "" if free is None else f"{free / 1e9:.0f} GB free"]


def checks(body: Body) -> Iterable[str]:
    """The lines of doctor."""
    yield from table([[_SIGNS[c["verdict"]], c["name"], _sentence(c)] for c in body["checks"]])


def _sentence(check: Body) -> str:
    return f"{check['text']}  → {check['fix']}" if check["fix"] else str(check["text"])


def backup(body: Body) -> Iterable[str]:
    """Where the backup lies."""
    yield f"backup made and verified: {body['backup']}"


def restored(body: Body) -> Iterable[str]:
    """What is in place now."""
    yield f"restored {body['restored']}"
    if body.get("kept"):
        yield f"what was there before is kept in {body['kept']}"
    for job in body["left_out"]:
        yield f"only in the kept file: {job['id'][:8]}  {job['state']}  {_clean(job['title'])}"


def accepted(body: Body) -> Iterable[str]:
    """Which server is the right one from now on."""
    yield f"{_clean(body['accepted'])} is accepted as it answers now"


def stepped(body: Body) -> Iterable[str]:
    """What a step alone gave."""
    yield f"{body['kind']}: {body['note'] or 'done'}"
    yield from table([["  " + name, path] for name, path in body["outputs"].items()])


def captions_made(body: Body) -> Iterable[str]:
    """Which files were made of the words, and what a person should know about them."""
    yield f"{many(body['cues'], 'caption')} of {many(body['words'], 'word')}, profile {body['profile']}"
    yield from table([["  " + name, path] for name, path in body["files"].items()])
    for name, why in body["missing"].items():
        yield f"  {name} was not made: {why}"
    yield from _findings(body["findings"])


def captions_converted(body: Body) -> Iterable[str]:
    """What became of a caption file."""
    yield f"{many(body['cues'], 'caption')} from {body['from']} to {body['to']}: {_clean(body['target'])}"
    for fault in body["faults"]:
        yield f"  {_clean(fault)}"
    yield from _findings(body["findings"])


def captions_measured(body: Body) -> Iterable[str]:
    """The minutes that a person should correct, or what they told."""
    if body["measured"]:
        yield f"{body['measured']['sentence']}."
        if body["city"]:
            yield f"Measured on this city with {body['model']}: {body['city']['sentence']}."
        return
    if not body["minutes"]:
        yield "Nobody speaks in this recording, as far as was heard."
        return
    yield "Listen to these minutes and correct what was heard in them:"
    for minute in body["minutes"]:
        start, end = (timedelta(seconds=int(minute[name])) for name in ("start_s", "end_s"))
        yield f"  {start} to {end}"
    if body["sample"]:
        yield f"They are in {_clean(body['sample'])}; when it is right, name it after the words or the job."


def captions_checked(body: Body) -> Iterable[str]:
    """The verdict on each file, then what was found in it."""
    if not body["files"] and not body["without_captions"]:
        yield "No captions and no recordings here."
    for file in body["files"]:
        yield f"{file['state']:16}  {_clean(file['path'])}: {_clean(file['reason'])}"
        for fault in file["faults"][:_MOST_LINES]:
            yield f"  {_clean(fault)}"
        if len(file["faults"]) > _MOST_LINES:
            yield f"  and {len(file['faults']) - _MOST_LINES} more"
        if file["report"]:
            yield from _findings(file["report"]["findings"])
    for video in body["without_captions"]:
        yield f"{'no captions':16}  {_clean(video)}"


def _findings(findings: Sequence[Body]) -> Iterable[str]:
    rows = [["  " + each["level"], each["rule"], _at(each["at_s"]), each["text"]] for each in findings]
    yield from table(rows[:_MOST_LINES])
    if len(rows) > _MOST_LINES:
        yield f"  and {len(rows) - _MOST_LINES} more; --json shows all"


def _at(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def models(body: Body) -> Iterable[str]:
    """Each model: what it is, how it stands here, and whether it suits this computer."""
    yield f"speech models in {body['folder']}"
    yield from table([_model(row) for row in body["models"]])


def _model(row: Body) -> list[str]:
    standing = row["standing"]
    if row["arrived_bytes"]:
        standing = f"{standing} ({gigabytes(row['arrived_bytes'])})"
    speed = f"{row['speed']:.1f}x here" if row["speed"] else ""
    words = [*(["recommended"] if row["is_recommended"] else []), row["why"], row["why_not"], speed]
    about = "; ".join(each for each in (*words, row["about"]) if each)
    language = "English" if row["languages"] == "en" else "many languages" if row["languages"] else ""
    return [row["name"], gigabytes(row["size_bytes"]), standing, language, about]


def model_came(body: Body) -> Iterable[str]:
    """Where a model lies now."""
    yield f"the speech model {_clean(body['came'])} is here: {_clean(body['folder'])}"


def model_removed(body: Body) -> Iterable[str]:
    """Which model is gone."""
    yield f"the speech model {_clean(body['removed'])} is removed"


def switched(body: Body) -> Iterable[str]:
    """How the queue stands."""
    yield "the queue is paused" if body["is_paused"] else "the queue goes on"


RENDER: Mapping[str, Render] = {
    "queue": switched,
    "doctor": checks,
    "status": status,
    "cities": cities,
    "jobs": jobs,
    "job": job,
    "import": imported,
    "remove": removed,
    "cleanup": removed,
    "backup": backup,
    "accept-server": accepted,
    "restore": restored,
    "step": stepped,
    "models": models,
    "model-came": model_came,
    "model-remove": model_removed,
    "captions make": captions_made,
    "captions check": captions_checked,
    "captions convert": captions_converted,
    "captions accuracy": captions_measured,
    **dict.fromkeys(
        ("pause", "resume", "cancel", "retry", "approve", "acknowledge", "priority", "now"), jobs
    ),
}
