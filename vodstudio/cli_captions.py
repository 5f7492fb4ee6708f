"""Captions on the command line: made of words, checked, turned into another format. No queue and no station.

Past 350 lines because its four verbs share how files are read, placed in time and judged.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from vodstudio import logs, paths
from vodstudio.captions.check import CHECK_JSON, CheckSetting, Report, change_findings, check, name_findings
from vodstudio.captions.check_html import report_html
from vodstudio.captions.cue import Cue, Finding, Level
from vodstudio.captions.cut import with_possible_times
from vodstudio.captions.fit import Evidence
from vodstudio.captions.fixes import moved, repaired
from vodstudio.captions.formats import SET, CaptionFile, Options, format_named, read_any, write_one
from vodstudio.captions.imported import transcript_of_cues
from vodstudio.captions.lint import LINTS
from vodstudio.captions.making import cues_of, files_of
from vodstudio.captions.numerals import spelled
from vodstudio.captions.profile import BROADCAST_32, VERSION, profile_named
from vodstudio.captions.reading import decode, untangled
from vodstudio.captions.segment import Setting
from vodstudio.captions.sidecar import Sidecar, SidecarState, judge
from vodstudio.captions.timecode import Timebase, timebase_for
from vodstudio.captions.transcript import Transcript, Word, read_transcript
from vodstudio.cli_accuracy import accuracy
from vodstudio.cli_output import DONE, FAILED, progress, show
from vodstudio.core.errors import BadMedia, Conflict, NotFound, Refused
from vodstudio.core.files import write_atomically
from vodstudio.core.station import Numbers
from vodstudio.services.sidecar_survey import Judged, Survey, content_of, survey

_WELL = (SidecarState.VALID,)
Tell = Callable[[float, float | None, str], None]


def captions(arguments: argparse.Namespace) -> int:
    """One of the verbs."""
    body = _VERBS[arguments.verb](arguments)
    show(f"captions {arguments.verb}", body, arguments.json)
    return FAILED if body.get("needs_a_look") else DONE


def _make(arguments: argparse.Namespace) -> dict[str, Any]:
    path = Path(arguments.words)
    profile = profile_named(arguments.profile)
    transcript = _words_of(path, arguments)
    duration_s = arguments.duration or transcript.duration
    setting = Setting(
        duration_s=duration_s,
        fps=arguments.fps,
        language=transcript.language,
        numbers=Numbers(arguments.numbers),
    )
    made = cues_of(transcript, profile, setting)
    line21 = None if profile.is_line21 else cues_of(transcript, BROADCAST_32, setting).cues
    names = tuple(dict.fromkeys(format_named(name).name for name in arguments.format)) or SET
    options = Options(language=transcript.language, base=_base(arguments))
    files = files_of(made.cues, options, names=names, line21=line21)
    out = Path(arguments.out)
    base = arguments.name or (path.absolute().parent.name if path.stem == "words" else path.stem)
    written = _written(
        {out / f"{base}.{file.ending}": file for file in files.files.values()}, replace=arguments.replace
    )
    findings = (*made.findings, *files.findings)
    return {
        "files": {file.name: str(path) for path, file in written.items()},
        "missing": {name: error.title for name, error in files.missing.items()},
        "profile": f"{profile.name} {VERSION}",
        "words": len(transcript.words),
        "cues": len(made.cues),
        "late_cues": sum(late > 0 for file in files.files.values() for late in file.late_frames),
        "findings": [_finding(found) for found in findings],
    }


def _words_of(path: Path, arguments: argparse.Namespace) -> Transcript:
    """The words of words.json, or those of captions that were made elsewhere."""
    if path.suffix.lower() == ".json":
        return read_transcript(path)
    _, reading = read_any(content_of(path), Options(language=arguments.language, base=_base(arguments)))
    return _as_words(untangled(reading.cues)[0], arguments)


def _as_words(cues: Sequence[Cue], arguments: argparse.Namespace) -> Transcript:
    """How long the video is nobody knows here; the last caption may stay as long as any."""
    length_s = max((cue.end_s for cue in cues), default=0.0) + profile_named(arguments.profile).max_s
    return transcript_of_cues(cues, language=arguments.language, duration_s=length_s)


def _written(files: Mapping[Path, CaptionFile], *, replace: bool) -> Mapping[Path, CaptionFile]:
    """All of them or none: captions that somebody else made are never replaced unasked."""
    for path, file in files.items():
        if path.exists() and not replace and content_of(path) != file.data:
            raise Conflict(
                f"{path.name} is there already, and is not the same",
                hint="Nothing was written. Choose another folder or name, or add --replace.",
                detail=str(path),
                code="VS-FILE-EXISTS",
            )
    for path in {path.parent for path in files}:
        _make_folder(path)
    for path, file in files.items():
        write_atomically(path, file.data)
    return files


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotFound(
            f"The folder {path} cannot be made: {error.strerror or error}",
            hint="Name a folder that you may write, with --out. Nothing was written.",
            detail=str(error),
            code="VS-FOLDER-NO-ACCESS",
        ) from error


def _finding(found: Finding) -> dict[str, object]:
    return {"rule": found.rule, "level": found.level.value, "at_s": round(found.at_s, 3), "text": found.text}


def _base(arguments: argparse.Namespace) -> Timebase:
    return timebase_for(arguments.fps, counting=arguments.scc, first_label=arguments.first_label)


def _convert(arguments: argparse.Namespace) -> dict[str, Any]:
    source, target = Path(arguments.source), Path(arguments.target)
    form = format_named(arguments.format or target.suffix)
    options = Options(language=arguments.language, base=_base(arguments))
    found, reading = read_any(content_of(source), options)
    cues, tangles = untangled(moved(reading.cues, by_s=arguments.shift))
    if not cues:
        raise BadMedia(
            f"{source.name} shows no captions",
            hint="Nothing was written. Choose a file with captions in it.",
            detail="; ".join(reading.faults[:20]),
            code="VS-NO-CAPTIONS",
        )
    if arguments.repair:
        cues = _laid_out_again(cues, arguments)
    file = write_one(cues, form, options)
    _written({target: file}, replace=arguments.replace)
    return {
        "source": str(source),
        "from": found.name,
        "target": str(target),
        "to": form.name,
        "cues": len(cues),
        "faults": [*reading.faults, *(told for told in tangles if told not in reading.faults)],
        "findings": [_finding(each) for each in file.findings],
    }


def _laid_out_again(cues: tuple[Cue, ...], arguments: argparse.Namespace) -> tuple[Cue, ...]:
    """Captions made elsewhere as words, and those as captions within our limits: every word stays."""
    profile = profile_named(arguments.profile)
    words = _as_words(cues, arguments)
    length_s = words.duration
    made = cues_of(words, profile, Setting(duration_s=length_s, fps=arguments.fps, language=words.language))
    return repaired(made.cues, profile, arguments.fps)


def _check(arguments: argparse.Namespace) -> dict[str, Any]:
    transcript = with_possible_times(read_transcript(Path(arguments.words))) if arguments.words else None
    _refuse_one_recording_for_many(arguments)
    told = progress(arguments.json)
    files: list[dict[str, Any]] = []
    bare: list[str] = []
    reports: list[tuple[str, Report]] = []
    with _listener() as listener:
        known = _evidence(listener, arguments, transcript, told)
        for text in arguments.paths:
            path = Path(text)
            if path.is_dir():
                found = _surveyed(path, listener, arguments, told)
                files += [_judged(one) for one in found.judged]
                bare += [str(video) for video in found.bare]
                continue
            body, report = _checked(path, known, transcript, arguments)
            files.append(body)
            reports += [(path.name, report)] if report else []
    if arguments.html:
        _write_html(Path(arguments.html), reports)
    return {
        "files": files,
        "without_captions": bare,
        "needs_a_look": sum(body["needs_a_look"] for body in files),
    }


def _refuse_one_recording_for_many(arguments: argparse.Namespace) -> None:
    folder = next((text for text in arguments.paths if Path(text).is_dir()), None)
    if arguments.media and folder is not None:
        raise Refused(
            f"--media names one recording, and {folder} is a folder",
            hint="To hear each recording in it, write --listen instead. Nothing was changed.",
            code="VS-USAGE",
        )


def _surveyed(folder: Path, listener: _Listener, arguments: argparse.Namespace, told: Tell) -> Survey:
    """A whole folder, by the lengths of its recordings, or by their voices."""
    done_before = [0.0]

    def looked(done: float) -> None:
        done_before[0] = done
        told(done, None, "looking")

    def heard(video: Path) -> Evidence:
        return listener.listened_to(
            video, lambda at_s: told(done_before[0], None, f"listening to {video.name}, {at_s:.0f} s")
        )

    return survey(folder, heard if arguments.listen else listener.length_of, looked)


def _evidence(
    listener: _Listener,
    arguments: argparse.Namespace,
    transcript: Transcript | None,
    told: Tell,
) -> Evidence:
    """What is known of the recording: heard now, or when its words were."""
    words = transcript.words if transcript else ()
    if arguments.media:
        heard = listener.listened_to(
            Path(arguments.media), lambda at_s: told(0.0, None, f"listening {at_s:.0f} s")
        )
        return Evidence(duration_s=heard.duration_s, speech=heard.speech, words=words)
    if transcript is None:
        return Evidence()
    return Evidence(duration_s=transcript.duration or None, speech=transcript.regions, words=words)


def _checked(
    path: Path, known: Evidence, transcript: Transcript | None, arguments: argparse.Namespace
) -> tuple[dict[str, Any], Report | None]:
    """The verdict on one file, and the check report where it has captions."""
    content = content_of(path)
    verdict = judge(content, known, ending=path.suffix)
    body = _verdict(path, verdict)
    if not verdict.cues:
        return body, None
    cues, _ = untangled(verdict.cues)
    lint = LINTS.get(verdict.format)
    also = lint(decode(content)[0]) if lint else ()
    report = check(
        cues,
        transcript,
        known.speech or None,
        CheckSetting(
            profile=profile_named(arguments.profile),
            fps=arguments.fps,
            duration_s=known.duration_s or 0.0,
            language=transcript.language if transcript else "en",
            spelled=_spelled(transcript, arguments),
        ),
        also=(*also, *_of_its_place(path, content, arguments)),
    )
    has_errors = any(found.level is Level.ERROR for found in report.findings)
    needs_a_look = body["needs_a_look"] or has_errors
    return {**body, "needs_a_look": needs_a_look, "report": report.to_json()}, report


def _of_its_place(path: Path, content: bytes, arguments: argparse.Namespace) -> Iterator[Finding]:
    """What its name and the report that lies beside it say (Q25, Q27)."""
    if arguments.media and path.suffix.lower() == ".scc":
        yield from name_findings([path.name], Path(arguments.media).stem)
    yield from change_findings(_checked_before(path), {path.name: hashlib.sha256(content).hexdigest()})


def _checked_before(path: Path) -> dict[str, str]:
    """The files and hashes of the report that was written with this file; nothing where there is none."""
    try:
        files = json.loads(path.with_name(CHECK_JSON).read_bytes())["files"]
        return {name: digest for name, digest in files.items() if isinstance(digest, str)}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def _spelled(transcript: Transcript | None, arguments: argparse.Namespace) -> tuple[Word, ...] | None:
    """The words as the captions were meant to write them."""
    if transcript is None:
        return None
    breaks = transcript.edits.locked_breaks
    return tuple(spelled(transcript.words, Numbers(arguments.numbers), transcript.language, breaks))


def _verdict(path: Path, verdict: Sidecar) -> dict[str, Any]:
    return {
        "path": str(path),
        "video": None,
        "format": verdict.format,
        "state": verdict.state.value,
        "reason": verdict.reason,
        "offset_s": verdict.offset_s,
        "cues": len(verdict.cues),
        "faults": list(verdict.faults),
        "needs_a_look": verdict.state not in _WELL or not verdict.is_whole,
        "report": None,
    }


def _judged(one: Judged) -> dict[str, Any]:
    body = _verdict(one.path, one.verdict)
    reason = f"{one.verdict.reason}; {one.problem}" if one.problem else one.verdict.reason
    needs_a_look = body["needs_a_look"] or bool(one.problem)
    return {
        **body,
        "video": str(one.video) if one.video else None,
        "reason": reason,
        "needs_a_look": needs_a_look,
    }


def _write_html(path: Path, reports: list[tuple[str, Report]]) -> None:
    """One page for each file that has captions; with several, each beside the named one."""
    if not reports:
        raise BadMedia(
            "There is nothing to report on: none of the files shows captions",
            hint="Name a caption file. No page was written.",
            code="VS-NO-CAPTIONS",
        )
    for place, (name, report) in enumerate(reports):
        page = path if place == 0 else path.with_name(f"{path.stem}-{place + 1}{path.suffix}")
        write_atomically(page, report_html(report, name).encode("utf-8"))


class _Listener:
    """Opens media in children, and those only when they are needed."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self._stack = stack
        self._children: Any = None
        self._media: Any = None

    def _own(self) -> Any:
        from vodstudio.workers.alone import own_children

        if self._children is None:
            where = paths.places(os.environ)
            paths.make(where)
            keeping = logs.start(where.logs, is_owner=False)
            self._stack.callback(keeping.stop)
            self._children = self._stack.enter_context(own_children(where.run))
        return self._children

    def listened_to(self, path: Path, tell: Callable[[float], None]) -> Evidence:
        """Where a voice is in a media file; of one without sound at least how long it is."""
        from vodstudio.workers.ear import listened_to
        from vodstudio.workers.sound import NO_AUDIO

        if not path.is_file():
            raise NotFound(
                f"There is no file {path}", hint="Check --media. Nothing was changed.", code="VS-NO-SUCH-FILE"
            )
        try:
            return listened_to(self._own(), path, _nothing, tell)
        except BadMedia as error:
            if error.code != NO_AUDIO:
                raise
            return self.length_of(path)

    def length_of(self, path: Path) -> Evidence:
        """How long a media file is."""
        from vodstudio.workers.ear import length_of
        from vodstudio.workers.media import Media

        if self._media is None:
            self._media = Media(self._own())
            self._stack.callback(self._media.close)
        return Evidence(duration_s=length_of(self._media, path, _nothing))


def _nothing() -> None:
    return


@contextlib.contextmanager
def _listener() -> Iterator[_Listener]:
    with contextlib.ExitStack() as stack:
        yield _Listener(stack)


_VERBS: Mapping[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "make": _make,
    "check": _check,
    "convert": _convert,
    "accuracy": accuracy,
}
