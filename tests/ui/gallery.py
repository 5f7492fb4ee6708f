"""Opens the window on the fakes and saves pictures: `python -m tests.ui.gallery FOLDER`."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.stage import Stage
from vodstudio.core.events import StepProgressed, WordsHeard
from vodstudio.core.jobs import JobId, Json, StepId, StepKind
from vodstudio.core.models import ModelName, Standing
from vodstudio.core.transcripts import Passage
from vodstudio.services.transcripts import WordsOfJob
from vodstudio.ui import theme as look
from vodstudio.ui.models.sheet import ModelSheet
from vodstudio.ui.queue.words import WordsTab

SAID = (
    "Thank you, Mayor. The next item is the street project on Tenth Avenue. The bids came in below the estimate.",
    "Council member Lee has a question about the detour. Will the school buses be able to turn at the church?",
    "They will. We have agreed on that with the district, and the sign goes up a week before the work begins.",
    "Is there a motion to approve the contract as presented? So moved. Second. All in favor? Aye. Opposed? None.",
    "The motion carries, five to zero. We come to the public comment. Please say your name and your street.",
)
FACTS: Json = {
    "heard_from": {
        "track": 0,
        "channel": "right",
        "why": "The left channel is silent: the right one is heard.",
    },
    "fallbacks": [
        {"at_s": 60.0, "why": "The graphics card ran out of memory: the processor goes on, more slowly"}
    ],
    "reheard": [{"start": 3335.0, "end": 3361.0, "why": ["the words repeat"], "kept": "alone"}],
    "device": "cpu",
}


async def shoot(folder: Path, app: QApplication) -> None:
    """Each tab, light and dark, at both sizes."""
    for theme in (look.LIGHT, look.DARK):
        for size in (QSize(1366, 768), QSize(1920, 1080)):
            stage = Stage(theme, app)
            stage.window.resize(size)
            stage.window.show()
            for place, name in enumerate(("queue", "cities", "monitoring")):
                stage.window.header.tabs.choose(place)
                await rest(40)
                _save(stage.window, folder, name)
            await show_words(stage)
            _save(stage.window, folder, "words")
            if size.width() == 1366:
                _save(await show_models(stage), folder, "models")
            await stage.close()


async def show_models(stage: Stage) -> ModelSheet:
    """The sheet while one model comes and another was cut off."""
    models = stage.models
    part = models.held[ModelName("small")]
    models.put(replace(part, standing=Standing.PARTLY, arrived_bytes=part.size_bytes // 3))
    here = models.held[ModelName("base")]
    models.put(replace(here, standing=Standing.HERE, speed=9.4))
    stage.workplace.models.open()
    sheet = stage.workplace.models.sheet
    assert sheet is not None
    await stage.until(lambda: bool(sheet.lines))
    wanted = next(row.name for row in models.held.values() if row.is_recommended)
    sheet.get_wanted.emit(str(wanted))
    await stage.until(lambda: sheet.lines[wanted].bar.isVisible())
    for moment in range(6):
        models.progress(wanted, 240_000_000 + 12_000_000 * moment)
        await rest(50)
    return sheet


async def rest(turns: int) -> None:
    """Let what was told come to the screen."""
    for _ in range(turns):
        await asyncio.sleep(0.01)


async def show_words(stage: Stage) -> None:
    """A meeting that is being heard, with everything that its page can say."""
    job_id = JobId("job-000001")
    stage.transcripts.words[job_id] = WordsOfJob(passages=_passages(0, 9), facts=FACTS, is_whole=False)
    stage.window.header.tabs.choose(0)
    stage.page.details.tabs.choose(1)
    stage.choose(1)
    words = stage.page.details.findChild(WordsTab)
    assert isinstance(words, WordsTab)
    await stage.until(words.view.isVisible)
    step: dict[str, Any] = {"job_id": job_id, "step_id": StepId("s")}
    stage.bridge.post(WordsHeard(passages=_passages(9, 14), **step))
    stage.bridge.post(
        StepProgressed(kind=StepKind.SPEECH, progress=0.43, speed=6.1, remaining_s=4680.0, **step)
    )
    await rest(60)


def _passages(first: int, until: int) -> tuple[Passage, ...]:
    doubts = {12: ("the words repeat: “thank you” four times in 30 s",)}
    return tuple(
        Passage(
            start_s=3011.0 + 27 * number,
            end_s=3037.0 + 27 * number,
            text=SAID[number % len(SAID)],
            doubts=doubts.get(number, ()),
        )
        for number in range(first, until)
    )


def _save(shown: QWidget, folder: Path, name: str) -> None:
    theme = "dark" if QApplication.palette().window().color().lightness() < 128 else "light"
    host = shown.parentWidget() or shown
    shown.grab().save(str(folder / f"{name}-{theme}-{host.width()}.png"))


def main() -> None:
    """Entry."""
    import qasync

    app = QApplication(sys.argv)
    look.load_fonts()
    app.setStyle("Fusion")
    app.setFont(look.font())
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(app)) as runner:
        runner.run(shoot(folder, app))


if __name__ == "__main__":
    main()
