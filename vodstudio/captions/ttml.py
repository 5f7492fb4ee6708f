"""TTML: the XML of broadcasters (IMSC 1.1 text profile). Written strictly; read with other programs' liberties."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from vodstudio.captions.cue import Cue, check_cues, milliseconds
from vodstudio.captions.reading import MARKED, Reading, clean_rows, decode, quoted, refuse_faults
from vodstudio.captions.ttml_time import TtmlClock, clock_of
from vodstudio.core.errors import BadMedia

_TT = "http://www.w3.org/ns/ttml"
_TTS = f"{_TT}#styling"
_XML = "http://www.w3.org/XML/1998/namespace"
_ENCODING = re.compile(r"(<\?xml[^>]*?)\s+encoding\s*=\s*(?:\"[^\"]*\"|'[^']*')", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_BREAK = "\n"
_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" \
xmlns:tts="http://www.w3.org/ns/ttml#styling" xml:lang={language} xml:space="preserve" \
ttp:timeBase="media" ttp:cellResolution="32 15" \
ttp:contentProfiles="http://www.w3.org/ns/ttml/profile/imsc1.1/text">
  <head>
    <styling>
      <style xml:id="caption" tts:color="#ffffff" tts:backgroundColor="#000000" \
tts:fontFamily="monospaceSansSerif" tts:fontSize="1c" tts:textAlign="center"/>
    </styling>
    <layout>
      <region xml:id="bottom" tts:origin="10% 55%" tts:extent="80% 35%" tts:displayAlign="after" \
tts:overflow="visible" tts:showBackground="whenActive"/>
      <region xml:id="top" tts:origin="10% 10%" tts:extent="80% 35%" tts:displayAlign="before" \
tts:overflow="visible" tts:showBackground="whenActive"/>
    </layout>
  </head>
  <body style="caption">
    <div>
"""
_TAIL = "    </div>\n  </body>\n</tt>\n"


def write_ttml(cues: Sequence[Cue], *, language: str = "en") -> str:
    """UTF-8 text with LF; no caption is left out."""
    check_cues(cues)
    parts = [_HEAD.format(language=quoteattr(language if _LANGUAGE.fullmatch(language) else "und"))]
    for cue in cues:
        times = f'begin="{_time(cue.start_s)}" end="{_time(cue.end_s)}"'
        region = "top" if cue.is_top else "bottom"
        text = "<br/>".join(escape(line) for line in cue.lines)
        parts.append(f'      <p region="{region}" {times}>{text}</p>\n')
    return "".join((*parts, _TAIL))


def _time(seconds: float) -> str:
    whole, fraction = divmod(milliseconds(seconds), 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{fraction:03d}"


def read_ttml(content: bytes) -> Reading:
    """Read what people bring: any time expression, nested times, spans, regions; what has no text is told."""
    text, faults = decode(content)
    return _read(text, [fault for fault in faults if fault != MARKED])


def parse_ttml(text: str) -> tuple[Cue, ...]:
    """The cues of a file that keeps every rule; anything else is refused."""
    reading = _read(text, [])
    refuse_faults("TTML", reading.faults, "VS-TTML-BROKEN")
    return reading.cues


def _read(text: str, faults: list[str]) -> Reading:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    document = _Document(parser, faults)
    try:
        # The text is decoded already: what the file says about its bytes holds no more.
        parser.Parse(_ENCODING.sub(r"\1", text, count=1).encode("utf-8", "replace"), True)
    except expat.ExpatError as error:
        raise _refusal(error.lineno, f"is not XML ({expat.ErrorString(error.code)})") from error
    cues = tuple(sorted(document.cues, key=lambda cue: cue.start_s))
    if list(cues) != document.cues:
        faults.append("line 1: its captions are not in the order of their times; they were sorted")
    return Reading(cues=cues, faults=tuple(faults), language=document.language)


def _refusal(line: int, what: str) -> BadMedia:
    return BadMedia(
        f"This file is not a TTML file: line {line} {what}",
        hint="Nothing was changed. Choose a TTML file, or export it again as TTML.",
        code="VS-TTML-BROKEN",
    )


@dataclass(slots=True, kw_only=True)
class _Open:
    """An element that has begun: its own times within those around it, its place, and what is collected in it."""

    name: str
    line: int
    begin_s: float
    end_s: float | None
    region: str
    keeps_space: bool
    has_times: bool
    has_cue: bool = False
    text: list[str] = field(default_factory=list)


class _Document:
    """Hears the elements in their order and gathers cues."""

    def __init__(self, parser: expat.XMLParserType, faults: list[str]) -> None:
        self.cues: list[Cue] = []
        self.language = ""
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        self._parser = parser
        self._faults = faults
        self._open: list[_Open] = []
        self._clock = TtmlClock()
        self._tops: set[str] = set()

    @property
    def _line(self) -> int:
        return self._parser.CurrentLineNumber

    def _doctype(self, *_: object) -> None:
        """Captions need no definitions of their own, and such definitions can fill the memory."""
        raise _refusal(self._line, "has a document type, which captions never have")

    def _start(self, tag: str, told: Mapping[str, str]) -> None:
        """An element begins."""
        space, _, name = tag.rpartition(" ")
        if not self._open:
            if name != "tt" or not space.startswith("http://www.w3.org/"):
                raise _refusal(self._line, f"begins a document of another kind ({name})")
            self.language = told.get(f"{_XML} lang", "")
            self._clock = clock_of(told)
        self._note_region(name, told)
        if told.get("timeContainer") == "seq":
            self._faults.append(
                f"line {self._line}: counts its times one after the other; they are read as one clock"
            )
        if name == "br" and self._open:
            self._open[-1].text.append(_BREAK)
        if name in ("image", "chunk"):
            self._faults.append(f"line {self._line}: is a picture, which cannot be read as text; left out")
        self._open.append(self._opened(name, told))

    def _note_region(self, name: str, told: Mapping[str, str]) -> None:
        """A region is at the top when its text begins above the middle and hangs from there."""
        if name != "region":
            return
        origin = told.get(f"{_TTS} origin", "").split()
        is_high = len(origin) == 2 and origin[1].endswith("%") and _percent(origin[1]) < 50
        if is_high and told.get(f"{_TTS} displayAlign", "before") == "before":
            self._tops.add(told.get(f"{_XML} id", ""))

    def _opened(self, name: str, told: Mapping[str, str]) -> _Open:
        outer = self._open[-1] if self._open else None
        base_s = outer.begin_s if outer else 0.0
        begin_s = self._seconds(told, "begin")
        end_s, length_s = self._seconds(told, "end"), self._seconds(told, "dur")
        starts_s = base_s + (begin_s or 0.0)
        ends = [base_s + end_s] if end_s is not None else []
        ends += [starts_s + length_s] if length_s is not None else []
        ends += [outer.end_s] if outer and outer.end_s is not None else []
        space = told.get(f"{_XML} space")
        return _Open(
            name=name,
            line=self._line,
            begin_s=starts_s,
            end_s=min(ends, default=None),
            region=told.get("region") or (outer.region if outer else ""),
            keeps_space=space == "preserve" if space else bool(outer and outer.keeps_space),
            has_times=not {"begin", "end", "dur"}.isdisjoint(told),
        )

    def _seconds(self, told: Mapping[str, str], key: str) -> float | None:
        written = told.get(key)
        if written is None:
            return None
        seconds = self._clock.seconds_of(written.strip())
        if seconds is None:
            self._faults.append(f"line {self._line}: {key} “{written[:20]}” is not a time")
        return seconds

    def _text(self, text: str) -> None:
        """Letters inside an element; those around the paragraphs only make the file readable."""
        if self._open and self._open[-1].name in ("p", "span"):
            shown = text if self._open[-1].keeps_space else re.sub(r"[\r\n]+", " ", text)
            self._open[-1].text.append(shown.replace(_BREAK, " "))
        elif text.strip() and self._open and self._open[-1].name in ("body", "div"):
            self._faults.append(f"line {self._line}: {quoted(text)} belongs to no caption; left out")

    def _end(self, tag: str) -> None:
        """An element ends. A span with times of its own is a caption of its own."""
        done = self._open.pop()
        if done.name == "p" or (done.name == "span" and done.has_times and not self._is_same_time(done)):
            self._finish(done)
            self._open[-1].has_cue = True
        elif done.name == "span":
            self._open[-1].text += done.text

    def _is_same_time(self, span: _Open) -> bool:
        outer = self._open[-1]
        return (span.begin_s, span.end_s) == (outer.begin_s, outer.end_s)

    def _finish(self, done: _Open) -> None:
        rows = clean_rows("".join(done.text).split(_BREAK), done.line, self._faults)
        if not rows:
            if not done.has_cue:
                self._faults.append(f"line {done.line}: has no text; left out")
        elif done.end_s is None:
            self._faults.append(f"line {done.line}: {quoted(' '.join(rows))} has no end; left out")
        elif milliseconds(done.end_s) <= milliseconds(done.begin_s):
            self._faults.append(f"line {done.line}: {quoted(' '.join(rows))} ends before it begins; left out")
        else:
            is_top = done.region in self._tops
            self.cues.append(Cue(start_s=done.begin_s, end_s=done.end_s, lines=rows, is_top=is_top))


def _percent(text: str) -> float:
    try:
        return float(text.removesuffix("%"))
    except ValueError:
        return 100.0
