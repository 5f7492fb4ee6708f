"""A whole shelf of recordings at once: which videos have captions beside them, and what each is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vodstudio.captions.fit import Evidence
from vodstudio.captions.sidecar import NOTHING_KNOWN, Sidecar, SidecarState, judge
from vodstudio.core.errors import NoAccess, NotFound, VodError
from vodstudio.services.gathering import MEDIA_ENDINGS

SIDECAR_ENDINGS = (".scc", ".vtt", ".srt", ".ttml", ".dfxp")
LARGEST_SIDECAR_BYTES = 64 * 1024 * 1024
EvidenceOf = Callable[[Path], Evidence]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One caption file with its verdict; `video` is what it lies beside, `problem` why that could not be looked at."""

    path: Path
    verdict: Sidecar
    video: Path | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """Every caption file of a folder, and the videos that have none."""

    judged: tuple[Judged, ...]
    bare: tuple[Path, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many files are worth what."""
        found = Counter(one.verdict.state for one in self.judged)
        return {state.value: found[state] for state in SidecarState}


def survey(folder: Path, evidence_of: EvidenceOf, tell: Callable[[float], None]) -> Survey:
    """All recordings below a folder with the captions beside them. Nothing is changed."""
    names = sorted(_files(folder))
    beside: dict[tuple[Path, str], list[Path]] = {}
    videos = [path for path in names if path.suffix.lower() in MEDIA_ENDINGS]
    for path in names:
        if path.suffix.lower() in SIDECAR_ENDINGS:
            beside.setdefault((path.parent, path.stem), []).append(path)
    judged: list[Judged] = []
    bare: list[Path] = []
    for place, video in enumerate(videos):
        sidecars = beside.pop((video.parent, video.stem), [])
        if sidecars:
            judged += _judged(video, sidecars, evidence_of)
        else:
            bare.append(video)
        tell((place + 1) / len(videos))
    judged += [
        Judged(
            path=path, verdict=judge(content_of(path), ending=path.suffix), problem="no video has its name"
        )
        for alone in beside.values()
        for path in alone
    ]
    return Survey(judged=tuple(judged), bare=tuple(bare))


def _files(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise NotFound(
            f"There is no folder {folder}",
            hint="Check its name. Nothing was changed.",
            code="VS-NO-SUCH-FILE",
        )
    return (path for path in folder.rglob("*") if not path.name.startswith(".") and path.is_file())


def _judged(video: Path, sidecars: Sequence[Path], evidence_of: EvidenceOf) -> Iterable[Judged]:
    evidence, problem = NOTHING_KNOWN, ""
    try:
        evidence = evidence_of(video)
    except VodError as error:
        # One video that cannot be read must not end the look at a whole drive.
        problem = error.title
    for path in sidecars:
        yield Judged(
            path=path,
            verdict=judge(content_of(path), evidence, ending=path.suffix),
            video=video,
            problem=problem,
        )


def content_of(path: Path) -> bytes:
    """The content of a caption file; what is far too large for captions is read in part, and is none."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_SIDECAR_BYTES)
    except FileNotFoundError as error:
        raise NotFound(
            f"There is no file {path}",
            hint="Check its name. Nothing was changed.",
            detail=str(error),
            code="VS-NO-SUCH-FILE",
        ) from error
    except OSError as error:
        raise NoAccess(
            f"{path.name} cannot be read",
            hint="Check that the disk is there and that you may read the file. Nothing was changed.",
            detail=f"{path}: {error}",
            code="VS-FILE-NO-ACCESS",
        ) from error
