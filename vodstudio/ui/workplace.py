"""Everything of the window that needs the services: pages, menu, signs of health, dropped files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from vodstudio.core.events import Event, HoldsChanged, QueueStopped, StepProgressed
from vodstudio.core.jobs import JobId, JobState
from vodstudio.core.rows import Check, Counts, Verdict
from vodstudio.ui.desk import Desk
from vodstudio.ui.drop import DropOverlay, destination
from vodstudio.ui.help import HelpOverlay
from vodstudio.ui.importing import Importer
from vodstudio.ui.main_window import MainWindow, Tab
from vodstudio.ui.menu import WindowMenu
from vodstudio.ui.models.offers import ModelOffers
from vodstudio.ui.queue.face import end_of
from vodstudio.ui.queue.page import QueuePage
from vodstudio.ui.theme import Theme, Tone
from vodstudio.ui.wording import clock, many

if TYPE_CHECKING:
    from vodstudio.ui.cities.page import CitiesPage
    from vodstudio.ui.monitoring.page import MonitoringPage
    from vodstudio.ui.review.reviews import Reviews

    TabPage = QueuePage | CitiesPage | MonitoringPage

SIGNED = ("server", "model", "storage", "home")
BAD = (JobState.FAILED, JobState.NEEDS_A_LOOK)


class Workplace(QObject):
    """Joins the services to the window."""

    theme_wanted = Signal(str)
    quit_wanted = Signal()

    def __init__(self, window: MainWindow, desk: Desk, theme: Theme) -> None:
        super().__init__(window)
        self._window = window
        self._desk = desk
        self._theme = theme
        self._checks: tuple[Check, ...] = ()
        self._reviews: Reviews | None = None
        self.counts = Counts()
        self.queue = QueuePage(desk, theme, window.stack)
        self._pages: dict[Tab, TabPage] = {Tab.QUEUE: self.queue}
        self.importer = Importer(desk, window)
        self.overlay = DropOverlay(theme, window)
        self.help = HelpOverlay(window)
        self.menu = WindowMenu(window, self.queue, theme)
        self.models = ModelOffers(desk, window)
        self._connect()
        window.take_files(True)
        window.header.tabs.setEnabled(True)
        window.header.tabs.buttons[Tab.CITIES].set_count(len(desk.station.cities))
        self.show_tab()
        self.queue.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.queue.reload()
        self.look_at_health()

    def _connect(self) -> None:
        window, menu = self._window, self.menu
        window.header.tab_chosen.connect(self._on_tab_chosen)
        window.header.sign_pressed.connect(self.open_monitoring)
        window.paths_hovered.connect(self._on_paths_hovered)
        window.paths_left.connect(self.overlay.hide)
        window.paths_dropped.connect(self._on_paths_dropped)
        self.queue.counts_changed.connect(self._on_counts_changed)
        self.queue.review_wanted.connect(self.review)
        self.queue.add_wanted.connect(self.importer.choose_files)
        menu.add_files.connect(self.importer.choose_files)
        menu.add_folder.connect(self.importer.choose_folder)
        menu.models_wanted.connect(self.models.open)
        self.queue.offer_models(self.models)
        menu.tab_wanted.connect(self.open_tab)
        menu.theme_wanted.connect(self.theme_wanted)
        menu.help_wanted.connect(self._on_help_wanted)
        menu.quit_wanted.connect(self.quit_wanted)
        self._desk.bridge.listen(self._on_event_arrived)

    def set_theme(self, theme: Theme) -> None:
        """Use these colours everywhere."""
        self._theme = theme
        self._window.set_theme(theme)
        self.overlay.set_theme(theme)
        self.menu.set_theme(theme)
        if self._reviews is not None:
            self._reviews.set_theme(theme)
        for page in self._pages.values():
            page.set_theme(theme)
        self._show_signs()

    def open_tab(self, place: int) -> None:
        """Show a tab."""
        self._window.header.tabs.choose(place)

    def show_tab(self) -> None:
        """Show the tab that is open, after another page stood in its place."""
        self._on_tab_chosen(self._window.header.tabs.current)

    def open_monitoring(self) -> None:
        """A sign was pressed."""
        self.open_tab(Tab.MONITORING)

    def bring(self, paths: Sequence[Path]) -> None:
        """Files that another process was given."""
        self.importer.bring(paths)

    def review(self, job_id: str) -> None:
        """Show the captions of a job beside its video; players are loaded only now."""
        if self._reviews is None:
            from vodstudio.ui.review.reviews import Reviews

            desk = self._desk
            self._reviews = Reviews(desk.reviewing, desk.coroutines, self._theme, desk.now, self)
        if JobId(job_id) not in self._reviews.windows:
            self._desk.notices.say("The captions are being opened …", "A long meeting takes some seconds.")
        self._reviews.open(JobId(job_id))

    async def close_reviews(self) -> None:
        """The program ends: what is not saved stays noted."""
        if self._reviews is not None:
            await self._reviews.close_all()

    def look_at_health(self) -> None:
        """Check what we depend on; the signs follow."""
        self._desk.coroutines.start(self._read_health(), group="health")

    async def _read_health(self) -> None:
        self._checks = await self._desk.monitoring.health()
        self._show_signs()

    def _show_signs(self) -> None:
        theme = self._theme
        dots = {
            Verdict.GOOD: theme.done,
            Verdict.CARE: theme.held,
            Verdict.BAD: theme.failed,
            Verdict.OFF: theme.faint,
        }
        self._window.header.show_signs(
            [(text, dots[verdict], tip) for text, verdict, tip in signs_of(self._checks)]
        )
        wanting = [check for check in self._checks if check.verdict in (Verdict.CARE, Verdict.BAD)]
        is_bad = any(check.verdict is Verdict.BAD for check in wanting)
        tone = Tone.FAILED if is_bad else Tone.HELD
        self._window.header.tabs.buttons[Tab.MONITORING].set_count(len(wanting) or None, tone)

    def _on_tab_chosen(self, place: int) -> None:
        page = self._page(Tab(place))
        self._window.show_page(page)
        if not self._window.header.tabs.isAncestorOf(self._window.focusWidget() or page):
            page.first.setFocus(
                Qt.FocusReason.OtherFocusReason
            )  # a proxy would hide what stands before it from Tab

    def _page(self, tab: Tab) -> TabPage:
        if tab not in self._pages:
            self._pages[tab] = self._make_page(tab)
        return self._pages[tab]

    def _make_page(self, tab: Tab) -> TabPage:
        if tab is Tab.CITIES:
            from vodstudio.ui.cities.page import CitiesPage

            cities = CitiesPage(self._desk, self._theme, self._window.stack)
            cities.city_chosen.connect(self._on_city_chosen)
            return cities
        from vodstudio.ui.monitoring.page import MonitoringPage

        return MonitoringPage(self._desk, self._theme, self._window.stack)

    def _on_city_chosen(self, city_id: str) -> None:
        self.queue.bar.choose_city(city_id)
        self.open_tab(Tab.QUEUE)

    def _on_counts_changed(self, counts: Counts) -> None:
        self.counts = counts
        open_count = counts.of(JobState.WORKING, JobState.WAITING, JobState.HELD, JobState.PAUSED, *BAD)
        tone = Tone.LOOK if counts.of(*BAD) else Tone.PLAIN
        self._window.header.tabs.buttons[Tab.QUEUE].set_count(open_count or None, tone)
        self._window.summary.setText(summary_of(counts))
        self._show_promise()

    def _show_promise(self) -> None:
        rows = [row for job_id in self.queue.model.working_ids() if (row := self.queue.model.row_of(job_id))]
        ends = [end for row in rows if (end := end_of(row))]
        if ends and len(ends) == len(rows):
            at = escape(clock(max(ends), self._desk.now()))
            text = f"<b>Now</b> {many(len(rows), 'recording')}, this step done by <b>{at}</b>"
        elif rows:
            text = f"<b>Now</b> {many(len(rows), 'recording')}"
        elif self.counts.of(JobState.WAITING, JobState.PAUSED, JobState.HELD):
            text = "<b>Now</b> nothing is being worked on"
        elif wrong := self.counts.of(*BAD):
            text = f"<b>Look here</b> {many(wrong, 'recording needs', 'recordings need')} somebody"
        elif not self.counts.of(JobState.DONE):
            text = "<b>Ready</b> drop recordings anywhere"
        else:
            text = "<b>All done</b> nothing waits"
        if self._window.promise.text() != text:
            self._window.promise.setText(text)

    def _on_event_arrived(self, event: Event) -> None:
        if isinstance(event, StepProgressed):
            self._show_promise()
        elif isinstance(event, HoldsChanged):
            self.look_at_health()
        elif isinstance(event, QueueStopped):
            self._desk.notices.show_problem(event.problem)

    def _on_paths_hovered(self, paths: list[Path]) -> None:
        self.overlay.say(*destination(self._desk.station, paths))

    def _on_paths_dropped(self, paths: list[Path]) -> None:
        self.importer.bring(paths)

    def _on_help_wanted(self) -> None:
        self.help.show_keys(self.menu.all_keys())


def summary_of(counts: Counts) -> str:
    """`3 working · 2 waiting · 1 held · 1 needs a look`."""
    parts = (
        (counts.of(JobState.WORKING), "working"),
        (counts.of(JobState.WAITING), "waiting"),
        (counts.of(JobState.PAUSED), "paused"),
        (counts.of(JobState.HELD), "held"),
        (counts.of(*BAD), "need somebody" if counts.of(*BAD) > 1 else "needs somebody"),
        (counts.of(JobState.DONE), "done"),
    )
    return " · ".join(f"{count:,} {word}" for count, word in parts if count)


def signs_of(checks: Sequence[Check]) -> list[tuple[str, Verdict, str]]:
    """The chips of the header: one for each kind of thing we depend on, the worst of its kind."""
    found: list[tuple[str, Verdict, str]] = []
    for kind in SIGNED:
        members = [check for check in checks if check.id.split(":")[0].rstrip("s") == kind]
        if not members:
            continue
        good = sum(check.verdict is Verdict.GOOD for check in members)
        worst = max(members, key=lambda check: list(_WORSE).index(check.verdict))
        tip = "\n".join(f"{check.name}: {check.text}" for check in members)
        text = (
            f"{good} of {len(members)} storages" if kind == "storage" and len(members) > 1 else _short(worst)
        )
        found.append((text, worst.verdict, tip))
    return found


_MODEL = {
    Verdict.OFF: "No speech model",
    Verdict.GOOD: "Speech model ready",
    Verdict.CARE: "Speech model: take care",
    Verdict.BAD: "No speech model",
}
_WORSE = (Verdict.OFF, Verdict.GOOD, Verdict.CARE, Verdict.BAD)


def _short(check: Check) -> str:
    """A few words: the rest is in the tooltip and in Monitoring."""
    kind, name, is_good = check.id.split(":")[0], check.name, check.verdict is Verdict.GOOD
    if kind == "server":
        text = f"{name.removeprefix('Server ')} {'connected' if is_good else 'away'}"
    elif kind == "model":
        model = Path(name.removeprefix("Speech model").strip()).name  # a preset may name a folder anywhere
        text = f"Model {model}" if model else _MODEL[check.verdict]
    elif kind.rstrip("s") == "storage":
        text = f"{name} away" if check.verdict is Verdict.BAD else name
    else:
        free = re.search(r"[\d.,]+ [MGT]B free", check.text)
        text = free.group() if free else name
    return text if len(text) <= 30 else f"{text[:29]}…"
