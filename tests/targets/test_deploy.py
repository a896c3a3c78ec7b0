"""Images and compose of the generated system, as the tools that read them see them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import compose_spec
import pytest
import yaml

from decompose.domain.generated import Gateway
from targets.split import club


def texts(gateway: Gateway = Gateway.FLASK, boundary: Path | None = None) -> dict[str, str]:
    """Every text that deploys the club, by path."""
    begin = ("compose", "deploy/")
    return {
        file.path: file.content.decode()
        for file in club(gateway, boundary).files
        if file.path.startswith(begin) or file.path.endswith("Dockerfile")
    }


def compose(
    gateway: Gateway = Gateway.FLASK, boundary: Path | None = None
) -> compose_spec.ComposeSpecification:
    """The compose file, its variables replaced by their defaults and its aliases resolved."""
    text = texts(gateway, boundary)["compose.yaml"]
    for _ in range(2):  # a default may be a variable with a default
        text = re.sub(r"\$\{\w+:-([^${}]*)\}", r"\1", text)
    return compose_spec.PyCompose.from_yaml(yaml.safe_dump(yaml.safe_load(text))).to_spec()


@pytest.mark.parametrize("gateway", Gateway)
def test_compose_is_valid(gateway: Gateway) -> None:
    """The compose file says nothing that the compose specification doesn't know."""
    assert {"edge", "gateway", "bookings", "members"} <= set(compose(gateway).services)


def test_a_database_is_reachable_from_its_service_only() -> None:
    """No network but its own has a database, and only its service shares it."""
    services = compose().services
    for name in ("bookings", "members"):
        (network,) = services[f"{name}.database"].networks
        assert {other for other, one in services.items() if network in one.networks} == {
            name, f"{name}.database"
        }  # fmt: skip
        assert compose().networks[network].internal


def test_only_the_edge_is_reachable_from_outside() -> None:
    """Services, databases and the Flask gateway publish no port and sit in closed networks."""
    spec = compose()
    for name, service in spec.services.items():
        if name not in ("edge", "prometheus", "collector"):
            assert not service.ports, name
            assert all(spec.networks[network].internal for network in service.networks), name


@pytest.mark.parametrize("mode", ["monolith", "shadow"])
def test_a_monolith_that_answers_is_reachable(mode: str, tmp_path: Path) -> None:
    """Where it answers a route, the gateway is told of it, gets out, and keeps what it compares."""
    boundary = tmp_path / "decompose.toml"
    boundary.write_text(f'[routes]\n"/bookings/" = "{mode}"\n')
    gateway = compose(boundary=boundary).services["gateway"]
    assert "public" in gateway.networks
    assert {"MONOLITH_URL", "SHADOW_FILE"} <= set(gateway.environment)
    assert "gateway-shadow:/shadow" in [str(volume) for volume in gateway.volumes]
    assert "monolith" in texts(boundary=boundary)["deploy/README.md"]


def test_each_service_has_its_own_credentials() -> None:
    """A service gets the address of its own database, as a file, and nobody else's."""
    for name, service in compose().services.items():
        foreign = {"bookings", "members"} - {name.split(".")[0]}
        given = [str(secret) for secret in service.secrets or ()]
        assert not [s for s in given for other in foreign if other in s], name
        assert not [k for k in service.environment or {} if k.endswith(("PASSWORD", "SECRET"))]


def test_instances_share_the_files_that_they_write() -> None:
    """Whatever instance is asked for an upload has it; the rest of a container is read-only."""
    for name in ("bookings", "members"):
        service = compose().services[name]
        assert service.read_only
        assert f"{name}-files:/app/service/instance" in [str(v) for v in service.volumes]


@pytest.mark.parametrize("path", [p for p in texts() if p.endswith("Dockerfile")])
def test_images_pass_the_linter(path: str) -> None:
    """hadolint finds nothing to say about a Dockerfile."""
    linter = Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [linter, "-"], input=texts()[path], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("", 0)


@pytest.mark.parametrize("name", ["lock", "roll", "secrets", "watch-nginx"])
def test_scripts_are_shell(name: str) -> None:
    """The shell reads each script to its end."""
    script = texts(Gateway.NGINX)[f"deploy/{name}.sh"]
    done = subprocess.run(["sh", "-n"], input=script, capture_output=True, text=True, check=False)
    assert (done.stderr, done.returncode) == ("", 0)


def test_secrets_are_made_once(tmp_path: Path) -> None:
    """Every secret that compose mounts is made, and kept when the script runs again."""
    script = tmp_path / "deploy" / "secrets.sh"
    script.parent.mkdir()
    script.write_text(texts()["deploy/secrets.sh"])
    made = []
    for _ in range(2):
        subprocess.run(["sh", script], check=True, timeout=60)
        made.append({p.name: p.read_bytes() for p in (tmp_path / "secrets").iterdir()})
    assert made[0] == made[1]
    files = [str(secret.file) for secret in compose().secrets.values()]
    assert sorted(Path(file).name for file in files) == sorted(made[0])
    assert all(made[0].values())


DOCKER = """#!/bin/sh
echo "$*" >>calls
case "$*" in
  "compose ps --quiet bookings") cat running ;;
  "compose ps --quiet --all bookings") cat running; echo new ;;
  "compose up"*) exit 1 ;;
esac
"""


def roll(folder: Path, running: str) -> subprocess.CompletedProcess[str]:
    """Roll bookings to v2 where docker lists these containers and starts none that is healthy."""
    script, docker = folder / "deploy" / "roll.sh", folder / "bin" / "docker"
    for path, text in ((script, texts()["deploy/roll.sh"]), (docker, DOCKER)):
        path.parent.mkdir()
        path.write_text(text)
    docker.chmod(0o755)
    (folder / "running").write_text(running)
    (folder / ".env").write_text("BOOKINGS_TAG=v1\n")
    environment = {"PATH": f"{docker.parent}:{os.environ['PATH']}"}
    return subprocess.run(["sh", script, "bookings", "v2"], env=environment, check=False,
                          capture_output=True, text=True)  # fmt: skip


def test_a_version_that_does_not_get_healthy_is_taken_back(tmp_path: Path) -> None:
    """Only the new instances stop, also those that have ended, and the tag is the one before."""
    done = roll(tmp_path, "a\nb\n")
    assert (done.returncode, done.stderr.count("does not get healthy")) == (1, 1)
    assert (tmp_path / ".env").read_text() == "BOOKINGS_TAG=v1\n"
    calls = (tmp_path / "calls").read_text().splitlines()
    assert any("--scale bookings=4 bookings" in call for call in calls)
    assert [c for c in calls if c.startswith(("stop", "rm"))] == ["stop --time 45 new", "rm new"]


def test_a_service_that_does_not_run_is_told(tmp_path: Path) -> None:
    """There is nothing to replace: the message says what starts it, and no tag is kept."""
    done = roll(tmp_path, "")
    assert (done.returncode, done.stderr.count("no instance of bookings runs")) == (2, 1)
    assert (tmp_path / ".env").read_text() == "BOOKINGS_TAG=v1\n"
