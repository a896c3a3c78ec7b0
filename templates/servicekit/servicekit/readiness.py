"""Whether a service should get requests, with the reasons."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict, Tuple

from servicekit import dbapi
from servicekit.description import Description
from servicekit.peers import Peers


class Readiness:
    """Looks at the database and the owners of replicas; says no from the moment of draining."""

    def __init__(self, description: Description, database_url: str, peers: Peers, data: Any):
        self._description = description
        self._database_url = database_url
        self._peers = peers
        self._data = data
        self._started = time.time()
        self.draining = False

    def report(self) -> Tuple[bool, Dict[str, Any]]:
        """Return whether the service is ready, and what was found.

        It is ready once its replicas are complete. An owner out of reach makes it unready after
        that only where `owner_down` is `refuse`: a service that answers from stale replicas
        instead is more use than none. Owners are asked only once nothing else is missing: while
        a system starts, everybody would ask everybody.
        """
        database = dbapi.answers(self._database_url)
        lag = self._data.lag() if database else {}
        copied = not any(facts.get("copying") for facts in lag.values())
        owners = self._owners() if database and copied else {}
        needs_owners = self._description.owner_down == "refuse"
        reached = all(owners.values()) or not needs_owners
        ready = not self.draining and database and copied and reached
        return ready, {
            "service": self._description.name,
            "ready": ready,
            "draining": self.draining,
            "database": database,
            "owners": owners,
            "copied": copied,
            "lag": lag,
            "up_seconds": round(time.time() - self._started, 1),
        }

    def _owners(self) -> Dict[str, bool]:
        owners = self._description.owners
        if not owners:
            return {}
        with ThreadPoolExecutor(max_workers=len(owners)) as pool:
            return dict(zip(owners, pool.map(self._peers.reachable, owners)))
