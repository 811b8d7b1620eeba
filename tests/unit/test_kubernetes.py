"""The manifests of deploy/k8s name commands, ports, probes and variables that the program has."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from fastapi.routing import iter_route_contexts
from prometheus_client import CollectorRegistry

from services.cli import compose, standalone
from services.cli.main import app
from services.cli.registry import BY_NAME, ENTRIES
from services.cli.settings import System
from shared.clock import SystemClock

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "k8s"
GUIDE = (FOLDER / "README.md").read_text(encoding="utf-8")
LISTED: list[str] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["resources"]
OBJECTS: list[dict[str, Any]] = [
    each for name in LISTED for each in yaml.safe_load_all((FOLDER / name).read_text())
]
CONFIGURED: dict[str, str] = next(
    each["data"]
    for each in OBJECTS
    if (each["kind"], each["metadata"]["name"]) == ("ConfigMap", "onestop")
)


def _of(kind: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in OBJECTS if each["kind"] == kind}


DEPLOYMENTS = _of("Deployment")
WORKLOADS = {**DEPLOYMENTS, **_of("StatefulSet"), **_of("Job")}


def _container(name: str) -> dict[str, Any]:
    (found,) = WORKLOADS[name]["spec"]["template"]["spec"]["containers"]
    return dict(found)


def _variables(name: str) -> set[str]:
    container = _container(name)
    shared = CONFIGURED if container.get("envFrom") else {}
    return {each["name"] for each in container.get("env", ())} | set(shared)


def _secrets() -> Iterator[tuple[str, str]]:
    for name in WORKLOADS:
        for each in _container(name).get("env", ()):
            if reference := each.get("valueFrom", {}).get("secretKeyRef"):
                yield reference["name"], reference["key"]
        for volume in WORKLOADS[name]["spec"]["template"]["spec"].get("volumes", ()):
            for item in volume.get("secret", {}).get("items", ()):
                yield volume["secret"]["secretName"], item["key"]


def test_every_manifest_is_listed_and_every_service_is_deployed() -> None:
    manifests = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    assert set(LISTED) == manifests
    assert set(DEPLOYMENTS) == {entry.prefix.strip("/") for entry in ENTRIES}


@pytest.mark.parametrize("name", sorted({*DEPLOYMENTS, "provision"}))
def test_a_command_is_one_of_the_programs(name: str) -> None:
    program, command, *arguments = _container(name)["command"]
    found = typer.main.get_group(app).commands[command]
    with pytest.MonkeyPatch.context() as patch:
        for variable in _variables(name):
            patch.setenv(variable, "x")
        context = found.make_context(program, arguments)
    assert program == "onestop"
    assert context.params.get("service", name) == name.replace("-", "_")


@pytest.mark.parametrize("name", sorted(DEPLOYMENTS))
def test_ports_and_probes_are_those_that_are_served(name: str) -> None:
    container = _container(name)
    arguments = container["command"]
    port = int(arguments[arguments.index("--port") + 1])
    assert container["ports"] == [{"name": "http", "containerPort": port}]
    (service,) = _of("Service")[name]["spec"]["ports"]
    assert service["targetPort"] == "http"
    pod = WORKLOADS[name]["spec"]["template"]["metadata"]
    assert pod["annotations"]["prometheus.io/port"] == str(port)
    probes = ("startupProbe", "livenessProbe", "readinessProbe")
    paths = {container[probe]["httpGet"]["path"] for probe in probes}
    front = compose.application([], registry=CollectorRegistry(), clock=SystemClock())
    served = {route.path_format for route in iter_route_contexts(front.outer.routes)}
    assert paths == {"/livez", "/readyz"}
    assert paths | {pod["annotations"]["prometheus.io/path"]} <= served


@pytest.mark.parametrize("name", sorted(DEPLOYMENTS))
def test_every_variable_is_a_setting_and_none_that_is_needed_lacks(name: str) -> None:
    entry = BY_NAME[name.replace("-", "_")]
    own = {f"ONESTOP_{entry.name}_{field}".upper() for field in entry.settings.model_fields}
    known = {f"ONESTOP_{field}".upper() for field in System.model_fields} | own
    needed = {f"ONESTOP_{field}".upper() for field in standalone.NEEDED}
    if entry.name == "mutual_recognition":
        needed |= {standalone.SEEDS, standalone.SEED_ID}
    if entry.name == "inspection":
        needed |= {standalone.EVIDENCE}
    if entry.name == "declaration":
        needed |= {"ONESTOP_DECLARATION_SEAL_KEY", "ONESTOP_DECLARATION_PUBLIC_URL"}
    assert needed <= _variables(name) <= known


def test_the_seal_key_is_where_the_service_looks_for_it() -> None:
    pod = DEPLOYMENTS["declaration"]["spec"]["template"]["spec"]
    told = {each["name"]: each.get("value") for each in _container("declaration")["env"]}
    (mount,) = _container("declaration")["volumeMounts"]
    (volume,) = (each["secret"] for each in pod["volumes"] if each["name"] == mount["name"])
    (item,) = volume["items"]
    assert told["ONESTOP_DECLARATION_SEAL_KEY"] == f"{mount['mountPath']}/{item['path']}"


def test_the_configuration_is_valid_and_fits_the_brokers() -> None:
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in CONFIGURED.items():
            patch.setenv(variable, value)
        system = System()
    assert system.nats_replicas == WORKLOADS["nats"]["spec"]["replicas"]
    grace = {
        each["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
        for each in DEPLOYMENTS.values()
    }
    assert min(grace) > system.drain_seconds + 10


def test_labels_select_what_they_are_meant_for() -> None:
    for name, workload in WORKLOADS.items():
        labels = workload["spec"]["template"]["metadata"]["labels"]
        assert labels == {"app.kubernetes.io/name": name}
        if name != "provision":
            assert workload["spec"]["selector"]["matchLabels"] == labels
            assert _of("Service")[name]["spec"]["selector"] == labels
            budget = _of("PodDisruptionBudget")[name]["spec"]
            assert (budget["selector"]["matchLabels"], budget["maxUnavailable"]) == (labels, 1)


def test_the_guide_names_every_secret_and_its_keys() -> None:
    rows = [line for line in GUIDE.splitlines() if line.lstrip().startswith("| `")]
    for secret, key in set(_secrets()):
        of_secret = [row for row in rows if f"`{secret}`" in row.split("|")[1]]
        assert any(f"`{key}`" in row for row in of_secret), (secret, key)


def test_the_broker_takes_its_configuration_and_syncs_always(tmp_path: Path) -> None:
    written = _of("ConfigMap")["nats"]["data"]["nats.conf"]
    (tmp_path / "nats.conf").write_text(written)
    program, _, routes = _container("nats")["command"]
    tried = subprocess.run(
        [Path(sys.executable).parent / program, "-t", f"--config={tmp_path / 'nats.conf'}"],
        env={**os.environ, "POD_NAME": "nats-0", "NATS_PASSWORD": "secret"},
        capture_output=True,
        text=True,
    )
    assert tried.returncode == 0, tried.stderr
    assert "sync_interval: always" in written
    replicas = WORKLOADS["nats"]["spec"]["replicas"]
    assert re.findall(r"@(nats-\d)\.nats:6222", routes) == [f"nats-{n}" for n in range(replicas)]


def test_the_image_is_made_of_what_is_there() -> None:
    lines = (FOLDER / "Dockerfile").read_text().splitlines()
    copied = [
        source
        for line in lines
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    ]
    ignored = (FOLDER / "Dockerfile.dockerignore").read_text().splitlines()
    assert copied
    for source in copied:
        assert (ROOT / source).exists()
        assert f"!{source}" in ignored
    assert json.dumps(["onestop", "--help"]) in lines[-1]
