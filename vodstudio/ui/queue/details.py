"""The panel beside the queue: one job in full, its words, its log and its files."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QStackedLayout, QVBoxLayout, QWidget

from vodstudio.core.errors import Problem
from vodstudio.core.events import Event, JobChanged, StepProgressed, TranscriptChosen
from vodstudio.core.jobs import Job, JobId, JobState, Step, StepKind, StepState
from vodstudio.core.rows import JobRow
from vodstudio.ui.desk import Desk
from vodstudio.ui.models.button import ModelButton
from vodstudio.ui.parts import Facts, button, label
from vodstudio.ui.queue.actions import JobActions
from vodstudio.ui.queue.job_pages import FilesPage, Page, StoryPage
from vodstudio.ui.queue.words import WordsTab
from vodstudio.ui.tabs import TabStrip
from vodstudio.ui.theme import Theme
from vodstudio.ui.wording import (
    PLAN_NAMES,
    STATE_NAMES,
    STEP_NAMES,
    STEP_STATE_NAMES,
    clock,
    day,
    duration,
    percent,
    size,
    span,
    times,
)

SUMMARY, WORDS, LOG, FILES = range(4)
LOG_LINES = 60
IN_LINE = (JobState.WAITING, JobState.WORKING, JobState.HELD, JobState.PAUSED)


class DetailsPanel(QFrame):
    """Shows the chosen job; nothing is loaded for a tab that nobody looks at."""

    folder_wanted = Signal(object)

    def __init__(self, desk: Desk, theme: Theme, actions: JobActions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setAccessibleName("Details of the chosen job")
        self._desk = desk
        self._job_id: JobId | None = None
        self._job: Job | None = None
        self._live: dict[StepKind, StepProgressed] = {}
        self._row: JobRow | None = None
        self._build(theme, actions)
        desk.bridge.listen(self._on_event_arrived)
        self.show_row(None, 0)

    def _build(self, theme: Theme, actions: JobActions) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 0)
        column.setSpacing(0)
        self._title = label("", "title", self, wraps=True)
        self._sub = label("", "small", self)
        for widget in (self._title, self._sub):
            widget.setContentsMargins(14, 0, 14, 0)
            column.addWidget(widget)
            column.addSpacing(2)
        self._sub.setMinimumWidth(40)
        self.tabs = TabStrip(("Summary", "Words", "Log", "Files"), theme, self, pad_px=9)
        self.tabs.setFixedHeight(40)
        self.tabs.setContentsMargins(5, 4, 5, 0)
        self.tabs.chosen.connect(self._on_tab_chosen)
        column.addWidget(self.tabs)
        body = QFrame(self)
        body.setProperty("role", "strip")
        self._stack = QStackedLayout(body)
        self._summary = Page("Summary", body)
        self._words = WordsTab(self._desk, theme, body)
        self._log = StoryPage(body)
        self._files = FilesPage(body)
        for page in (self._summary, self._words, self._log, self._files):
            self._stack.addWidget(page)
        column.addWidget(body, 1)
        self._build_summary()
        self._strip = self._build_buttons(actions)
        column.addWidget(self._strip)

    def _build_summary(self) -> None:
        self._facts = Facts(self._summary.inner)
        self._steps = Facts(self._summary.inner)
        self._why = label("", "strong", self._summary.inner, wraps=True)
        self._hint = label("", "muted", self._summary.inner, wraps=True)
        self._hint.setContentsMargins(0, 0, 0, 10)
        self.model_offer = ModelButton(self._summary.inner)
        self._facts.setContentsMargins(0, 8, 0, 0)
        self._steps_heading = label("STEPS", "heading", self._summary.inner)
        self._steps_heading.setContentsMargins(0, 14, 0, 2)
        for widget in (
            self._why,
            self._hint,
            self.model_offer,
            self._facts,
            self._steps_heading,
            self._steps,
        ):
            self._summary.lines.addWidget(widget)
        self._summary.lines.addStretch(1)

    def _build_buttons(self, actions: JobActions) -> QFrame:
        strip = QFrame(self)
        strip.setProperty("role", "strip")
        row = QHBoxLayout(strip)
        row.setContentsMargins(14, 10, 14, 10)
        row.setSpacing(8)
        self._actions = actions
        self._buttons = {}
        for key in ("pause", "now", "approve", "retry", "cancel", "review"):
            made = button(actions[key].iconText(), strip)
            made.clicked.connect(actions[key].trigger)
            self._buttons[key] = made
            row.addWidget(made)
        self._more = button("More", strip, tip="Everything that can be done with this job")
        menu = QMenu(self._more)
        for action in actions.with_separators():
            if action is None:
                menu.addSeparator()
            else:
                menu.addAction(action)
        self._more.setMenu(menu)
        row.addWidget(self._more)
        row.addStretch(1)
        return strip

    def set_theme(self, theme: Theme) -> None:
        """Use these colours."""
        self.tabs.set_theme(theme)
        self._words.set_theme(theme)

    def show_row(self, row: JobRow | None, chosen: int) -> None:
        """Show this job, or say how to choose one."""
        self._row = row
        self.show_buttons()
        is_new = (row.id if row else None) != self._job_id
        self._job_id = row.id if row else None
        self._strip.setVisible(chosen > 0)
        self.tabs.setVisible(row is not None)
        self._sub.setContentsMargins(14, 0, 14, 0 if row else 10)
        off, needed = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self._summary.setVerticalScrollBarPolicy(off if row is None else needed)
        if row is None:
            self._title.setText(f"{chosen:,} jobs chosen" if chosen else "Nothing chosen")
            hint = (
                "What you press below is done with all of them."
                if chosen
                else "Click a recording to see its steps."
            )
            self._sub.setText(hint)
            self._stack.setCurrentIndex(SUMMARY)
            self._summary.inner.hide()
            return
        self._title.setText(row.title)
        self._show_sub(row)
        if is_new:
            self._job = None
            self._live.clear()
            self._stack.setCurrentIndex(self.tabs.current)
            self._load()

    def resizeEvent(self, event: object) -> None:  # noqa: N802 - Qt's name
        """The file's name is shortened in its middle."""
        if self._row is not None:
            self._show_sub(self._row)

    def _show_sub(self, row: JobRow) -> None:
        metrics = self._sub.fontMetrics()
        self._sub.setText(metrics.elidedText(row.path.name, Qt.TextElideMode.ElideMiddle, self.width() - 34))
        self._sub.setToolTip(str(row.path))

    def _load(self) -> None:
        if self._job_id is not None and self.isVisible():
            self._desk.coroutines.start(self._read(self._job_id), group="details")

    async def _read(self, job_id: JobId) -> None:
        job = await self._desk.jobs.job(job_id)
        if job_id != self._job_id:
            return
        self._job = job
        self._show_summary(job)
        if self.tabs.current == WORDS:
            await self._words.show_job(job)
        elif self.tabs.current == LOG:
            lines = await self._desk.monitoring.story(job_id, LOG_LINES)
            if job_id == self._job_id:
                self._log.show_lines(lines)
        elif self.tabs.current == FILES:
            self._files.show_files(job)

    def _show_summary(self, job: Job) -> None:
        now = self._desk.now()
        row, problem = self._row, _problem_now(job)
        self._summary.inner.show()
        self._why.setText(problem.title if problem else "")
        self._why.setVisible(problem is not None)
        self._hint.setText(problem.hint if problem else "")
        self._hint.setVisible(bool(problem and problem.hint))
        self.model_offer.show_for(problem, job.preset.speech.model)
        recording = job.recording
        self._facts.show_facts(
            (
                ("State", STATE_NAMES[job.state]),
                ("Order", (job.why or (row.why if row else "")) if job.state in IN_LINE else ""),
                ("City", self._desk.city_name(job.city_id) or "not known yet"),
                ("Plan", PLAN_NAMES[job.plan]),
                ("Preset", job.preset.name),
                ("Recorded", day(recording.recorded_on) if recording.recorded_on else ""),
                ("Length", duration(recording.duration_s) if recording.duration_s else ""),
                ("Size", size(recording.size_bytes)),
                ("Added", clock(job.added_at, now)),
                ("Needed by", clock(job.deadline, now) if job.deadline else ""),
                ("Ended", clock(job.ended_at, now) if job.ended_at else ""),
            )
        )
        self._live = {s.kind: self._live[s.kind] for s in job.steps if s.kind in self._live and _runs(s)}
        self._show_steps(job)

    def _show_steps(self, job: Job) -> None:
        """Two may run at once: each says how far it is now, not how far it was when the job was read."""
        self._steps.show_facts(
            [(STEP_NAMES[s.kind], _live_words(s, self._live.get(s.kind))) for s in job.steps]
        )

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """What changed while nobody looked is read now."""
        super().showEvent(event)
        self._load()

    def _on_tab_chosen(self, place: int) -> None:
        self._stack.setCurrentIndex(place)
        self._load()

    def show_buttons(self) -> None:
        """The buttons that make sense for what is chosen; there is room for three."""
        row, may = self._row, {key: self._actions[key].isEnabled() for key in self._buttons}
        for key, made in self._buttons.items():
            made.setText(self._actions[key].iconText())
            made.setToolTip(self._actions[key].toolTip())
            made.setEnabled(may[key])
        is_wrong = row is not None and row.state in (JobState.FAILED, JobState.NEEDS_A_LOOK)
        is_working = row is not None and row.state is JobState.WORKING
        may["pause"] &= not is_wrong
        may["now"] &= not (is_wrong or is_working or may["review"])
        may["retry"] &= not (may["approve"] or may["pause"])
        may["cancel"] = is_working
        may["review"] = row is not None and not may["now"]
        for key, made in self._buttons.items():
            made.setVisible(may[key])

    def _on_event_arrived(self, event: Event) -> None:
        if isinstance(event, JobChanged) and event.row.id == self._job_id:
            self._row = event.row
            self._title.setText(event.row.title)
            self._load()
        elif isinstance(event, TranscriptChosen):
            self._load()
        elif isinstance(event, StepProgressed) and event.job_id == self._job_id and self._job is not None:
            self._live[event.kind] = event
            self._show_steps(self._job)


def _problem_now(job: Job) -> Problem | None:
    """What is wrong; a job that is done or was cancelled has no trouble any more."""
    if job.state in (JobState.DONE, JobState.CANCELLED):
        return None
    return next((step.problem for step in job.steps if step.problem), None)


def _step_words(step: Step) -> str:
    if step.state is StepState.RUNNING:
        return " · ".join([percent(step.progress), *([times(step.speed)] if step.speed else [])])
    took = ""
    if step.state is StepState.DONE and step.started_at and step.ended_at:
        took = f" in {span(step.ended_at - step.started_at)}"
    word = "used again" if step.reused else STEP_STATE_NAMES[step.state] + took
    tried = f" · attempt {step.attempts}" if step.attempts > 1 and step.state is not StepState.DONE else ""
    return word + tried + (f" · {step.note}" if step.note else "")


def _runs(step: Step) -> bool:
    return step.state is StepState.RUNNING


def _live_words(step: Step, event: StepProgressed | None) -> str:
    if event is None:
        return _step_words(step)
    parts = [percent(event.progress), times(event.speed) if event.speed else "", event.note]
    return " · ".join(part for part in parts if part)
