"""Work without a window: until the queue is empty, or as a demonstration that carries a meeting all the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager

from vodstudio.bootstrap import House, open_house
from vodstudio.config import Settings, read_settings
from vodstudio.core.errors import is_patience
from vodstudio.core.events import Event, HoldsChanged, JobChanged, QueueStopped
from vodstudio.core.jobs import Job, JobId, JobState, StepState
from vodstudio.core.rows import JobFilter, JobRow
from vodstudio.core.wording import STEP_NAMES
from vodstudio.demo.station import write_sample_station
from vodstudio.owner import OwnerServer
from vodstudio.paths import Places

Say = Callable[[str], None]
FIRST_LINES = 12


class Narrator:
    """Tells each thing that happens to a step once, as one line."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._said: set[tuple[object, ...]] = set()
        self.changed = asyncio.Event()
        self.is_stopped = False
        self._loop = asyncio.get_running_loop()

    def knows(self, rows: Iterable[JobRow]) -> None:
        """What was done before this run is not told again."""
        self._said.update((row.id, pip.kind, pip.state) for row in rows for pip in row.pips)

    def hear(self, event: Event) -> None:
        """From any thread."""
        self._loop.call_soon_threadsafe(self._tell, event)

    def _tell(self, event: Event) -> None:
        if isinstance(event, JobChanged):
            self._tell_row(event.row)
        elif isinstance(event, HoldsChanged):
            for held in event.held:
                if not is_patience(held.condition):
                    self._once((held.condition, held.title), f"  held: {held.title}; it continues by itself")
        elif isinstance(event, QueueStopped):
            self.is_stopped = True
            self._say(f"  stopped: {event.problem.title}. {event.problem.hint}")
        self.changed.set()

    def _tell_row(self, row: JobRow) -> None:
        for pip in row.pips:
            if pip.state in _WORDS:
                failed = pip.state is StepState.FAILED and row.problem
                ending = f": {row.problem.title}" if failed and row.problem else ""
                line = f"  {row.title} · {STEP_NAMES[pip.kind]} {_WORDS[pip.state]}{ending}"
                self._once((row.id, pip.kind, pip.state), line)

    def _once(self, what: tuple[object, ...], line: str) -> None:
        if what not in self._said:
            self._said.add(what)
            self._say(line)


_WORDS = {StepState.RUNNING: "begins", StepState.DONE: "done", StepState.FAILED: "failed"}


async def until_idle(house: House, narrator: Narrator) -> None:
    """Return when nothing works or waits for its turn; what is held for the world outside does not count."""
    while True:
        narrator.changed.clear()
        if narrator.is_stopped or not await house.is_busy():
            return
        await narrator.changed.wait()


@asynccontextmanager
async def _running(settings: Settings, narrator: Narrator) -> AsyncIterator[House]:
    """A house that works and answers other processes until the block ends."""
    house = await open_house(settings, narrator.hear)
    server = OwnerServer(settings.places, house.desk.answer)
    try:
        narrator.knows(await house.jobs.rows(JobFilter()))
        await server.start()
        await house.start()
        yield house
    finally:
        await server.stop()
        await house.stop()


async def _first_of(stop: asyncio.Event, idle: Coroutine[None, None, None] | None) -> None:
    tasks = [asyncio.create_task(stop.wait()), *([asyncio.create_task(idle)] if idle else [])]
    done, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    for task in done:
        task.result()


async def work(settings: Settings, say: Say, *, stop: asyncio.Event, is_until_idle: bool) -> int:
    """Own the queue and work on it; the number of jobs that need somebody decides the exit code."""
    narrator = Narrator(say)
    async with _running(settings, narrator) as house:
        await _first_of(stop, until_idle(house, narrator) if is_until_idle else None)
        counts, switched = await house.jobs.counts(), await house.jobs.switch()
    failed = counts.of(JobState.FAILED, JobState.NEEDS_A_LOOK)
    held = counts.of(JobState.HELD)
    if switched.is_paused:
        say("The queue is paused: `vodstudio resume --all` lets it go on")
    say(f"{counts.of(JobState.DONE)} done, {held} held, {failed} need somebody")
    return 1 if failed or narrator.is_stopped else 4 if held else 0


async def demo(places: Places, say: Say, *, stop: asyncio.Event) -> int:
    """Carry the sample meeting through both plans; 0 only when what a viewer gets was read back and matches."""
    sample = await asyncio.to_thread(write_sample_station, places)
    say(f"The sample station lies in {places.home}")
    narrator = Narrator(say)
    async with _running(read_settings(places), narrator) as house:
        ids = [await house.importing.add_once(path) for path in (sample.deliver, sample.caption)]
        await house.jobs.retry([job_id for job_id in ids if await _is_stopped(house, job_id)])
        await _first_of(stop, until_idle(house, narrator))
        jobs = [await house.jobs.job(job_id) for job_id in ids]
        for job in jobs:
            await _summary(house, job, say)
    proven = sum(job.state is JobState.DONE for job in jobs)
    say("")
    say(f"{proven} of {len(jobs)} recordings are on demand with their captions, read back and compared.")
    return 0 if proven == len(jobs) else 1


async def _is_stopped(house: House, job_id: JobId) -> bool:
    state = (await house.jobs.job(job_id)).state
    return state in (JobState.FAILED, JobState.NEEDS_A_LOOK, JobState.CANCELLED)


async def _summary(house: House, job: Job, say: Say) -> None:
    say("")
    say(f"{job.recording.title} ({job.plan.value}): {job.state.value}")
    for step in job.steps:
        again = " (reused)" if step.reused else ""
        trouble = f": {step.problem.title}. {step.problem.hint}" if step.problem else ""
        say(f"  {STEP_NAMES[step.kind]:9} {step.state.value:9} {step.note}{again}{trouble}")
    for name, output in sorted(job.outputs.items()):
        say(f"  {name:9} {output.size_bytes:>11,} bytes  {output.path}")
    if "srt" in job.outputs:
        for line in _spoken(await asyncio.to_thread(job.outputs["srt"].path.read_text, "utf-8"))[
            :FIRST_LINES
        ]:
            say(f"    {line}")
    show = await house.public_show(job)
    if show is not None:
        captions = "has captions" if show.has_captions else "has no captions"
        say(f"  The public page: show {show.id} “{show.title}” {captions} · {show.video_url}")


def _spoken(srt: str) -> list[str]:
    """The words of an SRT file, a cue a line."""
    cues = [block.splitlines()[2:] for block in srt.replace("\r\n", "\n").split("\n\n")]
    return [" ".join(cue) for cue in cues if cue]
