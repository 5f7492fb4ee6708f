"""A password that publishing waits for is asked for once, by a notice with a button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from tests.ui.stage import Stage
from vodstudio.core.events import HoldsChanged
from vodstudio.core.rows import HeldCondition
from vodstudio.core.station import Server, ServerId
from vodstudio.ui import theme as look
from vodstudio.ui.notices import Toast
from vodstudio.ui.passwords import PasswordAsker

Run = Callable[..., Any]
MAIN = Server(id=ServerId("main"), name="Main", url="http://127.0.0.1", user="station", secret="vault:main")


def held(condition: str) -> HoldsChanged:
    return HoldsChanged(
        (HeldCondition(condition=condition, steps=1, since=datetime.now(UTC), title="The vault is locked"),)
    )


def toasts(stage: Stage) -> list[Toast]:
    return [toast for toast in stage.window.findChildren(Toast) if toast.isVisible()]


def test_g06_i02_the_window_asks_once_and_hands_the_secret_on(qapp: QApplication, run: Run) -> None:
    """One notice for one condition; the dialog gives the secret to the vault and forgets it."""
    kept: list[tuple[str, str]] = []

    async def keep(name: str, secret: str) -> bool:
        kept.append((name, secret))
        return True

    async def scenario() -> None:
        stage = Stage(look.LIGHT, qapp)
        stage.window.show()
        desk = replace(stage.desk, station=replace(stage.desk.station, servers=(MAIN,)))
        asker = PasswordAsker(desk, keep, stage.window)
        for _ in range(2):
            stage.bridge.post(held("vault:vault:main"))
        await stage.until(lambda: len(toasts(stage)) == 1)
        (toast,) = toasts(stage)
        QTest.mouseClick(toast.findChildren(QPushButton)[0], Qt.MouseButton.LeftButton)
        assert asker.dialog is not None
        line = asker.dialog.findChildren(QLineEdit)[0]
        assert line.echoMode() is QLineEdit.EchoMode.Password
        QTest.keyClicks(line, "secret 1")
        QTest.keyClick(line, Qt.Key.Key_Return)
        await stage.until(lambda: bool(kept))
        stage.bridge.post(held("storage:flex3"))
        stage.bridge.post(held("login:main"))
        await stage.until(lambda: any("vault is locked" in t.accessibleName() for t in toasts(stage)))
        await stage.close()

    run(scenario())
    assert kept == [("main", "secret 1")]
