from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from infra.bicep import FILES, INFRA, Expression, nested, only, resources, variable
from support import ROOT

from function_app.bootstrap import OPERATIONS
from function_app.domain.profile import Update
from function_app.operations import pages as pages_module
from function_app.settings import Settings
from function_app.store import documents
from infra.sizing import NOW, index_paths

COSMOS = INFRA / "modules/cosmos.bicep"
CONTAINERS: dict[str, dict[str, Any]] = {each["name"]: each for each in variable(COSMOS, "containers")}
INDEXED_ALWAYS = {"id", "_ts"}
MONTH = 30 * 24 * 3600

# Settings that a deployment leaves at their defaults, each with the reason.
LEFT_OUT = {
    "DATA_DIR": "nothing is kept on the machine",
    "PORT": "the local host's",
    "COSMOS_KEY": "for emulators only",
    "ENTRA_ISSUER": "derived from the tenant",
    "ENTRA_JWKS_URL": "derived from the tenant",
    "REQUESTS_PER_MINUTE": "the default is meant for Azure",
}
# Settings of the platform and of libraries.
OF_THE_PLATFORM = re.compile("AZURE_CLIENT_ID|AzureWebJobs.+|APPLICATIONINSIGHTS_.+")


def test_the_containers_are_those_of_the_code() -> None:
    assert set(CONTAINERS) == set(documents.CONTAINERS)


def test_every_container_is_parted_by_the_member_every_document_has() -> None:
    resource = only("Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers").body["properties"]["resource"]
    assert resource["partitionKey"] == {"kind": "Hash", "version": 2, "paths": ["/pk"]}
    assert "pk" in documents.instance_document("i", {})


def test_expiry_is_on_in_every_container_and_only_usage_expires_by_default() -> None:
    assert {name: each["defaultTtl"] for name, each in CONTAINERS.items() if each["defaultTtl"] != -1} == {
        "usage": MONTH
    }


def test_the_database_is_the_one_the_code_looks_for() -> None:
    name = only("Microsoft.DocumentDB/databaseAccounts/sqlDatabases").body["name"]
    assert name == Settings.model_fields["COSMOS_DATABASE"].default


def members(container: str) -> set[str]:
    return {each["path"].split("/")[1] for each in CONTAINERS[container]["indexed"]}


def queried() -> dict[str, tuple[set[str], set[str]]]:
    """Return by module of the Cosmos DB store the members that its SQL filters or sorts by, and its containers."""
    names = {name: getattr(documents, name) for name in dir(documents) if name.isupper()}
    found = {}
    for path in sorted((ROOT / "function_app/store/cosmos").glob("*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        sql = " ".join(_texts(module))
        used = {node.id for node in ast.walk(module) if isinstance(node, ast.Name)}
        looked_at = set(re.findall(r"\bc\.(\w+)", re.sub(r"\bSELECT\b.*?\bFROM c\b", "", sql)))
        looked_at |= {"attributes"} if "CosmosDialect" in used else set()
        containers = {names[name] for name in used & set(names)} & set(documents.CONTAINERS)
        found[path.stem] = (looked_at - INDEXED_ALWAYS, containers)
    return found


def _texts(module: ast.Module) -> list[str]:
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.JoinedStr):
            found.append("".join(str(part.value) if isinstance(part, ast.Constant) else "?" for part in node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(node.value)
    return found


def test_everything_a_query_filters_or_sorts_by_is_indexed() -> None:
    missing = {
        module: looked_at - set().union(*map(members, containers))
        for module, (looked_at, containers) in queried().items()
        if containers
    }
    assert {module: names for module, names in missing.items() if names} == {}


def test_nothing_is_indexed_that_no_query_looks_at() -> None:
    needed: defaultdict[str, set[str]] = defaultdict(set)
    for looked_at, containers in queried().values():
        for container in containers:
            needed[container] |= looked_at
    assert {name: extra for name in documents.CONTAINERS if (extra := members(name) - needed[name] - {"pk"})} == {}


def test_the_values_of_updates_are_not_indexed() -> None:
    update = Update("u", "c", {"City": "Oslo"}, NOW, NOW, NOW, "f")
    document = documents.update_document("i", update, NOW)
    carrying = {name for name, value in document.items() if value == {"City": "Oslo"}}
    assert not carrying & members("profiles")


def test_everything_else_is_left_out_of_the_index() -> None:
    policy = only("Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers").body["properties"]["resource"]
    assert policy["indexingPolicy"]["includedPaths"] == "each.indexed"
    assert policy["indexingPolicy"]["excludedPaths"] == "concat([{ path: '/*' }], each.notIndexed)"


def settings() -> dict[str, Any]:
    found: dict[str, Any] = nested("settings").body["properties"]
    return found


def test_every_setting_of_the_code_is_set_or_left_out_for_a_reason_and_none_is_unknown() -> None:
    ours = {name for name in settings() if name in Settings.model_fields or not OF_THE_PLATFORM.fullmatch(name)}
    assert (ours | set(LEFT_OUT)) == set(Settings.model_fields)
    assert not ours & set(LEFT_OUT)


def test_no_setting_holds_a_key() -> None:
    assert not [name for name in settings() if re.search("key|secret|password|accountkey", name, re.IGNORECASE)]
    code = "".join(path.read_text(encoding="utf-8") for path in FILES)
    assert not re.search(r"listKeys|listSecrets|listConnectionStrings|AccountKey=|@secure", code)


def test_the_app_runs_the_python_whose_worker_version_is_pinned() -> None:
    version = only("Microsoft.Web/sites").body["properties"]["functionAppConfig"]["runtime"]["version"]
    requirements = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pinned = re.search(r"^azure-functions-runtime==\S+ ; python_full_version >= '(\S+)'", requirements, re.MULTILINE)
    assert pinned
    assert version == pinned[1]


def made_after(name: str) -> set[str]:
    """Return the modules that a module of the deployment depends on, directly or indirectly."""
    modules = {each.symbol: each for each in resources(INFRA / "main.bicep")}
    found: set[str] = set()
    waiting = [name]
    while waiting:
        body = str(modules[waiting.pop()].body)
        new = {other for other in modules if re.search(rf"\b{other}\b", body)} - found
        found |= new
        waiting += new
    return found - {name}


def test_the_identity_is_made_before_all_else_and_its_roles_before_the_app() -> None:
    assert made_after("identity") <= {"group"}
    assert {"identity", "cosmos", "storage"} <= made_after("roles")
    assert "roles" in made_after("api")


def test_role_assignments_are_named_by_the_principal_they_are_for() -> None:
    roles = [each for each in resources(INFRA / "modules/roles.bicep") if "ssignments" in each.kind]
    assert len(roles) == 5
    for each in roles:
        assert re.search(r"guid\(\S+, (principalId|snapshotWriterId), [\w.]+\)", str(each.body)), each.symbol


def test_changes_of_one_subnet_come_one_after_the_other() -> None:
    text = (INFRA / "modules/network.bicep").read_text(encoding="utf-8")
    changing = re.findall(r"(@batchSize\(1\)[^\n]*\n)?resource \w+ 'Microsoft.Network/privateEndpoints", text)
    assert len(changing) == 2
    assert all(changing)


def test_reads_and_writes_of_data_are_logged() -> None:
    logged = {
        log["category"]
        for path in FILES
        for each in resources(path)
        if each.kind == "Microsoft.Insights/diagnosticSettings"
        for log in each.body["properties"]["logs"]
        if log["enabled"] is True
    }
    assert logged >= {"DataPlaneRequests", "ControlPlaneRequests", "StorageRead", "StorageWrite", "StorageDelete"}


def test_the_bounds_are_those_of_the_service() -> None:
    main = (INFRA / "main.bicep").read_text(encoding="utf-8")
    bounds = dict(re.findall(r"@minValue\((\d+)\)\n(?:@maxValue\(\d+\)\n)?param (\w+)", main))
    assert {name: int(least) for least, name in bounds.items()}["maximumInstances"] == 40
    assert "maxThroughput / 1000 * 1000" in COSMOS.read_text(encoding="utf-8")


def test_the_region_is_one_with_flex_consumption_and_azd_asks_for_it_as_a_region() -> None:
    main = (INFRA / "main.bicep").read_text(encoding="utf-8")
    declared = re.search(
        r"@allowed\(\[((?:\n  '\w+')+)\n\]\)\n@metadata\(\{ azd: \{ type: 'location' \} \}\)\nparam location", main
    )
    assert declared
    assert len(declared[1].split()) > 25


SAFE: dict[str, dict[str, Any]] = {
    "Microsoft.Storage/storageAccounts": {
        "allowSharedKeyAccess": False,
        "allowBlobPublicAccess": False,
        "minimumTlsVersion": "TLS1_2",
        "supportsHttpsTrafficOnly": True,
        "publicNetworkAccess": "isPrivate ? 'Disabled' : 'Enabled'",
    },
    "Microsoft.DocumentDB/databaseAccounts": {
        "disableLocalAuth": True,
        "disableKeyBasedMetadataWriteAccess": True,
        "minimalTlsVersion": "Tls12",
        "publicNetworkAccess": "isPrivate ? 'Disabled' : 'Enabled'",
    },
    "Microsoft.Insights/components": {"DisableLocalAuth": True},
    "Microsoft.OperationalInsights/workspaces": {"features": {"disableLocalAuth": True}},
    "Microsoft.Web/sites": {"httpsOnly": True},
}


@pytest.mark.parametrize("kind", SAFE)
def test_keys_and_public_access_are_off_and_tls_is_on(kind: str) -> None:
    assert SAFE[kind].items() <= only(kind).body["properties"].items()


def test_the_site_accepts_tls_1_2_and_no_password() -> None:
    site = only("Microsoft.Web/sites").body["properties"]["siteConfig"]
    assert (site["minTlsVersion"], site["scmMinTlsVersion"]) == ("1.2", "1.2")
    assert [nested(name).body["properties"]["allow"] for name in ("ftp", "scm")] == [False, False]


def test_no_blob_container_is_public() -> None:
    found = [each for path in FILES for each in resources(path) if each.kind.endswith("blobServices/containers")]
    made = [each.body["properties"] for each in found if "properties" in each.body]  # others exist already
    assert [properties["publicAccess"] for properties in made] == ["None"] * 3


def test_the_role_ids_are_those_of_the_named_roles() -> None:
    given = INFRA / "modules/roles.bicep"
    roles = {
        "blobDataOwner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
        "blobDataContributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        "blobDataReader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
        "queueDataContributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
        "tableDataContributor": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
        "metricsPublisher": "3913510d-42f4-4e42-8a64-420c390055eb",
        "cosmosDataContributor": "00000000-0000-0000-0000-000000000002",
    }
    assert {name: variable(given, name) for name in roles} == roles
    kinds = [each.kind for each in resources(given) if "ssignments" in each.kind]
    assert kinds.count("Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments") == 1


def test_the_app_reads_snapshots_writes_its_own_containers_and_its_database_and_no_more() -> None:
    text = (INFRA / "modules/roles.bicep").read_text(encoding="utf-8")
    of_account = re.search(r"for role in \[(.*?)\]", text)
    assert of_account
    assert of_account[1] == "queueDataContributor, tableDataContributor"
    rights = re.findall(r"{ container: '?([\w-]+)'?, role: (\w+) }", text)
    assert rights == [
        ("azure-webjobs-hosts", "blobDataOwner"),
        ("azure-webjobs-secrets", "blobDataOwner"),
        ("deploymentContainerName", "blobDataContributor"),
        ("snapshotsContainerName", "blobDataReader"),
    ]
    assert "scope: '${cosmos.id}/dbs/${cosmosDatabaseName}'" in text


def test_the_containers_of_the_host_that_it_has_rights_in_are_made() -> None:
    made = re.findall(r"for name in (\[.*?\])", (INFRA / "modules/storage.bicep").read_text(encoding="utf-8"))
    assert made == ["['azure-webjobs-hosts', 'azure-webjobs-secrets']"]


def test_app_service_authentication_excepts_only_operations_that_need_no_token() -> None:
    validation = nested("authentication").body["properties"]["globalValidation"]
    pages = {each.id for each in pages_module.OPERATIONS}
    public = [each for each in OPERATIONS if each.role is None and each.id not in pages]
    free = {f"/api/{each.path}" for each in public if "{" not in each.path}  # an excluded path can't contain an id
    assert set(validation["excludedPaths"]) == free
    assert validation["requireAuthentication"] == Expression("!(apiKeysEnabled || pagesEnabled)")
    assert validation["unauthenticatedClientAction"] == Expression(
        "apiKeysEnabled || pagesEnabled ? 'AllowAnonymous' : 'Return401'"
    )


def test_the_host_serves_the_paths_of_app_service_authentication_and_the_documents() -> None:
    host = json.loads((ROOT / "host.json").read_text(encoding="utf-8"))
    assert host["extensions"]["http"]["routePrefix"] == "api"
    assert host["telemetryMode"] == "OpenTelemetry"
    assert host["healthMonitor"]["enabled"]


def test_the_host_refuses_no_request_by_itself_without_a_body() -> None:
    http = json.loads((ROOT / "host.json").read_text(encoding="utf-8"))["extensions"]["http"]
    assert (http["maxOutstandingRequests"], http["maxConcurrentRequests"]) == (-1, -1)
    assert not http["dynamicThrottlesEnabled"]


def test_the_sample_of_local_settings_names_only_settings_there_are() -> None:
    sample = json.loads((INFRA / "local.settings.sample.json").read_text(encoding="utf-8"))["Values"]
    ours = set(sample) - {"FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage"}
    assert ours <= set(Settings.model_fields)
    assert Path(sample["DATA_DIR"]) == Settings.model_fields["DATA_DIR"].default


def test_the_sizing_reads_the_same_index_as_the_deployment() -> None:
    expected = {
        name: ([path["path"] for path in each["indexed"]], [path["path"] for path in each["notIndexed"]])
        for name, each in CONTAINERS.items()
    }
    assert index_paths() == expected
