"""The instance page: what an Administrator looks after."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from browser.conftest import Open, pauses
from browser.stage import INSTANCE, Stage
from playwright.sync_api import Page, Route, expect


@pytest.fixture
def own(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def accept(page: Page) -> None:
    page.on("dialog", lambda dialog: dialog.accept())


def test_a_refresh_is_started_and_its_rejected_rows_are_read(own: Stage, open_page: Open) -> None:
    with own as stage:
        folder = stage.snapshots / "Customer"
        folder.joinpath("people.csv").write_text("CustomerId,Points\nada,many\nnoor,41\n", encoding="utf-8")
        page = open_page(f"{stage.instance}/page")
        rows = page.locator("#refreshes tbody tr")
        expect(rows).to_have_count(1)
        page.get_by_role("button", name="Start a refresh").click()
        expect(rows).to_have_count(2)
        expect(rows.first.locator("td").nth(0)).to_have_text("successful")
        rows.first.get_by_role("button").click()
        rejected = page.locator("#refreshes [role=status] table tbody tr")
        expect(rejected).to_have_count(1)
        expect(rejected).to_contain_text("many")
        expect(page.locator("#refreshes li").first).to_be_visible()  # a warning


def test_rejected_rows_that_can_not_be_separated_are_one_entry_and_all_are_counted(own: Stage, open_page: Open) -> None:
    with own as stage:
        people = 'CustomerId,FullName,Points\nada,Ada,many\nb,"Bo,4\nc,Cy,5\nd,Di,6\n'
        stage.snapshots.joinpath("Customer/people.csv").write_text(people, encoding="utf-8")
        page = open_page(f"{stage.instance}/page")
        page.get_by_role("button", name="Start a refresh").click()
        newest = page.locator("#refreshes tbody tr").first
        expect(page.locator("#refreshes tbody tr")).to_have_count(2)
        expect(newest.locator("td").first).to_have_text("successful")
        newest.get_by_role("button").click()
        opened = page.locator("#refreshes [role=status]")
        expect(opened.locator("h3").last).to_have_text("Rejected rows: 4 of 4")
        expect(opened.locator("tbody td:nth-child(2)")).to_have_text(["1", "2–4"])
        expect(opened.locator("tbody tr").last).to_contain_text("The 2 lines after it can not be separated from it.")
        expect(opened.get_by_role("button", name="More rows")).to_be_hidden()


def test_a_running_refresh_shows_its_progress_and_is_cancelled(stage: Stage, open_page: Open) -> None:
    job = {**stage.ask("GET", "workflows/main/jobs").json()[0], "jobStatus": "running", "jobId": "9"}
    job["progress"] |= {"parts": 4, "partsDone": 1}
    step = {"name": "Load Customer", "status": "running", "progress": {"rows": 1200}}
    cancelled: list[str] = []

    def cancel(route: Route) -> None:
        cancelled.append(route.request.method)
        route.fulfill(json=job)

    def fake(page: Page) -> None:
        page.route("**/jobs?*", lambda route: route.fulfill(json=[job]))
        page.route("**/main/status", lambda route: route.fulfill(json=[step]))
        page.route("**/jobs/9", cancel)

    page = open_page(f"{stage.instance}/page", before=fake)
    expect(page.locator("progress")).to_have_js_property("value", 0.25)
    expect(page.locator("#refreshes > p[role=status]")).to_have_text("Load Customer, rows: 1,200")
    expect(page.get_by_role("button", name="Start a refresh")).to_be_disabled()
    with page.expect_response("**/jobs/9"):
        page.get_by_role("button", name="Cancel the refresh").click()
    expect(page.locator("#refreshes .trouble")).to_have_count(0)
    assert cancelled == ["DELETE"]


def test_roles_are_assigned_and_removed_and_refusals_are_said(own: Stage, open_page: Open) -> None:
    with own as stage:
        page = open_page(f"{stage.instance}/page")
        accept(page)
        section = page.locator("#roles")
        section.get_by_label("Object id").fill("not an id!")
        section.get_by_role("button", name="Assign").click()
        expect(section.locator(".trouble")).to_contain_text("principalId")
        section.get_by_label("Object id").fill("44444444-4444-4444-8444-444444444444")
        section.get_by_role("combobox", name="Role").select_option("Contributor")
        section.get_by_role("button", name="Assign").click()
        expect(section.locator("tbody tr")).to_contain_text(["44444444-4444-4444-8444-444444444444"])
        expect(section.locator(".trouble")).to_have_count(0)
        section.get_by_role("button", name="Remove").click()
        expect(section.locator("tbody")).to_have_text("No roles are assigned on this instance")


def test_a_key_is_shown_once_and_revoked_and_changes_list_it(own: Stage, open_page: Open) -> None:
    with own as stage:
        page = open_page(f"{stage.instance}/page")
        accept(page)
        row = page.locator("#keys tbody tr").first
        row.get_by_role("button", name="Create").click()
        key = page.locator("#keys code").text_content() or ""
        assert key.startswith(f"{INSTANCE}.")
        expect(row.locator("td").nth(1)).not_to_have_text("none")
        expect(page.locator("#changes tbody tr").first).to_contain_text("regenerateKey")
        page.reload()
        expect(page.locator("#keys code")).to_have_count(0)
        expect(page.locator("#changes tbody tr").first).to_contain_text("regenerateKey")
        row.get_by_role("button", name="Revoke").click()
        expect(row.locator("td").nth(1)).to_have_text("none")


def test_the_definition_is_changed_and_all_its_faults_are_said(own: Stage, open_page: Open) -> None:
    with own as stage:
        page = open_page(f"{stage.instance}/page")
        accept(page)
        page.locator("#definition summary").click()
        editor = page.locator("#definition textarea")
        definition = json.loads(editor.input_value())
        editor.fill(json.dumps({**definition, "timeZone": "Nowhere", "validity": {"update": "four"}}))
        page.locator("#definition").get_by_role("button", name="Save").click()
        for fault in ("/timeZone", "/validity/update"):
            expect(page.locator("#definition .trouble")).to_contain_text(fault)
        editor.fill("{")
        page.locator("#definition").get_by_role("button", name="Save").click()
        expect(page.locator("#definition .trouble")).to_contain_text("JSON")
        editor.fill(json.dumps({**definition, "name": "Fabrikam"}))
        page.locator("#definition").get_by_role("button", name="Save").click()
        expect(page.locator("#definition .trouble")).to_have_count(0)
        page.reload()
        expect(page.locator("h1")).to_have_text("Fabrikam")


def test_its_parts_are_read_beside_each_other_and_once(stage: Stage, open_page: Open) -> None:
    def hold(page: Page) -> None:
        page.route("**/definition", lambda _: None)

    page = open_page(f"{stage.instance}/page", shows=".loading", before=hold)
    pauses(page, "/rbac/assignments|/apikeys|/subscriptions|/changes", 3)  # they do not wait for the definition
    page.unroute("**/definition")  # and what was held continues
    expect(page.locator("#content")).to_be_visible()
    assert min(pauses(page, "/jobs[?]", 2)) > 1


def test_a_failed_action_is_said_in_the_section_with_the_correlation_id(stage: Stage, open_page: Open) -> None:
    page = open_page(f"{stage.instance}/page")
    page.route("**/main/jobs", lambda route: route.fulfill(status=500, headers={"x-ms-request-id": "abc-1"}))
    page.get_by_role("button", name="Start a refresh").click()
    expect(page.locator("#refreshes").get_by_role("alert")).to_contain_text("abc-1")


def test_it_names_the_role_that_it_needs(stage: Stage, open_page: Open) -> None:
    def refuse(page: Page) -> None:
        body = {"errorCode": "Forbidden", "message": "This needs the role Administrator."}
        page.route("**/definition", lambda route: route.fulfill(status=403, json=body))

    page = open_page(f"{stage.instance}/page", shows=".trouble:not(:empty)", before=refuse)
    expect(page.locator(".trouble")).to_have_text("This page needs the role Administrator on the instance.")


def test_webhooks_are_listed_and_ended(own: Stage, open_page: Open) -> None:
    with own as stage:
        body = {"callbackUrl": "http://127.0.0.1:9/receiver"}
        stage.ask("POST", "webhooks/updatedprofiles", json=body).raise_for_status()
        page = open_page(f"{stage.instance}/page")
        accept(page)
        section = page.locator("#subscriptions")
        expect(section.locator("tbody tr")).to_contain_text(["127.0.0.1"])
        section.get_by_role("button", name="End").click()
        expect(section.locator("tbody")).to_have_text("No webhooks")
        assert stage.ask("GET", "subscriptions").json() == []
