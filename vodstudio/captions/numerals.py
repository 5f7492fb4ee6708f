"""How captions write numbers (T3): as they were heard, in digits, or one to ten in words. What is not sure stays.

English alone. The words that were heard are never changed: captions are made of a list of equal length, in which a
number of several words stands in its first one and leaves the others empty.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

from vodstudio.captions.cardinals import LARGE, TO_TEN
from vodstudio.captions.numbers_said import LISTED, PAIRS, Line, Number
from vodstudio.captions.transcript import Word
from vodstudio.core.station import Numbers

# A word is written by what stands at most this many words before and after it.
REACH = 96
_MOST_SMALL = 10
_COMMAS_FROM = 10_000
_LAST_DAY = 31
_VOTED_WITHIN = 8
_LABEL_WITHIN = 6
# A number after these may be a name or a time, but after a word like it there may also be a count.
_MAYBE_LABELS = frozenset({
    "number", "no", "option", "options", "step", "tier", "zone", "unit", "lot", "block", "line", "part", "case", "at",
    "by", "until", "till", "before", "after", "around", "since", "between", "times", "plus", "minus", "over", "under",
    "figure", "table", "grade", "suite", "channel", "level", "point", "version", "road", "well", "x",
})  # fmt: skip
_MEASURES = frozenset({"by", "x", "over", "of"})
_MONTHS = frozenset({
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
})  # fmt: skip
_ALSO_VERBS = frozenset({"March", "May"})
_STREETS = frozenset({
    "Street", "Avenue", "Road", "Drive", "Lane", "Court", "Boulevard", "Way", "Place", "Trail", "Circle", "Parkway",
})  # fmt: skip
_VOTED = frozenset({
    "vote", "votes", "voted", "voting", "passes", "passed", "carries", "carried", "fails", "failed", "approved",
    "adopted", "denied", "defeated",
})  # fmt: skip
_VOTES = frozenset(
    {"ayes", "aye", "yeas", "yea", "nays", "nay", "noes", "votes", "abstentions", "abstention"}
)
_AFTER_A_VOTE = frozenset({
    "with", "and", "in", "on", "by", "so", "the", "motion", "was", "is", "were", "are", "that", "but", "or", "then",
    "we", "i", "it",
})  # fmt: skip
_OF_A_VOTE = frozenset({"vote", "votes", "margin", "decision", "split"})
_DOLLARS, _CENTS = frozenset({"dollars", "dollar"}), frozenset({"cents", "cent"})
_EXACT_AFTER = (
    _DOLLARS | _CENTS | _VOTES | LARGE | {"percent", "percentage", "a.m", "p.m", "am", "pm", "o'clock"}
)
_HALVES = frozenset({"half", "quarter", "third", "thirds", "quarters", "halves"})
_POINTING = frozenset({
    "the", "these", "those", "all", "us", "you", "them", "other", "last", "first", "next", "every", "any", "no",
    "some", "high", "a", "an", "that", "this", "which", "only", "another", "each",
})  # fmt: skip
_AFTER_WHO = frozenset({"of", "have", "are", "were"})
_AFTER_A_DAY = frozenset({"at", "and", "or", "to", "through", "we", "is", "was", "for", "from", "in", "the"})
_AFTER_ONE = frozenset({"of", "and", "through", "to", "is", "was", "on", "in", "for"})


def spelled(
    words: Sequence[Word], numbers: Numbers, language: str, breaks: Set[int] = frozenset()
) -> Sequence[Word]:
    """The words as captions write them, as many as there are; no number reaches across a place in `breaks`."""
    if numbers is Numbers.AS_HEARD or language.split("-")[0].lower() != "en":
        return words
    return _Writing(words, numbers, breaks).written()


class _Writing(Line):
    """How each number among these words is written in one style."""

    def __init__(self, words: Sequence[Word], numbers: Numbers, breaks: Set[int]) -> None:
        super().__init__(words, breaks)
        self._numbers = numbers

    def written(self) -> Sequence[Word]:
        """All words; those that are written as they were heard are the same ones."""
        made = list(self.words)
        for number in self.found.values():
            if number.is_spelled:
                self._write_digits(made, number)
            elif self._numbers is Numbers.WORDS_TO_TEN and self._may_be_a_word(number):
                word = TO_TEN[number.value]
                self._write(made, number, word.capitalize() if self.begins_sentence(number.first) else word)
        return made

    def _write_digits(self, made: list[Word], number: Number) -> None:
        if not self._is_exact(number) and not self._is_counted(number):
            return
        is_money = self.low(number.last) in _DOLLARS and not self.is_cut(number.first, number.last + 1)
        if is_money and not self._has_cents(number.last + 1):
            whole = replace(number, last=number.last + 1)
            self._write(made, whole, f"${number.value:,}")
            return
        text = f"{number.value:,}" if number.value >= _COMMAS_FROM else str(number.value)
        self._write(made, number, text)

    def _write(self, made: list[Word], number: Number, text: str) -> None:
        first, last = self.pieces[number.first], self.pieces[number.last - 1]
        said = self.words[first.at : last.at + 1]
        sure = [word.probability for word in said if word.probability is not None]
        made[first.at] = replace(
            said[0],
            text=f"{first.lead}{first.before}{text}{last.after}{last.tail}",
            end=max(word.end for word in said),
            probability=min(sure, default=None),
        )
        for at in range(first.at + 1, last.at + 1):
            made[at] = replace(made[at], text="")

    def _is_counted(self, number: Number) -> bool:
        """Whether a spelled number that nothing makes exact is written in digits in this style, and may be."""
        pair = self.partner(number)
        both = [number, *([pair] if pair else [])]
        if any(each.value < 2 or self.begins_sentence(each.first) for each in both):
            return False
        if self.is_within_a_name(number) or self._is_pronoun(number) or self._has_half(number.last):
            return False
        if self.text(number.first - 1) in _MONTHS and number.value <= _LAST_DAY:
            return False
        return self._numbers is Numbers.DIGITS or all(
            each.value > _MOST_SMALL or not each.is_spelled for each in both
        )

    def _is_pronoun(self, number: Number) -> bool:
        """`the two of you`, `these two`, `no two`: who, not how many."""
        is_last = self.ends_clause(number.last - 1) or self.low(number.last) in _AFTER_WHO
        return is_last and self.low(number.first - 1) in _POINTING

    def _may_be_a_word(self, number: Number) -> bool:
        """Whether digits from 1 to 10 may become a word: nothing makes them exact, and nothing may."""
        if not 1 <= number.value <= _MOST_SMALL or self._is_exact(number) or self._is_maybe_exact(number):
            return False
        pair = self.partner(number)
        if pair is None:
            return not self._is_measure(number)
        is_small = 1 <= pair.value <= _MOST_SMALL and not pair.is_spelled
        return is_small and self._is_range(*sorted((number, pair), key=lambda each: each.first))

    def _is_maybe_exact(self, number: Number) -> bool:
        """A name, a time, the number of a paragraph, a part of what is written together."""
        before, following = self.low(number.first - 1), self.low(number.last)
        is_paragraph = self.begins_sentence(number.first) and self.ends_sentence(number.first)
        is_sign = len(following) == 1 and following != "a"
        return (
            is_paragraph
            or is_sign
            or any(letter.isdigit() for letter in following)
            or before in _MAYBE_LABELS | _VOTED
            or self.is_capital(number.first - 1)
            or self.is_within_a_name(number)
            or self._has_half(number.last)
        )

    def _is_measure(self, number: Number) -> bool:
        """`2 by 4`, `3 of 5`."""
        before, following = self.low(number.first - 1), self.low(number.last)
        return (following in _MEASURES and self.is_number(number.last + 1)) or (
            before in _MEASURES and self.is_number(number.first - 2)
        )

    def _is_range(self, lower: Number, upper: Number) -> bool:
        """`5 to 10 minutes` is no vote: something is counted after it."""
        if any(self._is_exact(each) or self._is_maybe_exact(each) for each in (lower, upper)):
            return False
        following = self.low(upper.last)
        is_noun = following.isalpha() and following not in _AFTER_A_VOTE | _OF_A_VOTE
        return self.low(upper.first - 1) != "to" or (is_noun and not self.ends_clause(upper.last - 1))

    def _is_exact(self, number: Number) -> bool:
        """Whether digits belong here: votes, money, percent, dates, times, addresses, items and ordinances."""
        return (
            self._is_measured(number)
            or self._is_labelled(number)
            or self._is_vote(number)
            or self._is_date(number)
            or self._is_address(number)
        )

    def _is_measured(self, number: Number) -> bool:
        """`5 percent`, `7 p.m.`, `3 ayes`; but not `which one am I`."""
        following = self.low(number.last)
        is_verb = following == "am" and number.is_spelled and number.value == 1
        return following in _EXACT_AFTER and not is_verb and not self.ends_clause(number.last - 1)

    def _is_labelled(self, number: Number) -> bool:
        """`item 5`, and the others of `items 4, 5 and 6`."""
        place = number.first
        for _ in range(_LABEL_WITHIN):
            if self.low(place - 1) in LISTED:
                is_surely_one = self.ends_clause(number.last - 1) or self.low(number.last) in _AFTER_ONE
                is_one = number.value == 1 and number.is_spelled
                return not self.ends_clause(place - 1) and (is_surely_one or not is_one)
            is_joined = self.low(place - 1) in PAIRS
            earlier = self.by_end.get(place - 1 if is_joined else place)
            if earlier is None or self.ends_sentence(earlier.last - 1):
                return False
            place = earlier.first
        return False

    def _is_vote(self, number: Number) -> bool:
        """`passes 7 to 2`: two numbers after a word that speaks of votes, and nothing that is counted after them."""
        pair = self.partner(number)
        if pair is None:
            return False
        lower, upper = sorted((number, pair), key=lambda each: each.first)
        following = "" if self.ends_clause(upper.last - 1) else self.low(upper.last)
        if self.low(upper.first - 1) != "to" or following in _OF_A_VOTE:
            return following in _OF_A_VOTE
        if following and following not in _AFTER_A_VOTE:
            return False
        places = range(lower.first - 1, max(-1, lower.first - 1 - _VOTED_WITHIN), -1)
        here = next((place for place in places if self.ends_sentence(place)), -1)
        return any(self.low(place) in _VOTED for place in places if place > here)

    def _is_date(self, number: Number) -> bool:
        """`April 5`; spelled it may also be `in April five people`, and May and March are verbs too."""
        before = self.text(number.first - 1)
        if before not in _MONTHS or not 1 <= number.value <= _LAST_DAY or self.ends_clause(number.first - 1):
            return False
        is_over = before not in _ALSO_VERBS and self.low(number.last) in _AFTER_A_DAY
        return not number.is_spelled or is_over or self.ends_clause(number.last - 1)

    def _is_address(self, number: Number) -> bool:
        """`5 Main Street`."""
        if self.ends_clause(number.last - 1) or not self.is_capital(number.last):
            return False
        name = [self.text(place) for place in range(number.last, number.last + 3) if self.is_capital(place)]
        return any(text in _STREETS for text in name)

    def _has_half(self, place: int) -> bool:
        """`two and a half`."""
        return self.low(place) == "and" and not _HALVES.isdisjoint((self.low(place + 1), self.low(place + 2)))

    def _has_cents(self, place: int) -> bool:
        """`five dollars and twenty cents`."""
        return self.low(place) == "and" and any(self.low(place + more) in _CENTS for more in range(2, 5))
