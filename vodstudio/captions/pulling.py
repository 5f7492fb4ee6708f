"""A caption that is pulled along the sound: how far it may go, and where its edges like to stay."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from vodstudio.captions.commands import LEAST_S
from vodstudio.captions.cue import Cue
from vodstudio.captions.document import Document
from vodstudio.captions.edits import Times


class Grip(StrEnum):
    """Where a caption is held."""

    START = "start"
    END = "end"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """A caption that is held, in frames of the video: where it was, and how far its neighbours let it go."""

    grip: Grip
    start: int
    end: int
    low: int
    high: int
    least: int
    frame_s: float
    edges: tuple[int, ...] = ()

    def to(self, by_s: float, near_s: float = 0.0) -> Times:
        """From and to when it is shown once it was pulled that far; an edge of the speech that is near holds it."""
        by, near = by_s / self.frame_s, near_s / self.frame_s
        start, end = self.start, self.end
        if self.grip is Grip.START:
            start = self._held(start + by, near, self.low, end - self.least)
        elif self.grip is Grip.END:
            end = self._held(end + by, near, start + self.least, self.high)
        else:
            start, end = self._whole(by, near)
        return start * self.frame_s, end * self.frame_s

    def _whole(self, by: float, near: float) -> tuple[int, int]:
        lasts = self.end - self.start
        low, high = self.low, max(self.low, self.high - lasts)
        ways = [self._held(self.start + by, near, low, high)]
        ways.append(self._held(self.end + by, near, low + lasts, high + lasts) - lasts)
        is_edge = [way in self.edges or way + lasts in self.edges for way in ways]
        start = ways[1] if is_edge[1] and not is_edge[0] else ways[0]
        return start, start + lasts

    def _held(self, place: float, near: float, low: int, high: int) -> int:
        """The frame for this place: that of an edge of the speech which is near, else the nearest one."""
        wanted = min(max(place, low), max(low, high))
        edges = [edge for edge in self.edges if low <= edge <= high and abs(edge - place) <= near]
        return min(edges, key=lambda edge: abs(edge - place)) if edges else math.floor(wanted + 0.5)


def pull(document: Document, row: int, grip: Grip, speech: Sequence[Times] = ()) -> Pull:
    """Hold a caption; `speech` are the seconds in which a voice was found."""
    cue, frame_s = document.cue(row), document.frame_s
    start, end = round(cue.start_s / frame_s), round(cue.end_s / frame_s)
    gap = document.profile.min_gap_frames
    low, high = 0, math.floor(document.duration_s / frame_s + 0.001) or end + math.ceil(60 / frame_s)
    if row > 0:
        low = round(document.cue(row - 1).end_s / frame_s) + gap
    if row + 1 < document.count:
        high = round(document.cue(row + 1).start_s / frame_s) - gap
    first, last = document.span(row)
    spoken = (document.words[first].start, document.words[last - 1].end)
    edges = {round(each / frame_s) for times in (spoken, *speech) for each in times}
    return Pull(
        grip=grip,
        start=start,
        end=end,
        low=min(low, start),
        high=max(high, end),
        least=math.ceil(LEAST_S / frame_s),
        frame_s=frame_s,
        edges=tuple(sorted(edges)),
    )


def grip_at(document: Document, at_s: float, near_s: float) -> tuple[int, Grip] | None:
    """The caption that is held at this time, and where: an edge that is near, else the whole of what lies there."""
    row = document.row_at(at_s)
    if row >= 0 and at_s < document.cue(row).end_s:
        return row, _grip_inside(document.cue(row), at_s, near_s)
    edges: list[tuple[float, int, Grip]] = []
    if row >= 0:
        edges.append((at_s - document.cue(row).end_s, row, Grip.END))
    if row + 1 < document.count:
        edges.append((document.cue(row + 1).start_s - at_s, row + 1, Grip.START))
    away_s, row, grip = min(edges, default=(near_s + 1, -1, Grip.WHOLE))
    return (row, grip) if away_s <= near_s else None


def _grip_inside(cue: Cue, at_s: float, near_s: float) -> Grip:
    """Of a narrow caption the middle third is left to hold it whole."""
    zone_s = min(near_s, (cue.end_s - cue.start_s) / 3)
    if at_s - cue.start_s <= zone_s:
        return Grip.START
    return Grip.END if cue.end_s - at_s <= zone_s else Grip.WHOLE
