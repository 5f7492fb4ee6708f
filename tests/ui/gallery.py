"""Opens the window on the fakes and saves pictures: `python -m tests.ui.gallery FOLDER`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from tests.ui.stage import Stage
from vodstudio.ui import theme as look


async def shoot(folder: Path, app: QApplication) -> None:
    """Each tab, light and dark, at both sizes."""
    for theme in (look.LIGHT, look.DARK):
        for size in (QSize(1366, 768), QSize(1920, 1080)):
            stage = Stage(theme, app)
            stage.window.resize(size)
            stage.window.show()
            for place, name in enumerate(("queue", "cities", "monitoring")):
                stage.window.header.tabs.choose(place)
                for _ in range(40):
                    await asyncio.sleep(0.01)
                stage.window.grab().save(str(folder / f"{name}-{theme.name}-{size.width()}.png"))
            await stage.close()


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
