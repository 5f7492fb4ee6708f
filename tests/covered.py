"""What of the program the tests ran: measured over the whole suite, and too little of a room fails the run.

`dev.py test` without more words starts pytest under coverage with this plugin. The figures are those of the house:
lines and branches together, children of the program included.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage

ROOT = Path(__file__).resolve().parent.parent
WANTED = {"core": 100.0, "captions": 100.0, "store": 95.0, "cablecast": 95.0}
WANTED_ELSEWHERE = 85.0
SHOWN_FILES, SHOWN_PLACES = 12, 15
_found: list[Room] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One folder of the program (or the modules beside them) and how much of it ran."""

    name: str
    parts: int
    covered: int
    gaps: tuple[str, ...]

    @property
    def percent(self) -> float:
        """Lines and branches that ran, of all there are."""
        return 100.0 * self.covered / max(1, self.parts)

    @property
    def wanted(self) -> float:
        """The least that this room has to have."""
        return WANTED.get(self.name, WANTED_ELSEWHERE)

    @property
    def is_enough(self) -> bool:
        """Whether it has that."""
        return self.percent >= self.wanted


def rooms_of(report: Mapping[str, Any]) -> list[Room]:
    """Coverage's JSON report by room; `gaps` are the places of the files that are not whole."""
    files: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for path, body in report["files"].items():
        parts = Path(path).parts
        name = parts[1] if len(parts) > 2 else "the top"
        files.setdefault(name, []).append((path, body))
    return [_room(name, bodies) for name, bodies in sorted(files.items())]


def _room(name: str, bodies: list[tuple[str, Mapping[str, Any]]]) -> Room:
    sums = [body["summary"] for _, body in bodies]
    return Room(
        name=name,
        parts=sum(one["num_statements"] + one["num_branches"] for one in sums),
        covered=sum(one["covered_lines"] + one["covered_branches"] for one in sums),
        gaps=tuple(gap for path, body in bodies for gap in _gaps(path, body)),
    )


def _gaps(path: str, body: Mapping[str, Any]) -> Iterator[str]:
    lines, branches = body["missing_lines"], body["missing_branches"]
    if lines or branches:
        places = [*map(str, lines), *(f"{start}->{end}" for start, end in branches if start not in lines)]
        more = ["…"] if len(places) > SHOWN_PLACES else []
        percent = body["summary"]["percent_covered"]
        yield f"{percent:4.0f} %  {path}: {', '.join([*places[:SHOWN_PLACES], *more])}"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Put the data of all processes together; too little is a failure of the run."""
    measured = Coverage.current()
    if measured is None or hasattr(session.config, "workerinput"):
        return
    with warnings.catch_warnings():
        # A process that was killed leaves half a data file; one that only leads the others has nothing to save.
        warnings.simplefilter("ignore")
        measured.stop()
        measured.save()
        together = Coverage(config_file=str(ROOT / "pyproject.toml"))
        together.combine()
        together.save()
    out = Path(together.get_data().base_filename()).with_suffix(".json")
    together.json_report(outfile=str(out))
    _found.extend(rooms_of(json.loads(out.read_text("utf-8"))))
    if session.exitstatus == 0 and not all(room.is_enough for room in _found):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One line for each room; of those that miss their figure, where."""
    if not _found:
        return
    terminalreporter.section("what the tests ran (lines and branches)")
    for room in _found:
        terminalreporter.write_line(
            f"{room.name:<12}{room.percent:7.2f} %   wanted {room.wanted:.0f} %"
            + ("" if room.is_enough else "   TOO LITTLE")
        )
        for gap in () if room.is_enough else sorted(room.gaps)[:SHOWN_FILES]:
            terminalreporter.write_line(f"    {gap}")
