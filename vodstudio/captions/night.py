"""What the check report means when nobody is awake: publish, publish and say that it needs a look, or stop this job."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from vodstudio.captions.check import Report
from vodstudio.captions.check_html import clock
from vodstudio.captions.cue import Finding, Level
from vodstudio.captions.rules import RULES
from vodstudio.core.errors import NeedsUser

CODE = "VS-CAPTIONS-CHECK"
_TOLD = 20
_KINDS = 3
_CAUSES = ("Q11", "Q08")
_DEEDS = {"Q09": "take out what nobody said", "Q11": "shift all captions to the voice"}


def stop_what_is_wrong(report: Report, where: str) -> None:
    """Captions that are false, broken or displaced wait for a person, and this job with them."""
    wrong = report.stops
    if not wrong:
        return
    first = min(wrong, key=_cause)
    others = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    place = f" at {clock(first.at_s)}" if first.at_s else ""
    raise NeedsUser(
        f"The captions are not right{place}: {_lowered(first.text)}{others}",
        hint=f"Nothing was published, and no other job waits for this one. Open Review captions: {_deed(first, report)}, "
        f"or waive it with a reason; the captions are then made again. The check report is {where}.",
        detail="; ".join(f"{each.rule} {clock(each.at_s)} {each.text}" for each in wrong[:_TOLD]),
        code=CODE,
    )


def _cause(found: Finding) -> int:
    """Captions that are displaced as a whole also miss speech, and stand where nobody speaks: that is told first."""
    return _CAUSES.index(found.rule) if found.rule in _CAUSES else len(_CAUSES)


def _deed(first: Finding, report: Report) -> str:
    """What to do there about it."""
    if first.rule != "Q08":
        return _DEEDS.get(first.rule, "correct what is wrong")
    places = [each.at_s for each in report.findings if each.rule == "Q08" and each.at_s > 0]
    return f"write what is missing{f' (first at {clock(min(places))})' if places else ''}"


def _lowered(text: str) -> str:
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def needs_look(report: Report) -> str:
    """What a person should look at in captions that are published all the same; nothing where all is well."""
    found = [each for each in report.findings if each.level is Level.ERROR and each not in report.stops]
    return f"needs a look: {_kinds(found)}" if found else ""


def _kinds(found: Sequence[Finding]) -> str:
    """How many of each kind, and where the first is."""
    kinds = [list(group) for _, group in groupby(sorted(found, key=_rule), key=_rule)]
    kinds.sort(key=len, reverse=True)
    told = [
        f"{len(kind)} {_title(kind[0]).lower()} (first at {clock(min(each.at_s for each in kind))})"
        for kind in kinds[:_KINDS]
    ]
    return ", ".join(told + (["and more"] if len(kinds) > _KINDS else []))


def _rule(found: Finding) -> str:
    return found.rule


def _title(found: Finding) -> str:
    return RULES[found.rule].title if found.rule in RULES else found.rule
