"""Images that tests build themselves, since none can be pulled everywhere."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from containers.engine import site

BASE = "decompose-base"
_PACKAGES = "ca-certificates,python3,python3-venv"
_SUITE = "bookworm"
_TRUSTED = Path("/etc/ssl/certs/ca-certificates.crt")
_VARIABLES = {
    "collector": "COLLECTOR_IMAGE",
    "database": "POSTGRES_IMAGE",
    "edge": "EDGE_IMAGE",
    "prometheus": "PROMETHEUS_IMAGE",
}
"""What compose calls the image that each target of the Dockerfile makes."""


def images(folder: Path, edges: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Build what isn't there yet; return compose's variables for all of them.

    `edges` is the environment into which the package with Envoy is installed.
    """
    if not _has(BASE, environment):
        _make_base(folder, environment)
    context = folder / "context"
    shutil.copytree(Path(__file__).with_name("context"), context, dirs_exist_ok=True)
    (envoy,) = edges.glob("lib/python*/site-packages/envoy/_bin/envoy")
    shutil.copy2(envoy, context / "envoy")
    found = {"BASE_IMAGE": BASE}
    for target, variable in _VARIABLES.items():
        found[variable] = f"decompose-{target}"
        if not _has(found[variable], environment):
            command = ["docker", "build", "--quiet", "--target", target, "--tag", found[variable]]
            command += ["--build-arg", f"BASE_IMAGE={BASE}", str(context)]
            subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    return found


def _has(image: str, environment: Mapping[str, str]) -> bool:
    asked = ["docker", "image", "inspect", image]
    return subprocess.run(asked, env=environment, capture_output=True, check=False).returncode == 0


def _make_base(folder: Path, environment: Mapping[str, str]) -> None:
    """Make a small Debian with Python, which trusts whom this machine trusts."""
    root = folder / "root"
    shutil.rmtree(root, ignore_errors=True)
    command = ["debootstrap", "--variant=minbase", f"--include={_PACKAGES}", _SUITE, root, site()]
    subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL)
    shutil.copy(_TRUSTED, f"{root}{_TRUSTED}")
    packed = subprocess.Popen(["tar", "-C", root, "-c", "."], stdout=subprocess.PIPE)
    command = ["docker", "import", "--change", f"ENV SSL_CERT_FILE={_TRUSTED}", "-", BASE]
    subprocess.run(command, check=True, env=environment, stdin=packed.stdout,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    if packed.wait():
        raise RuntimeError(f"{root} can't be packed")
    shutil.rmtree(root)
