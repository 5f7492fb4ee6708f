"""Where a sentence may be broken: the cost of each place between two words, from punctuation and small word lists."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vodstudio.captions.tokens import Join, Token

NEVER_SPLIT = 25.0
_SENTENCE, _CLAUSE, _COMMA, _PAUSE, _CONJUNCTION, _PREPOSITION, _OTHER = 0.0, 1.0, 2.0, 2.0, 4.0, 5.0, 9.0
_INSIDE_A_WORD, _AFTER_HYPHEN, _CUT = 60.0, 30.0, 90.0
# What reads badly without being wrong: “and” at the end of a line, a verb without its “you”, “very” without “good”.
_LOOSE = 4.0
_SHORT_PAUSE_S = 0.35


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ABBREVIATIONS = _words(
    "mr. mrs. ms. dr. st. vs. v. rev. hon. gov. sen. rep. sgt. lt. capt. col. approx. e.g. i.e. "
    " jan. feb. mar. apr. jun. jul. aug. sep. sept. oct. nov. dec. mt."
)
MAY_END = _words("a.m. p.m. etc. jr. sr. inc. co. corp. dept. ave. blvd. rd. ft.")
DETERMINERS = _words(
    "a an the my your his her its our their this these those each every any no some another both either neither "
    "such what which whose"
)
PRONOUNS_TOO = _words("this these those each any some another both either neither such what which that")
ADJECTIVES = _words(
    "new next public regular special first last second third other same current annual whole old good great big "
    "small local proposed final city general"
)
PREPOSITIONS = _words(
    "about above across after against along among around at before behind below beneath beside between beyond by "
    "down during except for from in inside into near of off on onto out outside over past per regarding since "
    "through throughout to toward towards under until up upon via with within without"
)
AUXILIARIES = _words(
    "am is are was were be been being do does did have has had will would shall should can could may might must "
    "i'm you're he's she's it's we're they're i've you've we've they've i'll you'll he'll she'll it'll we'll "
    "they'll i'd you'd he'd she'd we'd they'd that's there's let's gonna"
)
NEGATIONS = _words("not never cannot")
SUBJECTS = _words("i he she we they")
OBJECTS_TOO = _words("you it that this there who")
CONJUNCTIONS = _words(
    "and but or nor so yet because although though while if unless until when where who whom whose which that "
    "since whereas than as before after whether"
)
JOINERS = _words("and but or nor so yet because although though while if unless that which than whether as")
OBJECTS = _words("me him us them you it")
PARTICLES = _words("up out off down away back over")
QUALIFIERS = _words(
    "very more most less least quite rather too almost nearly much so as ever how former several many few"
)
TITLES = _words(
    "mr mrs ms dr mayor councilmember councilman councilwoman councilor commissioner chair chairman chairwoman "
    "chairperson president member clerk attorney director chief officer sergeant captain lieutenant judge senator "
    "representative manager administrator supervisor superintendent trustee secretary treasurer engineer planner "
    "alderman alderperson governor reverend father sister saint deputy vice st sgt lt capt rev hon gov sen rep"
)
NUMBERED = _words(
    "item items ordinance resolution district section chapter article page exhibit bill route highway ward "
    "precinct phase number no case unit lot parcel apartment room file agenda amendment motion appendix title"
)
UNITS = _words(
    "percent dollars dollar cents million billion thousand hundred feet foot inches miles mile acres acre minutes "
    "minute hours hour days day weeks week months month years year votes vote units seconds gallons degrees yards "
    "a.m. p.m. am pm o'clock residents people square"
)
NUMBER_WORDS = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million "
    "billion"
)
MONTHS = _words(
    "january february march april may june july august september october november december jan feb mar apr jun "
    "jul aug sep sept oct nov dec"
)
WEEKDAYS = _words("monday tuesday wednesday thursday friday saturday sunday")
_FUNCTION_WORDS = (
    DETERMINERS
    | PREPOSITIONS
    | AUXILIARIES
    | NEGATIONS
    | SUBJECTS
    | OBJECTS_TOO
    | CONJUNCTIONS
    | _words("yes no")
)
# Spanish, the second language of American council rooms: what never ends a line, and what a line may begin with.
SPANISH_BEFORE = _words(
    "el la los las un una unos unas lo al del mi mis tu tus su sus nuestro nuestra nuestros nuestras este esta estos "
    "estas ese esa esos esas aquel aquella cada todo toda todos todas otro otra otros otras algún ningún qué cuál "
    "a ante bajo con contra de desde en entre hacia hasta para por según sin sobre tras durante mediante "
    "y e o u ni que si como cuando donde quien cuyo pero sino porque aunque pues mientras "
    "no me te se nos os le les muy más menos tan ya he has ha hemos han había habían soy eres es somos son está "
    "están era eran fue fueron ser estar voy vas va vamos van puede pueden debe deben quiero señor señora san santa"
)
SPANISH_CONJUNCTIONS = _words(
    "y e o u ni que si como cuando donde quien cuyo pero sino porque aunque pues mientras"
)
SPANISH_JOINERS = _words("y e o u ni pero sino")
SPANISH_PREPOSITIONS = _words(
    "a ante bajo con contra de del al desde en entre hacia hasta para por según sin sobre tras durante mediante"
)
SPANISH = "es"
_NUMBER = re.compile(r"[#$]?\d[\d,.:/-]*(?:st|nd|rd|th|%)?")
_CLOSERS = "\"'”’)]»"  # noqa: RUF001 - closing quotation marks


def break_costs(tokens: Sequence[Token], language: str = "en") -> list[float]:
    """For each place between token n - 1 and token n what it costs to end a caption there; the ends are free."""
    costs = [0.0] * (len(tokens) + 1)
    bare = [bare_word(token.text) for token in tokens]
    for place in range(1, len(tokens)):
        left, right = tokens[place - 1], tokens[place]
        costs[place] = _JOIN_COSTS.get(right.join) or _spaced_cost(
            left, right, (bare[place - 1], bare[place]), is_spanish(language)
        )
    return costs


def is_spanish(language: str) -> bool:
    return language.split("-")[0].lower() == SPANISH


_JOIN_COSTS = {Join.NOTHING: _OTHER, Join.CUT: _CUT}


def _spaced_cost(left: Token, right: Token, bare: tuple[str, str], spanish: bool) -> float:
    if right.join is Join.INSIDE_A_WORD:
        return _AFTER_HYPHEN if left.text[-1] in "-/." else _INSIDE_A_WORD
    if ends_sentence(left.text, right.text):
        return _SENTENCE
    cost = _plain_cost(left, right, bare[1], spanish)
    if not spanish:
        cost += _loose_cost(left.text, bare)
    return cost + NEVER_SPLIT if is_pair(left.text, right.text, bare, spanish=spanish) else cost


def _plain_cost(left: Token, right: Token, right_bare: str, spanish: bool) -> float:
    end = left.text.rstrip(_CLOSERS)[-1:]
    if end in (";", ":", "—") or left.text == "-":
        return _CLAUSE
    if end == "," or right.start_s - left.end_s >= _SHORT_PAUSE_S:
        return _COMMA if end == "," else _PAUSE
    if right_bare in (SPANISH_CONJUNCTIONS if spanish else CONJUNCTIONS):
        return _CONJUNCTION
    return _PREPOSITION if right_bare in (SPANISH_PREPOSITIONS if spanish else PREPOSITIONS) else _OTHER


def _loose_cost(left: str, bare: tuple[str, str]) -> float:
    """What a break between these costs beyond its place in the sentence; after a sign it costs nothing."""
    if left[-1] in ",;:—":
        return 0.0
    before, after = bare
    is_loose = (
        before in JOINERS
        or (before in QUALIFIERS | NUMBER_WORDS and after not in _FUNCTION_WORDS)
        or (after in OBJECTS | PARTICLES and before not in _FUNCTION_WORDS)
    )
    return _LOOSE if is_loose else 0.0


def ends_sentence(text: str, following: str = "") -> bool:
    """Whether a sentence ends with this word; the point of an abbreviation or an initial does not always end it."""
    core = text.rstrip(_CLOSERS)
    if not core.endswith((".", "?", "!", "…", "。", "？", "！")):  # noqa: RUF001 - the full stops of other scripts
        return False
    word = core.lower().lstrip("(\"'“‘[")  # noqa: RUF001 - opening quotation marks
    if word == "no.":
        return not following[:1].isdigit()
    if word in MAY_END:
        return not following or following[:1].isupper()
    is_initial = len(word) == 2 and word[0].isalpha() and core[:1].isupper()
    return not (word in ABBREVIATIONS or is_initial)


def is_pair(left: str, right: str, bare: tuple[str, str], *, spanish: bool = False) -> bool:
    """Whether these two words belong together, so that a break between them reads badly."""
    if left == ">>":
        return True
    if left[-1] in ",;:!?)]—" or left.endswith("..."):
        return bare[0] in WEEKDAYS and bare[1] in MONTHS
    if spanish:
        is_joined = bare[0] in SPANISH_BEFORE and bare[1] not in SPANISH_JOINERS
        return is_joined or _is_number_pair(*bare) or _is_name_pair(left, right, bare)
    return _is_grammar_pair(*bare) or _is_number_pair(*bare) or _is_name_pair(left, right, bare)


def _is_grammar_pair(left: str, right: str) -> bool:
    if left in SUBJECTS or (left in OBJECTS_TOO and right in AUXILIARIES):
        return True
    if left in AUXILIARIES or left in NEGATIONS or left.endswith("n't"):
        return True
    if left in PRONOUNS_TOO:
        # “some of them”, “those who came”: the word stands for a noun.
        return right not in PREPOSITIONS | CONJUNCTIONS
    if left in DETERMINERS or left in ("vs", "versus", "v"):
        return True
    return (left in PREPOSITIONS and right not in CONJUNCTIONS) or (
        left in ADJECTIVES and right not in _FUNCTION_WORDS
    )


def _is_number_pair(left: str, right: str) -> bool:
    left_counts, right_counts = _is_number(left), _is_number(right)
    if left_counts:
        return right_counts or right in UNITS or right in MONTHS
    return (right_counts and (left in NUMBERED or left in MONTHS or left == "$")) or (
        left in WEEKDAYS and right in MONTHS
    )


def _is_name_pair(left: str, right: str, bare: tuple[str, str]) -> bool:
    if not right[:1].isupper() or not right[0].isalpha():
        return False
    return bare[0] in TITLES or (left[:1].isupper() and bare[0] not in _FUNCTION_WORDS)


def _is_number(word: str) -> bool:
    return word in NUMBER_WORDS or bool(_NUMBER.fullmatch(word))


def bare_word(text: str) -> str:
    """Lower case, straight apostrophes, no punctuation around it."""
    return text.replace("’", "'").strip("\"“”.,;:?!()[]—-'").lower() or text  # noqa: RUF001 - the typographic apostrophe
