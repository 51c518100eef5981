"""Properties that Flex Consumption refuses, and providers to register before the deployment."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from infra.bicep import FILES, nested, only, resources, text, tree, walk
from support import ROOT

# Flex Consumption refuses these (BadRequest 51021) or expects them elsewhere: "Flex Consumption plan deprecations" of
# Microsoft's documentation, and azure-pipelines-tasks #21032, azure-cli #31414 for ftpsState.
REFUSED_IN_SITE = {
    *("alwaysOn", "containerSize", "ftpsState", "functionAppScaleLimit", "isReserved", "isXenon", "javaVersion"),
    *("linuxFxVersion", "minimumElasticInstanceCount", "netFrameworkVersion", "nodeVersion", "powerShellVersion"),
    *("preWarmedInstanceCount", "pythonVersion", "use32BitWorkerProcess", "vnetBackupRestoreEnabled"),
    *("vnetContentShareEnabled", "vnetImagePullEnabled", "vnetRouteAllEnabled", "windowsFxVersion"),
}
REFUSED_AS_SETTING = {
    *("AzureWebJobsDashboard", "ENABLE_ORYX_BUILD", "FUNCTIONS_EXTENSION_VERSION", "FUNCTIONS_MAX_HTTP_CONCURRENCY"),
    *("FUNCTIONS_WORKER_DYNAMIC_CONCURRENCY_ENABLED", "FUNCTIONS_WORKER_PROCESS_COUNT", "FUNCTIONS_WORKER_RUNTIME"),
    *("FUNCTIONS_WORKER_RUNTIME_VERSION", "SCM_DO_BUILD_DURING_DEPLOYMENT", "WEBSITE_CONTENTSHARE"),
    *("WEBSITE_CONTENTAZUREFILECONNECTIONSTRING", "WEBSITE_CONTENTOVERVNET", "WEBSITE_DNS_SERVER"),
    *("WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT", "WEBSITE_MOUNT_ENABLED", "WEBSITE_NODE_DEFAULT_VERSION"),
    *("WEBSITE_RUN_FROM_PACKAGE", "WEBSITE_SKIP_CONTENTSHARE_VALIDATION", "WEBSITE_TIME_ZONE", "TZ"),
    *("WEBSITE_USE_PLACEHOLDER_DOTNETISOLATED", "WEBSITE_VNET_ROUTE_ALL"),
}
BREAKS_EVERY_CALL = {"PYTHON_ENABLE_OPENTELEMETRY"}  # azure-functions-python-worker #1881


def mentioned(path: Path) -> set[str]:
    """Return every property that a file sets and every text in it, in lower case, as Azure ignores case."""
    nodes = list(walk(tree(path)))
    properties = [node.named_children[0] for node in nodes if node.type == "object_property"]
    return {text(node).strip("'").lower() for node in (*properties, *(n for n in nodes if n.type == "string"))}


def test_nothing_is_set_anywhere_that_flex_consumption_refuses() -> None:
    refused = {name.lower() for name in REFUSED_IN_SITE | REFUSED_AS_SETTING | BREAKS_EVERY_CALL}
    assert not refused & set[str]().union(*map(mentioned, FILES))


def test_the_page_of_the_platform_is_off() -> None:
    assert nested("settings").body["properties"]["AzureWebJobsDisableHomepage"] == "true"


def delegated() -> set[str]:
    """Return the providers of subnet delegations that have no resource in the deployment."""
    subnets: list[dict[str, Any]] = only("Microsoft.Network/virtualNetworks").body["properties"]["subnets"]
    delegations = [each for subnet in subnets for each in subnet["properties"].get("delegations", [])]
    used = {each.kind.partition("/")[0] for path in FILES for each in resources(path)}
    return {each["properties"]["serviceName"].partition("/")[0] for each in delegations} - used


def hook(system: str) -> str:
    found = re.search(rf"\n    {system}:\n      shell: \w+\n      run: (.+)", (ROOT / "azure.yaml").read_text("utf-8"))
    assert found
    return found[1]


def registered(vnet_enabled: str | None, folder: Path) -> str:
    """Run the hook with a command `az` that records its arguments; return them."""
    called = folder / "called"
    (folder / "az").write_text(f'#!/bin/sh\necho "$*" >> {called}\n', encoding="utf-8")
    (folder / "az").chmod(0o755)
    given = {} if vnet_enabled is None else {"VNET_ENABLED": vnet_enabled}
    env = {"PATH": f"{folder}:{os.environ['PATH']}", "AZURE_SUBSCRIPTION_ID": "that-of-azd", **given}
    subprocess.run(["sh", "-c", hook("posix")], env=env, check=True)
    return called.read_text(encoding="utf-8") if called.exists() else ""


@pytest.mark.parametrize("value", ["true", "True", "TRUE", "t", "T", "1"])
def test_providers_of_delegations_are_registered_in_the_subscription_of_azd(value: str, tmp_path: Path) -> None:
    (provider,) = delegated()
    asked = f"provider register --namespace {provider} --wait --subscription that-of-azd\n"
    assert registered(value, tmp_path) == asked


@pytest.mark.parametrize("value", [None, "", "false", "False", "0"])
def test_without_the_network_no_provider_is_registered(value: str | None, tmp_path: Path) -> None:
    assert registered(value, tmp_path) == ""


def test_the_hook_for_windows_asks_for_the_same() -> None:
    asked = re.search(r"az provider register [^;]+", hook("posix"))
    assert asked
    assert asked[0].replace('"$', "$env:").replace('"', "") in hook("windows")
