"""The sample's split in containers: three instances of each service behind a real edge."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from containers.deployed import REPOSITORY, SAMPLE, Deployed, own_tests
from containers.engine import engine
from containers.images import images
from decompose.domain.generated import Gateway
from ports import free_port
from postgres_server import new_database

pytestmark = pytest.mark.containers

EDGES = (Gateway.HAPROXY, Gateway.NGINX, Gateway.ENVOY)
REPLICAS = 3
KEEPERS = ("catalogue", "orders")  # the tree of categories, the methods of shipping
RATE = 20  # requests a second, what a client is and the whole machine can bear
ELASTICSEARCH = """
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        print(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"errors": false, "items": []}')
http.server.HTTPServer(("", 9200), Handler).serve_forever()
"""
RECORDED = ("tests/test_orders.py", "tests/test_reviews.py", "tests/test_notifications.py")
PAGES = ("/", "/products", "/api/v1/products/", "/cart/", "/health", "/account/login")


@pytest.fixture(scope="session")
def system() -> Iterator[Deployed]:
    """The system with an empty shop; afterwards nothing of it is left running."""
    folder = REPOSITORY / ".cache" / "containers"
    folder.mkdir(parents=True, exist_ok=True)
    with engine(folder) as environment:
        made = images(folder, Path(os.environ["ENVOY"]).parents[1], environment)
        variables = {**environment, **made, "REPLICAS": str(REPLICAS), "TLS_PORT": "0"}
        system = Deployed(folder / "split", variables, free_port())
        system.scaffold(EDGES[0])
        (system.folder / ".env").unlink(missing_ok=True)  # tags of an earlier run
        system.compose("--profile", "*", "down", "--volumes", "--remove-orphans")
        system.compose("build")
        try:
            seconds = system.start()
            print_(f"{len(system.services)} services, {REPLICAS} instances each: healthy after "
                   f"{seconds:.0f} s, {system.memory():.0f} MB in all containers")  # fmt: skip
            yield system
        finally:
            system.compose("--profile", "*", "down", "--volumes")
        assert not system.docker("ps", "--quiet").split()


def print_(text: str) -> None:
    """Show a measurement."""
    sys.stdout.write(f"\n{text}\n")


@pytest.mark.parametrize("edge", EDGES)
def test_the_monoliths_own_tests_pass_through_each_edge(system: Deployed, edge: Gateway) -> None:
    """Unchanged HTTP tests find the shop as they know it, whichever program is in front.

    Two of them see what the shop keeps in memory: those services run once here, as with several
    processes of the monolith they would fail too.
    """
    system.scaffold(edge)
    if edge is not EDGES[0]:
        system.empty()
    system.scale(KEEPERS, 1)
    system.up("--no-deps", "edge")
    done = own_tests(system.url)
    system.scale(KEEPERS, REPLICAS)
    assert done.returncode == 0, done.stdout[-4000:]
    print_(f"{edge}: {done.stdout.splitlines()[-1]}")


def under_load(system: Deployed, happening: Callable[[], None]) -> Counter[int]:
    """Read pages while something happens; return how often each status was answered."""
    over = Event()

    def ask(number: int) -> int:
        try:
            return system.get(PAGES[number % len(PAGES)])[0]
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def load() -> Counter[int]:
        asked = []
        with ThreadPoolExecutor(8) as pool:
            while not over.is_set():
                asked.append(pool.submit(ask, len(asked)))
                time.sleep(1 / RATE)
            return Counter(future.result() for future in asked)

    with ThreadPoolExecutor(1) as pool:
        answered = pool.submit(load)
        time.sleep(3)
        try:
            happening()
            time.sleep(3)
        finally:
            over.set()
        return answered.result()


def test_killing_an_instance_fails_no_request(system: Deployed) -> None:
    """One of three instances is killed without notice; whoever asks is answered by another."""
    victim = system.containers("catalogue")[0]
    answered = under_load(system, lambda: void(system.docker("kill", victim)))
    print_(f"instance killed: {dict(answered)}")
    assert set(answered) == {200}
    system.up("catalogue")
    assert len(system.containers("catalogue")) == REPLICAS


def test_a_new_version_comes_and_goes_without_a_failed_request(system: Deployed) -> None:
    """All instances are replaced by a new image under load, and then by the old one again."""
    page = system.folder / "services/catalogue/shop/templates/catalogue/home.html"
    old = page.read_text()
    page.write_text(old.replace("<h2>New</h2>", "<h2>New, v2</h2>"))
    try:
        system.compose("build", "catalogue", CATALOGUE_TAG="v2")
    finally:
        page.write_text(old)
    for tag, seen in (("v2", True), ("latest", False)):
        before = system.containers("catalogue")
        answered = under_load(
            system, lambda tag=tag: void(system.script("roll.sh", "catalogue", tag))
        )
        print_(f"rolled to {tag}: {dict(answered)}")
        assert set(answered) == {200}
        after = system.containers("catalogue")
        assert len(after) == REPLICAS
        assert not set(after) & set(before)
        assert ("New, v2" in system.get("/")[2]) is seen


def test_a_version_that_does_not_get_healthy_is_taken_back(system: Deployed) -> None:
    """The old instances go on, and the tag that compose finds is the one before."""
    before = system.containers("catalogue")
    system.docker("tag", system.environment["BASE_IMAGE"], "sample_monolith-catalogue:broken")
    with pytest.raises(RuntimeError, match="does not get healthy"):
        system.script("roll.sh", "catalogue", "broken")
    assert system.containers("catalogue") == before
    assert "broken" not in (system.folder / ".env").read_text()


def test_a_cut_feed_heals_and_nothing_is_lost(system: Deployed) -> None:
    """While the owner is out of reach, copies answer and say so; afterwards they have every row."""
    network = "sample_monolith_inside"
    owners = system.containers("catalogue")
    count = "SELECT count(*) FROM products"
    (known,) = system.sql("cart", count)
    insert = (
        "INSERT INTO products (sku, slug, name, description, price_cents, weight_grams, status,"
        " rating_average, rating_count, created_at, updated_at) SELECT 'cut-' || n, 'cut-' || n,"
        " 'Cut', '', 100, 1, 'active', 0, 0, now(), now() FROM generate_series(1, 500) AS n"
    )
    for container in owners:
        system.docker("network", "disconnect", network, container)
    try:
        system.sql("catalogue", insert)
        status, headers, _ = system.get("/cart/")
        assert (status, headers["x-data-stale"].partition(";")[0]) == (200, "catalogue")
        assert system.sql("cart", count) == [known]
    finally:
        for container in owners:
            system.docker("network", "connect", "--alias", "catalogue", network, container)
    eventually(lambda: "x-data-stale" not in system.get("/cart/")[1])
    everything = "SELECT md5(string_agg(p::text, '' ORDER BY id)) FROM products p"
    assert system.sql("cart", count) == system.sql("catalogue", count) != [known]
    assert system.sql("cart", everything) == system.sql("catalogue", everything)


def test_a_database_is_reachable_from_its_service_only(system: Deployed) -> None:
    """Another service can't even find its name."""
    find = "import socket; socket.create_connection(('orders.database', 5432), 5)"
    (own, *_), (other, *_) = system.containers("orders"), system.containers("cart")
    system.docker("exec", own, "python", "-c", find)
    with pytest.raises(RuntimeError, match="gaierror"):
        system.docker("exec", other, "python", "-c", find)


def test_internal_paths_answer_nobody_from_outside(system: Deployed) -> None:
    """The edge doesn't know them, and a service inside wants a token."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        system.get("/internal/feed")
    assert refused.value.code == 404
    request = "u.Request('http://orders:9000/internal/feed', b'{}')"
    ask = f"import urllib.request as u; u.urlopen({request})"
    with pytest.raises(RuntimeError, match="401"):
        system.docker("exec", system.containers("cart")[0], "python", "-c", ask)


def test_containers_run_as_nobody_on_a_root_they_can_not_write(system: Deployed) -> None:
    """Every process of ours is without privileges."""
    for service in (*system.services, "gateway", "edge"):
        told = system.inspect(system.containers(service)[0])
        assert told["Config"]["User"] == "10001:10001", service
        assert told["HostConfig"]["ReadonlyRootfs"], service
        assert told["HostConfig"]["CapDrop"] == ["ALL"], service


def test_prometheus_sees_every_instance(system: Deployed) -> None:
    """All targets are up: three of each service, the Flask gateway's, the edge."""
    port = str(free_port())
    system.environment |= {"PROMETHEUS_PORT": port}
    system.compose("--profile", "observability", "up", "--detach", "prometheus")

    def ups() -> Counter[str]:
        query = f"http://127.0.0.1:{port}/api/v1/query?query=up"
        with urllib.request.urlopen(query, timeout=10) as answer:
            found = json.load(answer)["data"]["result"]
        return Counter(one["metric"]["job"] for one in found if one["value"][1] == "1")

    eventually(lambda: all(ups()[name] == REPLICAS for name in system.services))
    assert ups()["gateway"] == 2


def test_alerts_fire_when_they_should(system: Deployed) -> None:
    """The rules pass their own tests, by the program that reads them."""
    command = ["run", "--rm", "--volume", f"{system.folder}/deploy:/deploy:ro"]
    image = system.environment["PROMETHEUS_IMAGE"]
    command += ["--entrypoint", "promtool", image, "test", "rules", "/deploy/alerts.test.yml"]
    assert "SUCCESS" in system.docker(*command)


def test_logs_reach_elasticsearch_as_what_they_say(system: Deployed) -> None:
    """A request's line arrives with its id, its service and the day's index."""
    network, name = "sample_monolith_public", "decompose-elasticsearch"
    system.docker("run", "--detach", "--rm", "--name", name, "--network", network,
                  system.environment["BASE_IMAGE"], "python3", "-uc", ELASTICSEARCH)  # fmt: skip
    try:
        logs = system.docker("info", "--format", "{{.DockerRootDir}}").strip() + "/containers"
        system.environment |= {"CONTAINER_LOGS": logs, "ELASTICSEARCH_URL": f"http://{name}:9200"}
        system.compose("--profile", "logs", "up", "--detach", "collector")

        def arrived() -> bool:
            system.get("/products", {"X-Request-ID": "seek-me"})
            lines = system.docker("logs", name).splitlines()
            found = [json.loads(line) for line in lines if '"seek-me"' in line]
            return any(one.get("service") == "catalogue" and "@timestamp" in one for one in found)

        eventually(arrived)
        assert '{"_index":"sample_monolith-20' in system.docker("logs", name)
    finally:
        system.docker("kill", name)


def test_the_tape_is_equal_in_containers(system: Deployed, tmp_path: Path) -> None:
    """Recorded requests get the monolith's answers and leave its rows, through edge and containers.

    The tape is of some tests only, so that it takes minutes; of all with WHOLE_TAPE. Each service
    runs once, since what the shop keeps in memory was one process's. It is the last: from here on
    services run for a replay.
    """
    recorded = () if os.environ.get("WHOLE_TAPE") else RECORDED
    tape, replay, python = tmp_path / "tape", tmp_path / "replay", os.environ["SAMPLE_PYTHON"]
    verify = ("verify", SAMPLE, system.folder, "--tape", tape)
    with system.database_server() as server:
        system.decompose(
            *("trace", SAMPLE, "--output", tape, "--python", python),
            *("--", "python", "-m", "pytest", "-q", *recorded),
            DATABASE_URL=new_database(server, "recorded"),
        )
        system.decompose(*verify, "--prepare", replay)
        running = replay / "running.toml"
        text = running.read_text().replace("http://127.0.0.1:8080", system.url)
        running.write_text(text.replace("replace-rows = false", "replace-rows = true"))
        files = f"compose.yaml:{replay}/compose.yaml"
        system.environment |= {"COMPOSE_FILE": files, "REPLICAS": "1"}
        system.start()
        started = time.monotonic()
        told = system.decompose(
            *(*verify, "--running", running, "--python", python, "--postgres", server),
            COLUMNS="200",
        )
    print_(f"{told.splitlines()[-1]}, {time.monotonic() - started:.0f} s")
    assert "requests equal (100.0%)" in told


def eventually(true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something is true."""
    until = time.monotonic() + seconds
    while True:
        try:
            if true():
                return
        except OSError:
            pass
        if time.monotonic() > until:
            raise AssertionError("it never was")
        time.sleep(0.5)


def void(_: object) -> None:
    """Drop a result."""
