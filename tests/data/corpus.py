"""Sentences of a small town council meeting, as a grammar: the only language the demo voice knows."""

from __future__ import annotations

import random

NAMES = ["Rivera", "Johnson", "Chen", "Miller", "Okafor", "Larson"]
ROLES = ["mayor", "clerk", "council member", "commissioner", "city manager"]
NUMS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
TOPICS = [
    "water main",
    "bike lane",
    "street light",
    "fire station",
    "public library",
    "city budget",
    "parking permit",
    "park shelter",
    "snow plowing",
    "storm sewer",
    "housing plan",
    "zoning change",
]
CITIES = ["Birchwood", "Oakdale", "Lakeville", "Maplewood", "Northfield"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]

TEMPLATES = [
    "The {city} city council will come to order.",
    "Please rise for the pledge of allegiance.",
    "The clerk will call the roll.",
    "{role} {name} is present.",
    "{role} {name} is absent tonight.",
    "Item {num} is the {topic}.",
    "Item {num} on the agenda is the {topic}.",
    "We will now open the public hearing on the {topic}.",
    "The public hearing is now closed.",
    "I move to approve the {topic}.",
    "I move to table item {num} until {day}.",
    "Is there a second?",
    "I second the motion.",
    "All in favor say aye.",
    "Any opposed?",
    "The motion carries {num} to {num}.",
    "The motion fails.",
    "Thank you, {role} {name}.",
    "The minutes of {day} are approved.",
    "The cost of the {topic} is {num} million dollars.",
    "Staff recommends approval of the {topic}.",
    "You have {num} minutes to speak.",
    "Please state your name and address.",
    "The next meeting is on {day} at {num}.",
    "We need a new {topic} in {city}.",
    "Are there any questions about the {topic}?",
    "{name} asked about the {topic}.",
    "This meeting is adjourned.",
]


def sentence(rng: random.Random) -> str:
    text = rng.choice(TEMPLATES)
    while "{" in text:
        for slot, words in (
            ("num", NUMS),
            ("topic", TOPICS),
            ("city", CITIES),
            ("day", DAYS),
            ("name", NAMES),
            ("role", ROLES),
        ):
            text = text.replace("{" + slot + "}", rng.choice(words), 1)
    return text[0].upper() + text[1:]
