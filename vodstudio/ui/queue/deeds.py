"""What is done with the chosen jobs when a key, a menu or a button says so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from vodstudio.core.approval import waits_for_a_yes
from vodstudio.core.jobs import JobId
from vodstudio.ui.desk import Desk
from vodstudio.ui.queue.actions import JobActions
from vodstudio.ui.queue.leaving import Leaving
from vodstudio.ui.queue.toolbar import QueueBar
from vodstudio.ui.wording import many

if TYPE_CHECKING:
    from vodstudio.ui.queue.page import QueuePage


class JobDeeds(QObject):
    """Each slot collects the chosen jobs and starts one call of a service."""

    def __init__(self, desk: Desk, page: QueuePage, actions: JobActions) -> None:
        super().__init__(page)
        self._desk = desk
        self._page = page
        deeds = {
            "pause": self._on_pause_chosen,
            "now": self._on_now_chosen,
            "approve": self._on_approve_chosen,
            "retry": self._on_retry_chosen,
            "cancel": self._on_cancel_chosen,
            "to_top": self._on_top_chosen,
            "up": self._on_up_chosen,
            "down": self._on_down_chosen,
            "to_bottom": self._on_bottom_chosen,
            "to_normal": self._on_normal_chosen,
            "acknowledge": self._on_acknowledge_chosen,
            "review": self._on_review_chosen,
            "report": self._on_report_chosen,
            "folder": self._on_folder_chosen,
            "remove": self._on_remove_chosen,
        }
        for key, slot in deeds.items():
            actions[key].triggered.connect(slot)
        self._awaited: list[JobId] = []
        page.model.rowsInserted.connect(self._choose_awaited)

    def _do(self, deed: Callable[[list[JobId]], Awaitable[object]]) -> None:
        ids = self._page.view.selected_ids()
        if ids:
            self._desk.coroutines.start(self._change(deed, ids))

    async def _change(self, deed: Callable[[list[JobId]], Awaitable[object]], ids: list[JobId]) -> None:
        await deed(ids)
        self._page.reload()

    def _on_pause_chosen(self) -> None:
        rows = self._page.view.selected_rows()
        paused = bool(rows) and all(row.is_paused for row in rows)
        self._do(self._desk.jobs.resume if paused else self._desk.jobs.pause)

    def _on_now_chosen(self) -> None:
        self._do(self._now)

    async def _now(self, ids: list[JobId]) -> None:
        await self._desk.jobs.now(ids[0])

    def _on_approve_chosen(self) -> None:
        self._do(self._approve)

    async def _approve(self, ids: list[JobId]) -> None:
        asking = [row.id for row in self._page.view.selected_rows() if waits_for_a_yes(row.problem)]
        await self._desk.jobs.approve([job_id for job_id in ids if job_id in asking])
        self._desk.notices.say(f"{many(len(asking), 'job')} approved", "Publishing begins by itself.")

    def _on_retry_chosen(self) -> None:
        self._do(self._desk.jobs.retry)

    def _on_cancel_chosen(self) -> None:
        self._do(self._cancel)

    async def _cancel(self, ids: list[JobId]) -> None:
        await self._desk.jobs.cancel(ids)
        self._desk.notices.say(
            f"{many(len(ids), 'job')} cancelled", "What is finished is kept; Retry goes on."
        )

    def _on_remove_chosen(self) -> None:
        self._do(self._remove)

    async def _remove(self, ids: list[JobId]) -> None:
        places = [self._page.model.index_of(job_id).row() for job_id in ids]
        removal = await self._desk.jobs.removing.take_out(ids)
        for job_id in removal.job_ids:
            self._page.model.take(job_id)
        leaving = Leaving(self._desk, removal, self)
        leaving.came_back.connect(self._on_came_back)
        leaving.say()
        self._page.view.select_near(min(places, default=0))

    def _on_came_back(self, ids: list[JobId]) -> None:
        """What was taken back is chosen again, once its rows are there."""
        self._awaited = ids
        self._choose_awaited()

    def _choose_awaited(self) -> None:
        if self._awaited and all(self._page.model.index_of(job_id).isValid() for job_id in self._awaited):
            ids, self._awaited = self._awaited, []
            self._page.view.select_jobs(ids)

    def _on_top_chosen(self) -> None:
        self._do(self._desk.jobs.to_top)

    def _on_up_chosen(self) -> None:
        self._do(self._desk.jobs.up)

    def _on_down_chosen(self) -> None:
        self._do(self._desk.jobs.down)

    def _on_bottom_chosen(self) -> None:
        self._do(self._desk.jobs.to_bottom)

    def _on_normal_chosen(self) -> None:
        self._do(self._desk.jobs.to_normal)

    def _on_acknowledge_chosen(self) -> None:
        self._do(self._desk.jobs.acknowledge)

    def set_city(self) -> None:
        """The action that was pressed in the menu says which one."""
        city_id = QueueBar.city_of_action(self.sender())
        self._do(_Setter(self._desk, city_id).set)

    def _on_review_chosen(self) -> None:
        for job_id in self._page.view.selected_ids()[:1]:
            self._page.review_wanted.emit(job_id)

    def _on_report_chosen(self) -> None:
        self._do(self._copy_report)

    async def _copy_report(self, ids: list[JobId]) -> None:
        QGuiApplication.clipboard().setText(await self._desk.monitoring.report(ids[0]))
        self._desk.notices.say(
            "The report is on the clipboard", "It holds no words of the meeting and no passwords."
        )

    def _on_folder_chosen(self) -> None:
        for row in self._page.view.selected_rows()[:1]:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(row.path.parent)))


class _Setter:
    """Gives jobs a city."""

    def __init__(self, desk: Desk, city_id: str | None) -> None:
        self._desk = desk
        self._city = desk.station.city(city_id) if city_id else None  # type: ignore[arg-type]

    async def set(self, ids: list[JobId]) -> None:
        await self._desk.jobs.set_city(ids, self._city.id if self._city else None)
