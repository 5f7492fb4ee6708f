"""Whether this machine runs on its battery, and what then does not begin."""

from __future__ import annotations

from vodstudio.core.errors import OnBattery
from vodstudio.core.station import Lane

CONDITION = "battery"
_HEAVY = frozenset({Lane.MEDIA, Lane.SPEECH})


def is_on_battery() -> bool:
    """False also where there is no battery, or the system does not tell."""
    import psutil

    try:
        battery = psutil.sensors_battery()
    except (AttributeError, OSError, psutil.Error):
        return False
    return battery is not None and battery.power_plugged is False


def check_power(lane: Lane, may_work_on_battery: bool) -> None:
    """Hours of encoding or listening would empty a battery; what is quick goes on."""
    if not may_work_on_battery and lane in _HEAVY and is_on_battery():
        raise OnBattery(
            "This computer runs on its battery",
            condition=CONDITION,
            hint="Encoding and listening go on by themselves when it is plugged in;"
            " work_on_battery = true in settings.toml lets them go on now.",
        )
