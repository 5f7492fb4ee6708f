"""Proof of publication: the show is read back as a viewer gets it and compared with what we made."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from vodstudio.core.errors import NeedsUser, NotYet
from vodstudio.core.jobs import Inputs, PlanKind, StepKind, StepResult
from vodstudio.core.ports import AsyncContext, Clock
from vodstudio.core.server import Catalogue
from vodstudio.core.shows import PublicShow, ShowId, VodId, VodProgress, VodState
from vodstudio.core.wording import duration
from vodstudio.services.intents import Intents
from vodstudio.services.read_back import Difference, compare, cues_of_pieces

CAPTIONS_WITHIN = timedelta(minutes=30)
LENGTH_LEEWAY_S = 1.0
_BROKEN = frozenset({VodState.ERROR, VodState.PERMANENT_FAILURE, VodState.DISABLED})


@dataclass(frozen=True, slots=True)
class Verifying:
    """Reads one server."""

    catalogue: Catalogue
    clock: Clock

    async def verify(self, context: AsyncContext, inputs: Inputs) -> StepResult:
        """Complete, public, of our length, and with our words at our times."""
        published = inputs.facts[StepKind.PUBLISH]
        show_id, vod_id = ShowId(_number(published["show_id"])), VodId(_number(published["vod_id"]))
        server = str(published["server"])
        await self._check_complete(server, vod_id, context)
        length_note = await self._check_length(vod_id, inputs)
        public = await self.catalogue.public_show(show_id)
        if not published.get("has_captions"):
            return _result(public, 0, f"show {show_id} can be watched; it has no captions{length_note}")
        pieces = await self._viewer_captions(public, await Intents.of(context), server)
        words = await self._check_captions(public, inputs, pieces)
        return _result(public, words, f"show {show_id} can be watched with its {words} words{length_note}")

    async def _check_complete(self, server: str, vod_id: VodId, context: AsyncContext) -> None:
        progress = await self.catalogue.vod_progress(vod_id)
        if progress.state is VodState.COMPLETE:
            return
        if progress.state in _BROKEN:
            raise NeedsUser(
                "The server could not make the video",
                hint="Press Retry for this video in Cablecast, then here. Our file on its drive is whole.",
                detail=f"vod {vod_id}: {progress.state}: {progress.problem}",
                code="VS-VOD-FAILED",
            )
        context.progress(progress.done, note=_sentence(progress))
        raise NotYet(
            _sentence(progress),
            condition=f"wait:vod:{server}:{vod_id}",
            hint="This goes on by itself when the server has finished.",
        )

    async def _check_length(self, vod_id: VodId, inputs: Inputs) -> str:
        """Delivered video has our length; of a file that was there before, the station may show a part."""
        vod = await self.catalogue.vod(vod_id)
        ours_s = _our_length_s(inputs)
        if ours_s is None or abs(vod.length_s - ours_s) <= LENGTH_LEEWAY_S:
            return ""
        if inputs.plan is PlanKind.CAPTION_IN_PLACE:
            return f"; the server shows {duration(vod.length_s)} of {duration(ours_s)}"
        raise _not_verified(
            f"the video on the server is {duration(vod.length_s)} long, ours {duration(ours_s)}",
            f"vod {vod_id}: {vod.length_s} s, ours {ours_s:.1f} s",
        )

    async def _viewer_captions(self, public: PublicShow, intents: Intents, server: str) -> list[str]:
        pieces: list[str] = []
        if public.has_captions and public.video_url:
            pieces = await self.catalogue.viewer_captions(public.video_url)
        if pieces:
            return pieces
        now = self.clock.now()
        if await intents.waited("captions", now) <= CAPTIONS_WITHIN:
            raise NotYet(
                "The server is making the caption track",
                condition=f"wait:captions:{server}:{public.id}",
                hint="This takes some minutes and goes on by itself.",
            )
        await intents.gave_up("captions", now)
        raise NeedsUser(
            "Published, but the public page shows no captions",
            hint="Press Retranscode for this video in Cablecast, then Retry here. Our sidecar lies beside the file.",
            detail=f"show {public.id}: hasClosedCaptions {public.has_captions}",
            code="VS-NO-CAPTION-TRACK",
        )

    async def _check_captions(self, public: PublicShow, inputs: Inputs, pieces: list[str]) -> int:
        seen = cues_of_pieces(pieces)
        found = await asyncio.to_thread(_compare_with_ours, seen, inputs)
        if found.problem:
            raise _not_verified(found.problem, f"show {public.id}: {found.detail}")
        return found.words


def _compare_with_ours(seen: list[tuple[float, str]], inputs: Inputs) -> Difference:
    """With our WebVTT; what 608 cannot show was told when it was written, so the sidecar itself counts too."""
    from vodstudio.captions.scc import parse_scc
    from vodstudio.captions.timecode import timebase_for
    from vodstudio.captions.video import video_of
    from vodstudio.captions.vtt import parse_vtt

    ours = parse_vtt(_text(inputs.outputs["vtt"].path))
    found = compare([(cue.start_s, cue.text) for cue in ours], seen)
    if found.problem:
        preset, probed = inputs.preset, inputs.facts.get(StepKind.PROBE, {})
        video = video_of(inputs.recording, inputs.plan, inputs.outputs, probed, 0.0)
        base = timebase_for(video.fps, counting=preset.scc, first_label=preset.scc_first_label)
        sidecar = parse_scc(_text(inputs.outputs["scc"].path), base)
        in_sidecar = compare([(cue.start_s, cue.text) for cue in sidecar], seen)
        return found if in_sidecar.problem else in_sidecar
    return found


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def _our_length_s(inputs: Inputs) -> float | None:
    video = inputs.outputs.get("video")
    stated = video.facts.get("duration_s") if video and inputs.plan is PlanKind.DELIVER else None
    return float(stated) if isinstance(stated, int | float) else inputs.recording.duration_s


def _sentence(progress: VodProgress) -> str:
    match progress.state:
        case VodState.WAITING:
            return "The server waits for the file"
        case VodState.QUEUED:
            return "The server has the video in its queue"
        case _:
            return f"The server is making the video: {progress.done:.0%}"


def _not_verified(reason: str, detail: str) -> NeedsUser:
    return NeedsUser(
        f"Published, not verified: {reason}",
        hint="Watch the show on the public page. If it is right, nothing needs to be done; else press Retry.",
        detail=detail,
        code="VS-NOT-VERIFIED",
    )


def _result(public: PublicShow, words: int, note: str) -> StepResult:
    facts = {"words": words, "has_captions": public.has_captions, "title": public.title}
    return StepResult(facts=facts, note=note)


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value
