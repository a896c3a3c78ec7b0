"""What becomes of each seam, and why."""

from __future__ import annotations

from collections.abc import Mapping

from decompose.domain.analysis import Automation, Seam, SeamKind
from decompose.domain.plan import SeamDecision, Technique

_TECHNIQUE: Mapping[SeamKind, tuple[Technique, str]] = {
    SeamKind.COPY: (Technique.COPY, "code without data of its own is copied into the slice"),
    SeamKind.READ: (Technique.REPLICA, "reads stay local, on a replica fed by the owner"),
    SeamKind.COMMAND: (
        Technique.FORWARD,
        "the code runs here, in the caller's transaction; its writes go to the owner at commit",
    ),
    SeamKind.FORWARDED_WRITE: (
        Technique.FORWARD,
        "the write is caught on the replica and goes to the owner at commit",
    ),
    SeamKind.SAGA: (
        Technique.FORWARD,
        "every owner applies its part, the local commit decides, a failure undoes all parts",
    ),
    SeamKind.FOREIGN_KEY: (
        Technique.UNCONSTRAINED,
        "the column stays, its constraint ends at the boundary",
    ),
    SeamKind.URL: (Technique.BUILD_ONLY, "`url_for` keeps working by a rule that is only built"),
    SeamKind.TEMPLATE: (Technique.COPY, "the template is copied"),
    SeamKind.SIGNAL: (
        Technique.COPY,
        "the receiver runs here, inside the sender's transaction, as it always did",
    ),
    SeamKind.TASK: (Technique.COPY, "the task runs in its owner's worker"),
    SeamKind.STATE: (Technique.COPY, "each service has a state of its own"),
    SeamKind.DYNAMIC: (Technique.COPY, "what could be meant is kept whole"),
}


def decide(seam: Seam) -> SeamDecision:
    """The decision for one seam: refused where the analysis or a person said so."""
    technique, reason = _TECHNIQUE[seam.kind]
    if seam.automation is Automation.REFUSED:
        technique, reason = Technique.REFUSE, seam.technique
    return SeamDecision(
        location=seam.location,
        seam=seam.id,
        technique=technique,
        from_service=seam.from_service,
        to_service=seam.to_service,
        source=seam.source,
        target=seam.target,
        reason=reason,
    )
