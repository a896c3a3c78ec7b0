"""READMEs of the system and of each service: values for their templates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from decompose.domain.plan import CutPlan, ServicePlan
from decompose.domain.slicing import Slice
from decompose.render import render


def system_readme(plan: CutPlan, slices: Sequence[Slice]) -> str:
    """What a stranger needs to run, understand and change the system."""
    node = {service.id: f"s{number}" for number, service in enumerate(plan.services)}
    copies = Counter((f.owner, s.id) for s in plan.services for f in s.foreign)
    return render(
        "system/README.md.j2",
        name=plan.system,
        services=[
            {
                "node": node[service.id],
                "name": service.name,
                "endpoints": len(service.endpoints),
                "tables": service.tables,
                "copies": [f.table for f in service.foreign],
                "share": f"{cut.share:.0%}",
            }
            for service, cut in zip(plan.services, slices, strict=True)
        ],
        ties=[
            {"owner": node[owner], "reader": node[reader], "count": count}
            for (owner, reader), count in sorted(copies.items())
        ],
    )


def service_readme(plan: CutPlan, service: ServicePlan, peers: Sequence[str], tests: int) -> str:
    """What a stranger needs to run, understand and change one service."""
    name = {other.id: other.name for other in plan.services}
    return render(
        "system/service.md.j2",
        system=plan.system,
        service={
            "name": service.name,
            "tests": tests,
            "tables": service.tables,
            "peers": [{"name": peer, "variable": peer_variable(peer)} for peer in peers],
            "copies": [
                {"table": f.table, "owner": name[f.owner], "written": f.written}
                for f in service.foreign
            ],
            "endpoints": [
                {
                    "name": endpoint.name,
                    "reads": endpoint.reads,
                    "writes": endpoint.writes,
                    "owners": sorted({name[f.owner] for f in service.foreign
                                      if f.table in endpoint.forwards}),
                }
                for endpoint in service.endpoints
            ],
        },
    )  # fmt: skip


def peer_variable(peer: str) -> str:
    """The environment variable that holds a peer's internal address."""
    return f"PEER_{peer.upper().replace('-', '_')}_URL"
