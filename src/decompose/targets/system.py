"""How the system runs on one machine: `system.json`."""

from __future__ import annotations

from decompose.domain.plan import CutPlan

FORMAT = 1
_GATEWAY = (8000, 8001)
_PUBLIC = 8100
_INTERNAL = 8200


def system_description(plan: CutPlan) -> dict[str, object]:
    """The content of `system.json`: a folder and two ports for every service and the gateway.

    Ports below the range that systems give out by themselves, in the order of the services.
    """
    return {
        "format": FORMAT,
        "name": plan.system,
        "services": {
            service.name: {
                "folder": f"services/{service.name}",
                "port": _PUBLIC + number,
                "internal_port": _INTERNAL + number,
            }
            for number, service in enumerate(plan.services, 1)
        },
        "gateway": {"folder": "gateway", "port": _GATEWAY[0], "internal_port": _GATEWAY[1]},
    }
