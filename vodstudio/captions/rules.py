"""The checks Q01 to Q27 as data: what each looks at, what mends it, and whether it stops a job at night."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Quality(StrEnum):
    """The four words of the FCC (47 CFR 79.1(j)(2)) that captions are graded in."""

    ACCURATE = "accurate"
    SYNCHRONOUS = "synchronous"
    COMPLETE = "complete"
    PLACED = "placed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One check: what it is called, what it counts towards, what mends it, where the limit comes from.

    `stops` says that an error of it holds the job: captions would be false, broken or displaced.
    """

    id: str
    title: str
    quality: Quality
    fix: str = ""
    source: str
    stops: bool = False
    can_waive: bool = True


_A, _S, _C, _P = Quality.ACCURATE, Quality.SYNCHRONOUS, Quality.COMPLETE, Quality.PLACED
RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule(
            id="Q01",
            title="Line too long",
            quality=_P,
            fix="break the lines again",
            source="CEA-608, 32 columns",
        ),
        Rule(
            id="Q02",
            title="Too many lines",
            quality=_P,
            fix="divide the caption",
            source="DCMP, Netflix: two lines",
        ),
        Rule(
            id="Q03",
            title="Too fast to read",
            quality=_S,
            fix="show it longer",
            source="Netflix: 20 a second",
        ),
        Rule(
            id="Q04",
            title="Shown too short or too long",
            quality=_S,
            fix="show it longer or divide it",
            source="Netflix: 5/6 s to 7 s",
        ),
        Rule(
            id="Q05",
            title="Times that cannot be",
            quality=_S,
            fix="put the times in order",
            source="every format",
            stops=True,
            can_waive=False,
        ),
        Rule(
            id="Q06",
            title="Flickering gap",
            quality=_S,
            fix="close the gap",
            source="Netflix: two frames, or half a second",
        ),
        Rule(
            id="Q07",
            title="Not with the speech",
            quality=_S,
            fix="move it to its words",
            source="FCC, BBC: 1.5 s at most",
        ),
        Rule(
            id="Q08",
            title="Speech without captions",
            quality=_C,
            source="FCC: from beginning to end",
            stops=True,
        ),
        Rule(
            id="Q09",
            title="Text where nobody speaks",
            quality=_A,
            source="FCC: match the spoken words",
            stops=True,
        ),
        Rule(
            id="Q10", title="Repeated or doubtful words", quality=_A, source="known faults of speech models"
        ),
        Rule(
            id="Q11",
            title="Early, late or running away",
            quality=_S,
            fix="shift or stretch all captions",
            source="FCC: coincide with the speech",
            stops=True,
        ),
        Rule(
            id="Q12",
            title="Words heard with little certainty",
            quality=_A,
            source="the speech model's own figures",
        ),
        Rule(
            id="Q13",
            title="Line ends in a bad place",
            quality=_P,
            fix="break the lines again",
            source="DCMP, Netflix",
        ),
        Rule(id="Q14", title="Lone word", quality=_P, fix="join it with its neighbour", source="Netflix"),
        Rule(id="Q15", title="Spelling", quality=_A, source="the station's vocabulary; mixed case"),
        Rule(
            id="Q16",
            title="Another speaker without a mark",
            quality=_A,
            fix="add the mark",
            source="FCC: identify speakers",
        ),
        Rule(id="Q17", title="Signs that SCC does not have", quality=_A, source="CEA-608", stops=True),
        Rule(
            id="Q18",
            title="Too late to be sent in time",
            quality=_S,
            fix="begin it later, or use signs that are sent faster",
            source="CEA-608: two bytes a frame",
            stops=True,
        ),
        Rule(
            id="Q19", title="SCC file", quality=_C, source="Scenarist, CEA-608", stops=True, can_waive=False
        ),
        Rule(id="Q20", title="WebVTT file", quality=_C, source="W3C WebVTT", stops=True, can_waive=False),
        Rule(
            id="Q21",
            title="SRT file",
            quality=_C,
            source="SubRip as it is read everywhere",
            stops=True,
            can_waive=False,
        ),
        Rule(
            id="Q22", title="TTML file", quality=_C, source="W3C IMSC 1.1 text", stops=True, can_waive=False
        ),
        Rule(
            id="Q23",
            title="Files that say different things",
            quality=_A,
            source="one list of captions",
            stops=True,
            can_waive=False,
        ),
        Rule(
            id="Q24",
            title="Before the beginning or after the end",
            quality=_C,
            fix="cut it off at the end",
            source="length of the video",
            stops=True,
        ),
        Rule(
            id="Q25",
            title="Named unlike the video",
            quality=_C,
            fix="rename the file",
            source="Cablecast",
            stops=True,
            can_waive=False,
        ),
        Rule(
            id="Q26",
            title="May cover a title",
            quality=_P,
            fix="show it at the top",
            source="FCC: cover nothing that matters",
        ),
        Rule(
            id="Q27",
            title="Changed since it was checked",
            quality=_A,
            fix="check again",
            source="SHA-256",
            stops=True,
            can_waive=False,
        ),
        Rule(
            id="W1", title="Word with an impossible time", quality=_S, source="word times of the speech model"
        ),
        Rule(id="W2", title="Word that lasted too long", quality=_S, source="word times of the speech model"),
        Rule(
            id="W4",
            title="Words heard all at one moment",
            quality=_S,
            source="word times of the speech model",
        ),
        Rule(
            id="W5",
            title="Word apart from its sentence",
            quality=_S,
            source="word times of the speech model",
        ),
    )
}
