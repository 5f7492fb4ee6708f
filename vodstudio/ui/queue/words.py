"""The words of the chosen job: as they are heard, then the whole transcript, with where and how it was heard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from vodstudio.core.events import Event, StepProgressed, WordsHeard
from vodstudio.core.jobs import Job, JobId, Json, Step, StepKind, StepState
from vodstudio.core.transcripts import Passage, TranscriptVersion
from vodstudio.ui.desk import Desk
from vodstudio.ui.parts import button, label
from vodstudio.ui.queue.heard import (
    Place,
    device_chip,
    heard_from,
    may_try_card,
    places_of,
    progress_words,
    whole_words,
)
from vodstudio.ui.queue.passages import PassageDelegate, PassageModel, PassageView
from vodstudio.ui.queue.rewritten import RewrittenPanel
from vodstudio.ui.theme import Theme
from vodstudio.ui.wording import duration, many

MOST_PLACES = 20
_WIDEST_PX = 560
_NOT_YET = "The words appear here as soon as they are heard."
_NOTHING = "Nobody speaks in this recording, as far as was heard."


class WordsTab(QWidget):
    """Reads when somebody looks; while the words are heard it is told each of them."""

    def __init__(self, desk: Desk, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._job_id: JobId | None = None
        self._job: Job | None = None
        self._heard_on = ""
        self._speech: Step | None = None
        self._is_loaded = False
        self._was_hearing = False
        self._early: list[Passage] = []
        self._live: StepProgressed | None = None
        self._places: tuple[Place, ...] = ()
        self._facts: Json = {}
        self._version: TranscriptVersion | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._build_head())
        self._hint = label("", "muted", self, wraps=True)
        self._hint.setContentsMargins(14, 6, 14, 6)
        column.addWidget(self._hint, 0, Qt.AlignmentFlag.AlignTop)
        self.model = PassageModel()
        self.model.setParent(self)
        self._delegate = PassageDelegate(theme, self)
        column.addWidget(self._build_text(), 1)
        self._clear()
        desk.bridge.listen(self._on_event_arrived)

    def _build_text(self) -> QWidget:
        self._text = QFrame(self)
        self._text.setProperty("role", "strip")
        column = QVBoxLayout(self._text)
        column.setContentsMargins(0, 1, 0, 0)
        column.setSpacing(0)
        self.view = PassageView(self.model, self._delegate, self._text)
        self.view.following_changed.connect(self._show_follow)
        column.addWidget(self.view, 1)
        self._newest = button(
            "Newest words", self._text, role="link", tip="Go to the end and follow the words"
        )
        self._newest.clicked.connect(self._on_newest_wanted)
        column.addWidget(self._newest, 0, Qt.AlignmentFlag.AlignHCenter)
        return self._text

    def _build_head(self) -> QWidget:
        head = QWidget(self)
        head.setProperty("role", "clear")
        column = QVBoxLayout(head)
        column.setContentsMargins(14, 4, 14, 6)
        column.setSpacing(5)
        self._state = label("", "strong", head, wraps=True)
        self._chip = label("", "chip", head, wraps=True)
        self._card = button("Try the graphics card again", head, role="link")
        self._card.setToolTip("The next recording asks it anew; when it fails again, the processor goes on")
        self._card.clicked.connect(self._on_card_wanted)
        self._from = label("", "small", head, wraps=True)
        self._look = button("", head, role="link", tip="Places where a person may want to listen")
        self._look.setAccessibleName("Places to look at")
        self._build_menu()
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)  # the words of a link stand in line with those above
        row.addSpacing(-4)
        row.addWidget(self._look)
        row.addStretch(1)
        for widget in (self._state, self._chip):
            column.addWidget(widget)
        column.addWidget(self._card, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._from)
        column.addLayout(row)
        self.rewritten = RewrittenPanel(self._desk, head)
        self.rewritten.place_wanted.connect(self._on_time_wanted)
        self.rewritten.emptied.connect(self._on_rewritten_emptied)
        column.addWidget(self.rewritten)
        return head

    def _build_menu(self) -> None:
        self._menu = QMenu(self._look)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self._fill_menu)
        self._menu.triggered.connect(self._on_place_chosen)
        self._look.setMenu(self._menu)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self._delegate.set_theme(theme)
        self.view.viewport().update()

    async def show_job(self, job: Job) -> None:
        """What was heard in this recording, read off this thread; what is told meanwhile comes after it."""
        is_new = job.id != self._job_id
        self._job_id, self._job = job.id, job
        self._was_hearing = self._is_hearing
        self._speech = next((step for step in job.steps if step.kind is StepKind.SPEECH), None)
        if is_new:
            self._clear()
        if not is_new and await self._is_shown(job):
            self._show_head()
            return
        words = await self._desk.transcripts.words_of(job)
        if job.id != self._job_id:
            return
        self._facts, self._version, self._is_loaded = words.facts, words.version, True
        self._heard_on = str(words.facts.get("device") or "")
        self._show_words(words.passages)
        self._show_head()
        self.rewritten.show_found(job, words.version, words.rewritten)
        self.view.follow(self._is_hearing if is_new else self.view.follows)
        self._show_follow()

    def _clear(self) -> None:
        """Nothing of another job stands here while this one is read."""
        self._live, self._is_loaded, self._early = None, False, []
        self.model.show(())
        self.rewritten.show_found(None, None, ())
        for widget in (self._state, self._chip, self._card, self._from, self._look, self._hint, self._text):
            widget.hide()

    async def _is_shown(self, job: Job) -> bool:
        """While words are heard each of them is told; a version that is shown already is not read again."""
        if not self._is_loaded or self._is_hearing != self._was_hearing:
            return False
        if self._is_hearing:
            return True
        return (
            self._version is not None
            and await self._desk.transcripts.chosen(job.recording.id) == self._version
        )

    def _show_words(self, passages: Sequence[Passage]) -> None:
        """The reader stays at the same second of the meeting."""
        known = self.model.passages
        at_s = known[self.view.top_row].start_s if known else 0.0
        self.model.show(passages)
        self.model.append(self._early)
        self._early = []
        if at_s and passages and not self.view.follows:
            self.view.bring_to_top(self.model.row_at(at_s))

    @property
    def _is_hearing(self) -> bool:
        return self._speech is not None and self._speech.state is StepState.RUNNING

    def _show_head(self) -> None:
        now, has_words = self._desk.now(), bool(self.model.passages)
        speech = self._speech
        is_done = speech is None or speech.state is StepState.DONE
        if is_done or speech is None:
            state = whole_words(self._facts, self._version, now)
        else:
            state = progress_words(speech, self._live, now)
        _tell(self._state, state)
        chip = device_chip(self._facts)
        _tell(self._chip, chip.text if chip else "")
        self._chip.setToolTip(chip.tip if chip else "")
        self._chip.setProperty("tone", "care" if chip and chip.is_second_choice else "")
        self._chip.style().polish(self._chip)
        self._card.setVisible(may_try_card(self._facts))
        _tell(self._from, heard_from(self._facts))
        self._show_places()
        self._hint.setText(_NOTHING if is_done and self._version is not None else _NOT_YET)
        self._hint.setVisible(not has_words)
        self._text.setVisible(has_words)

    def _show_places(self) -> None:
        self._places = places_of(self._facts, self.model.passages)
        self._look.setText(f"{many(len(self._places), 'place')} to listen to")
        self._look.setVisible(bool(self._places))

    def _fill_menu(self) -> None:
        self._menu.clear()
        letters = self._menu.fontMetrics()
        for place in self._places[:MOST_PLACES]:
            line = f"{duration(int(place.start_s))}  {place.text}".replace("&", "&&")
            action = self._menu.addAction(letters.elidedText(line, Qt.TextElideMode.ElideRight, _WIDEST_PX))
            action.setToolTip(place.text)
            action.setData(place.start_s)
        left = len(self._places) - MOST_PLACES
        if left > 0:
            self._menu.addAction(f"{left:,} more are marked in the text").setEnabled(False)

    def _show_follow(self) -> None:
        self._newest.setVisible(self._is_hearing and not self.view.follows and bool(self.model.passages))

    def _on_place_chosen(self, action: QAction) -> None:
        self._on_time_wanted(float(action.data()))
        self.view.setFocus()

    def _on_time_wanted(self, at_s: float) -> None:
        self.view.show_row(self.model.row_at(at_s))

    def _on_rewritten_emptied(self) -> None:
        self.view.setFocus()

    def _on_card_wanted(self) -> None:
        self._desk.try_card_again()
        self._desk.notices.say(
            "The graphics card is tried again",
            "The next recording asks it anew. No word that was heard is lost.",
        )
        self._card.hide()

    def _on_newest_wanted(self) -> None:
        self.view.follow()

    def _on_event_arrived(self, event: Event) -> None:
        match event:
            case WordsHeard() if event.job_id == self._job_id:
                self._hear(event)
            case StepProgressed() if event.job_id == self._job_id and event.kind is StepKind.SPEECH:
                self._live = event
                if self._is_loaded and self._speech is not None:
                    _tell(self._state, progress_words(self._speech, event, self._desk.now()))
            case _:
                pass

    def _hear(self, event: WordsHeard) -> None:
        """Before the first reading has come back they wait for it."""
        if not self._is_loaded:
            self._early += event.passages
            return
        if event.device and event.device != self._heard_on and self._job is not None:
            self._heard_on = event.device
            self._desk.coroutines.start(self._read_facts(self._job), group="words-facts")
        self.model.append(event.passages)
        self._hint.hide()
        self._text.show()
        self._show_places()
        self._show_follow()

    async def _read_facts(self, job: Job) -> None:
        """Another device hears from here on: which one, and why, is noted beside the words."""
        facts = (await self._desk.transcripts.words_of(job)).facts
        if job.id == self._job_id and self._is_hearing:
            self._facts = facts
            self._show_head()


def _tell(shown: QLabel, text: str) -> None:
    shown.setText(text)
    shown.setVisible(bool(text))
