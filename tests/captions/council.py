"""Captions of a council meeting that never was, heavy in the signs that break caption encoders."""

# ruff: noqa: RUF001 - typographic signs are what these captions are for.

from __future__ import annotations

import random

from vodstudio.captions.cue import Cue
from vodstudio.captions.profile import BROADCAST_32
from vodstudio.captions.segment import Setting, segment
from vodstudio.captions.timecode import RATE
from vodstudio.captions.transcript import Word

SENTENCES = (
    "“Good evening,” said Mayor Núñez, “and welcome.”",
    "The owner’s naïve résumé cost $1,250.",
    "Item 12—the façade of the café—is next.",
    "It is ½ mile from the piñata shop.",
    "♪ The high school band plays ♪",
    "Señora Peña: ¿Cuándo abre la piscina?",
    "¡Sí! It’s 72° outside; that’s 50% more.",
    "I move to approve Ordinance 2024-15.",
    "Aye.",
    "♪♪ Anthem ♪♪ ½½ ££ ÉÉ ““”” éé ——",
    "Second.",
    "The motion carries 5—2, “as amended.”",
    "We’ll hear from Zoë, Chloë and François.",
    "Über-local: Straße, smörgåsbord, Ångström.",
    "E-mail clerk_desk@city.gov ~ or call.",
    "The © and ™ and ® marks are {brackets}.",
    "Crème brûlée at the Hôtel de l’Île [APPLAUSE]",
    "We can’t, won’t, and shouldn’t do that*.",
    "A/V check: left | right \\ ok? 2^8 is 256.",
    "Thank you, Council Member O’Brien-López.",
    "The public hearing on the storm sewer is now open, and anyone may speak for three minutes.",
)


def council_words(seed: int, cues: int) -> tuple[list[Word], float]:
    """Words with times as a fast and a slow speaker say them; about so many cues, and the length in seconds."""
    rng = random.Random(seed)
    words: list[Word] = []
    at_s = 2.0
    for _ in range(cues):
        pace = rng.uniform(0.045, 0.075)
        for text in rng.choice(SENTENCES).split():
            length_s = 0.06 + pace * len(text)
            words.append(Word(text=f" {text}", start=round(at_s, 3), end=round(at_s + length_s, 3)))
            at_s += length_s + 0.02
        at_s += rng.choice((0.05, 0.2, 0.4, 0.9, 2.0, 4.0))
    return words, at_s + 2


def council_cues(seed: int, cues: int) -> tuple[Cue, ...]:
    """The cues that we make of them."""
    words, duration_s = council_words(seed, cues)
    return segment(words, BROADCAST_32, Setting(duration_s=duration_s)).cues


def hurried_cues(seed: int, count: int) -> tuple[Cue, ...]:
    """Captions that come faster than line 21 can always send them, written by hand and not by our segmentation."""
    rng = random.Random(seed)
    rows = [text for text in SENTENCES if len(text) <= 32]
    cues: list[Cue] = []
    at_s = 1.5
    for _ in range(count):
        length_s = rng.choice((0.4, 0.7, 1.1, 1.6, 2.5, 4.0))
        lines = tuple(rng.choice(rows) for _ in range(rng.choice((1, 2))))
        cues.append(Cue(start_s=at_s, end_s=at_s + length_s, lines=lines, is_top=rng.random() < 0.1))
        at_s += length_s + rng.choice((0.0, 2 / RATE, 0.3, 1.0, 3.0))
    return tuple(cues)


def same_signs(text: str) -> str:
    """What different readers call by different names: quotation marks, dashes, bars, spaces."""
    for names, sign in _NAMES:
        for name in names:
            text = text.replace(name, sign)
    return " ".join(text.split())


_NAMES: tuple[tuple[str, str], ...] = (("’‘`", "'"), ("“”", '"'), ("━─–", "—"), ("ʌ", "^"))


# What a city council says in an evening, as a stenographer writes it.
PLAIN_SENTENCES = (
    "Good evening, everyone, and welcome to the regular meeting of the Lake Elmo City Council.",
    "I would like to call this meeting to order at seven o'clock p.m. on Tuesday, March 4, 2025.",
    "Please stand and join me in the pledge of allegiance to the flag.",
    "Would the clerk please call the roll?",
    "Let the record show that all members of the council are present this evening.",
    "Are there any additions or corrections to the agenda before we approve it?",
    "I'd like to pull item five from the consent agenda so that we can talk about it separately.",
    "I have a motion by Council Member Holtz and a second by Council Member Hirn to approve the agenda as amended.",
    "All those in favor, please signify by saying aye.",
    "Opposed, same sign, and the motion carries five to nothing.",
    "This is the time for members of the public to address the council on items that are not on the agenda.",
    "Please come up to the podium, state your name and address for the record, and you will have three minutes.",
    "My name is Karen Lindquist and I have lived at 8120 Hidden Bay Trail for twenty-two years.",
    "I am here tonight because the traffic on Lake Elmo Avenue has become dangerous for our children.",
    "Last week a car went through the crosswalk at forty-five miles an hour while my daughter was waiting to cross.",
    "We have asked the county for a flashing beacon twice, and nobody has given us an answer.",
    "Thank you for coming, and I will ask staff to look into it and report back to us by the next meeting.",
    "Item 6 is a public hearing on the preliminary plat for the Wildflower at Lake Elmo fourth addition.",
    "The applicant is proposing sixty-four single-family lots on thirty-eight acres in the northeast corner of the city.",
    "Staff recommends approval subject to the fourteen conditions that are listed in the staff report.",
    "The planning commission voted six to one to recommend approval, and the dissenting vote was about drainage.",
    "Mayor, members of the council, thank you for the opportunity to present this project to you tonight.",
    "The stormwater pond on the south side will be enlarged to hold a hundred-year rain event.",
    "Our engineer has worked closely with the Valley Branch Watershed District since last September.",
    "What happens to the existing trees along the west property line when the road is widened?",
    "About a third of them would have to be removed, but we will replace each one with two new ones.",
    "I am still concerned that the turn lane is too short for a school bus and a snow plow at the same time.",
    "Could the city engineer explain how the length of the turn lane was calculated?",
    "It is based on the average daily traffic and the posted speed, which is fifty miles per hour there.",
    "The total cost of the project is estimated at 2.4 million dollars, of which the city would pay about a quarter.",
    "We received a grant of $350,000 from the state, which has to be spent before the end of June.",
    "I move to approve Resolution 2025-018, authorizing the mayor and the clerk to sign the agreement.",
    "Is there any further discussion before I call the question?",
    "I will be voting no, because I do not think that we have heard enough from the people who live there.",
    "With respect, we have had two open houses, a survey, and three meetings about this in the last year.",
    "The finance director will now present the budget for the coming year, beginning with the general fund.",
    "Property tax revenue is expected to increase by four percent, mostly because of new construction.",
    "Public safety makes up almost half of our spending, and the sheriff's contract went up again.",
    "If we were to fund a second full-time firefighter, the levy would have to rise by about one percent.",
    "Does that number include the new ladder truck, or is it in the capital improvement plan?",
    "The truck is in the plan for 2027, and we would pay for it with equipment certificates.",
    "I think that we owe it to our residents to explain why this costs as much as it does.",
    "The water main on Fifty-Fifth Street broke twice this winter and it has to be replaced before it fails again.",
    "Crews from public works were out there until four in the morning, and I want to thank every one of them.",
    "The library board meets on the second Wednesday of the month and it needs two more volunteers.",
    "Our next workshop is on Tuesday, March 11, at six o'clock in the council chambers.",
    "There being no further business before the council, I will entertain a motion to adjourn.",
    "We are adjourned, and please drive home carefully because the roads are very icy tonight.",
)


def plain_words(seed: int) -> tuple[list[Word], float]:
    """These sentences at the pace of people who speak without a script."""
    rng = random.Random(seed)
    words: list[Word] = []
    at_s = 3.0
    for sentence in rng.sample(PLAIN_SENTENCES, len(PLAIN_SENTENCES)):
        pace = rng.uniform(0.045, 0.065)
        for text in sentence.split():
            length_s = 0.07 + pace * len(text)
            words.append(Word(text=f" {text}", start=round(at_s, 3), end=round(at_s + length_s, 3)))
            at_s += length_s + rng.choice((0.02, 0.02, 0.02, 0.25)) + 0.25 * text.endswith(",")
        at_s += rng.choice((0.3, 0.6, 1.2, 3.0))
    return words, at_s + 2


def said(text: str, *, start: float = 1.0, each: float = 0.3, pause: float = 0.02) -> list[Word]:
    """Each word takes the same time; `|` is a silence of two seconds."""
    words: list[Word] = []
    at = start
    for part in text.split():
        if part == "|":
            at += 2.0
            continue
        words.append(Word(text=f" {part}", start=at, end=at + each))
        at += each + pause
    return words
