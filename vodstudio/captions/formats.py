"""The table of caption formats: writes one list of cues into all of them and proves it, and reads any of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from vodstudio.captions import plain, scc, srt, ttml, vtt
from vodstudio.captions.cue import Cue, Finding, milliseconds
from vodstudio.captions.reading import MARKED, Reading, decode, lines_of
from vodstudio.captions.timecode import DROP_FRAME, Timebase
from vodstudio.core.errors import BadMedia, NeedsUser, NotFound

_SRT_LINE = re.compile(r"\s*(?:\d+:)?\d\d?:\d\d?\S*\s*-->\s*(?:\d+:)?\d\d?:\d\d.*")
_TTML_ROOT = re.compile(r"<(?:\w+:)?tt[\s>]")
_HEAD_LINES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What files say beside the cues: the language of the words, and how SCC counts its frames."""

    language: str = "en"
    base: Timebase = DROP_FRAME


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionFile:
    """One file, not yet on the disk: its bytes, the cues that it shows, and what it could not say as it was."""

    name: str
    ending: str
    data: bytes
    cues: tuple[Cue, ...]
    late_frames: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionSet:
    """All files of one list of cues, each proven; and which could not be made, with the reason."""

    files: Mapping[str, CaptionFile]
    missing: Mapping[str, NeedsUser]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What any of the files could not say as it was."""
        return tuple(found for file in self.files.values() for found in file.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One kind of file: how it is called, written and read. Prose cannot be read back into cues."""

    name: str
    title: str
    ending: str
    write: Callable[[Sequence[Cue], Options], tuple[str, scc.SccFile | None]]
    read: Callable[[bytes, Options], Reading] | None = None
    parse: Callable[[str, Options], tuple[Cue, ...]] | None = None
    shown_lines: Callable[[Cue], tuple[str, ...]] = field(default=lambda cue: cue.lines)


def _write_scc(cues: Sequence[Cue], options: Options) -> tuple[str, scc.SccFile | None]:
    made = scc.write_scc(cues, options.base)
    return made.text, made


def _read_scc(content: bytes, options: Options) -> Reading:
    text, faults = decode(content)
    found = scc.read_scc(text, options.base)
    return Reading(cues=found.cues, faults=(*(told for told in faults if told != MARKED), *found.faults))


FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        Format(
            name="srt",
            title="SubRip",
            ending="srt",
            write=lambda cues, _: (srt.write_srt(cues), None),
            read=lambda content, _: srt.read_srt(content),
            parse=lambda text, _: srt.parse_srt(text),
            shown_lines=srt.shown_lines,
        ),
        Format(
            name="vtt",
            title="WebVTT",
            ending="vtt",
            write=lambda cues, _: (vtt.write_vtt(cues), None),
            read=lambda content, _: vtt.read_vtt(content),
            parse=lambda text, _: vtt.parse_vtt(text),
        ),
        Format(
            name="scc",
            title="Scenarist",
            ending="scc",
            write=_write_scc,
            read=_read_scc,
            parse=lambda text, options: scc.parse_scc(text, options.base),
        ),
        Format(
            name="ttml",
            title="TTML",
            ending="ttml",
            write=lambda cues, options: (ttml.write_ttml(cues, language=options.language), None),
            read=lambda content, _: ttml.read_ttml(content),
            parse=lambda text, _: ttml.parse_ttml(text),
        ),
        Format(
            name="txt",
            title="plain text",
            ending="txt",
            write=lambda cues, _: (plain.write_plain(cues), None),
        ),
        Format(
            name="transcript",
            title="transcript with times",
            ending="transcript.txt",
            write=lambda cues, _: (plain.write_transcript(cues), None),
        ),
    )
}
SET = ("srt", "vtt", "scc", "ttml", "txt")


def format_named(name: str) -> Format:
    """The format with this name or file ending."""
    wanted = name.lower().removeprefix(".")
    wanted = {"dfxp": "ttml", "xml": "ttml", "webvtt": "vtt", "text": "txt"}.get(wanted, wanted)
    if wanted not in FORMATS:
        raise NotFound(
            f"There is no caption format called {name}",
            hint=f"Choose one of {', '.join(FORMATS)}. MCC is not made. Nothing was changed.",
            code="VS-CAPTION-FORMAT",
        )
    return FORMATS[wanted]


def write_set(
    cues: Sequence[Cue],
    options: Options = Options(),
    *,
    names: Iterable[str] = SET,
    line21: Sequence[Cue] | None = None,
    check: Callable[[], None] = lambda: None,
) -> CaptionSet:
    """Every file of the same cues, each read back before anybody sees it.

    `line21` are the same words in lines of 32 columns where the cues are wider. `check` is called between files.
    A format that cannot say these cues at all (SCC after 24 hours) is missing, and the others are whole.
    """
    files: dict[str, CaptionFile] = {}
    missing: dict[str, NeedsUser] = {}
    for name in names:
        check()
        meant = line21 if name == "scc" and line21 is not None else cues
        try:
            files[name] = write_one(meant, format_named(name), options)
        except NeedsUser as error:
            if error.code != scc.TOO_LONG:
                raise
            missing[name] = error
    return CaptionSet(files=files, missing=missing)


def write_one(cues: Sequence[Cue], form: Format, options: Options = Options()) -> CaptionFile:
    """One file, read back and compared with what it is to show: a difference is a fault of ours, never a file."""
    text, made = form.write(cues, options)
    shown = made.cues if made else tuple(cues)
    _prove(text, shown, form, options, made.late_frames if made else ())
    return CaptionFile(
        name=form.name,
        ending=form.ending,
        data=text.encode("utf-8"),
        cues=shown,
        late_frames=made.late_frames if made else (),
        findings=made.findings if made else (),
    )


def _prove(text: str, shown: Sequence[Cue], form: Format, options: Options, late: Sequence[int]) -> None:
    if form.parse is None:
        said = [word for line in text.split("\n") for word in _without_time(line, form).split()]
        fits = said == [word for cue in shown for word in cue.text.split()]
    else:
        read = form.parse(text, options)
        fits = [cue.lines for cue in read] == [form.shown_lines(cue) for cue in shown]
        fits = fits and [_start(cue) for cue in read] == _starts(shown, options, late)
    if not fits:
        raise AssertionError(f"the {form.title} file reads back differently")


def _without_time(line: str, form: Format) -> str:
    return line.partition("] ")[2] if form.name == "transcript" else line


def _start(cue: Cue) -> int:
    return milliseconds(cue.start_s)


def _starts(shown: Sequence[Cue], options: Options, late: Sequence[int]) -> list[int]:
    """When each must begin: to the millisecond, and in line 21 on its frame and as late as was told."""
    if not late:
        return [_start(cue) for cue in shown]
    base = options.base
    return [
        milliseconds(base.seconds_at(base.frame_at(cue.start_s) + frames))
        for cue, frames in zip(shown, late, strict=True)
    ]


def sniff(content: bytes) -> Format | None:
    """Which format a file has by what it says, whatever its name; None where it is no captions that we know."""
    text = decode(content)[0].removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").lstrip()
    head = lines_of(text[:20_000])[:_HEAD_LINES]
    if head[0].startswith(scc.HEADER[:13]):
        return FORMATS["scc"]
    if head[0].startswith("WEBVTT"):
        return FORMATS["vtt"]
    if text.startswith("<"):
        return FORMATS["ttml"] if _TTML_ROOT.search(text[:20_000]) else None
    return FORMATS["srt"] if any(_SRT_LINE.fullmatch(line) for line in head) else None


def read_any(content: bytes, options: Options = Options()) -> tuple[Format, Reading]:
    """The cues of a caption file of any kind that we read; what it says decides, not its name."""
    form = sniff(content)
    if form is None or form.read is None:
        raise BadMedia(
            "This is not a caption file that VOD Studio can read",
            hint="SRT, WebVTT, SCC and TTML are read. Nothing was changed.",
            code="VS-NOT-CAPTIONS",
        )
    return form, form.read(content, options)
