"""The usage page: one answer for tiles, charts and tables; and the way from an error to who causes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from browser.conftest import Open, pauses
from browser.stage import SCRIPT, Stage
from playwright.sync_api import Download, Page, Route, expect

from function_app.error_codes import ERROR_CODES


@pytest.fixture(scope="module")
def called(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A host with 12 reads, 3 of an unknown customer, 2 updates by a caller with script as its name, and 4 refused."""
    with Stage(tmp_path_factory.mktemp("called")) as stage:
        for customer in ["ada"] * 9 + ["nobody"] * 3:
            stage.ask("GET", f"data/Customer/{customer}")
        for city in ("Oslo", "Bergen"):
            stage.ask("PATCH", "data/Customer/ada", json={"City": city}, params={"caller": SCRIPT}).raise_for_status()
        for caller in ("Shop", "Shop", "Shop", "=Desk"):
            stage.ask("PATCH", "data/Customer/ada", json={"Points": "many"}, params={"caller": caller})
        yield stage


def rows(page: Page, table: str) -> dict[str, list[str]]:
    """Return the cells of a table by its row headers."""
    found = page.locator(f"#{table} tbody tr").evaluate_all(
        "all => all.map(row => [...row.children].map(cell => cell.textContent))"
    )
    return {name: cells for name, *cells in found}


def test_it_counts_calls_and_data_by_operation(called: Stage, open_page: Open) -> None:
    page = open_page(f"{called.instance}/usage/page")
    operations = rows(page, "groups")
    assert operations["GetCustomer"][:3] == ["12", "3", "25%"]
    assert operations["UpdateCustomer"][:2] == ["6", "4"]
    assert page.locator("#totals dt").all_text_contents()[:4] == ["Calls", "Failed", "Received", "Sent"]
    total = page.locator("#totals dd").first.text_content()
    times = rows(page, "times")
    assert sum(int(cells[0]) for cells in times.values()) == int(total or 0)  # one answer
    expect(page.locator("#calls [role=group]")).to_have_attribute("aria-label", re.compile("^Calls over time: "))
    expect(page).to_have_title("Usage – Contoso")


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("Operation", {"GetCustomer", "UpdateCustomer"}),
        ("Entity", {"Customer"}),
        ("Caller", {SCRIPT, "None", "Shop"}),
        ("Principal", {"local"}),
        ("Result", {"200", "204", "404", "400"}),
        ("Error code", {"CustomerNotFound", "WrongType"}),
    ],
)
def test_it_groups_calls_as_chosen_in_chart_and_tables(
    called: Stage, open_page: Open, group: str, names: set[str]
) -> None:
    page = open_page(f"{called.instance}/usage/page")
    page.get_by_label("Group by").select_option(group)
    expect(page.locator("#groups-title")).to_have_text(f"Calls by: {group}")
    expect(page.locator("#calls .legend").get_by_text(max(names, key=len), exact=True)).to_be_visible()
    assert names <= set(rows(page, "groups"))
    assert names <= set(page.locator("#calls .legend li").all_text_contents())
    assert names <= set(page.locator("#times thead th").all_text_contents())
    expect(page.locator("main img, main script")).to_have_count(0)


def test_an_error_leads_to_its_caller_operation_and_hours_with_its_cure(called: Stage, open_page: Open) -> None:
    page = open_page(f"{called.instance}/usage/page")
    page.get_by_role("button", name="What fails?").click()
    expect(page.get_by_label("Failed only")).to_be_checked()
    row = page.locator("#groups tbody tr").filter(has_text="WrongType")
    expect(row.locator("td").first).to_have_text("4")
    expect(row.locator("td").last).to_have_text(ERROR_CODES["WrongType"].cure.replace("`", ""))
    assert "None" not in rows(page, "groups")
    row.get_by_role("button").click()
    expect(page.locator("#groups tbody th").first).to_have_text("Shop")
    assert {name: cells[0] for name, cells in rows(page, "groups").items()} == {"Shop": "3", "=Desk": "1"}
    page.locator("#groups").get_by_role("button", name="Shop", exact=True).click()
    expect(page.locator("#groups tbody th")).to_have_text(["UpdateCustomer"])
    assert sum(int(cells[0]) for cells in rows(page, "times").values()) == 3
    assert re.search(r"errorCode=WrongType&caller=Shop|caller=Shop.*errorCode=WrongType", page.url)
    page.reload()
    expect(page.locator("#groups tbody th")).to_have_text(["UpdateCustomer"])
    page.get_by_role("button", name="All calls").click()
    expect(page.locator("#groups tbody")).to_contain_text("GetCustomer")


@pytest.mark.parametrize(("locale", "cure"), [("en-GB", None), ("ko-KR", "`message`에 적힌 부분을 고치세요.")])
def test_what_to_do_has_no_marks_of_markdown_and_runs_no_script(
    called: Stage, open_page: Open, locale: str, cure: str | None
) -> None:
    called.ask("GET", "data/Customer?$filter=x")
    cures = {"CustomerNotFound": f"See *{SCRIPT}* or `{SCRIPT}`; 2 * 3 * 4."}
    cures["InvalidQuery"] = ERROR_CODES["InvalidQuery"].cure

    def answer(page: Page) -> None:
        page.route("**/cures.json", lambda route: route.fulfill(json=cures))

    page = open_page(f"{called.instance}/usage/page#group=errorCode", locale=locale, before=answer)
    invalid = page.locator("#groups tbody tr").filter(has_text="InvalidQuery").locator("td").last
    expected = cure or "Correct the part that `message` names; see *Queries*."
    expect(invalid).to_have_text(expected.replace("`", "").replace("*", ""))
    expect(invalid.locator("code")).to_have_text("message")
    if cure is None:
        expect(invalid.locator("em")).to_have_text("Queries")
        unknown = page.locator("#groups tbody tr").filter(has_text="CustomerNotFound").locator("td").last
        expect(unknown).to_have_text(f"See {SCRIPT} or {SCRIPT}; 2 * 3 * 4.")
        expect(page.locator("main img, main script")).to_have_count(0)
    with page.expect_download() as saving:
        page.get_by_role("button", name="CSV").first.click()
    saved = Path(saving.value.path()).read_text(encoding="utf-8")
    assert "`" not in saved
    assert expected.replace("`", "").replace("*", "") in saved


def test_the_cures_are_read_again_if_the_server_was_away(called: Stage, open_page: Open) -> None:
    def fail(page: Page) -> None:
        page.route("**/cures.json", lambda route: route.abort())

    page = open_page(f"{called.instance}/usage/page", shows=".trouble:not(:empty)", before=fail)
    expect(page.locator(".trouble")).to_contain_text("The server has not responded since")
    page.unroute("**/cures.json")
    page.evaluate("() => dispatchEvent(new Event('online'))")
    expect(page.locator("#groups tbody")).to_contain_text("GetCustomer")
    expect(page.locator(".trouble")).to_have_text("")


@pytest.mark.parametrize(
    ("period", "label", "hours"),
    [
        ("Today", r"\d+:\d\d, so far", range(26)),
        ("Last 24 hours", r"\d+:\d\d, so far", range(23, 25)),
        ("Last 30 days", r"\d+ \w+, so far", range(29 * 24 - 1, 30 * 24 + 1)),
    ],
)
def test_it_reaches_back_as_far_as_chosen(
    called: Stage, open_page: Open, period: str, label: str, hours: range
) -> None:
    page = open_page(f"{called.instance}/usage/page")
    page.get_by_label("Period").select_option(period)
    page.reload()  # the address keeps the period
    expect(page.locator("#calls output")).to_have_text("Point at a bar to read its figures.")
    page.locator("#calls [role=group]").focus()
    page.keyboard.press("ArrowLeft")  # the last bar, which may have no calls: an hour may just have begun
    expect(page.locator("#calls output")).to_have_text(re.compile(f"^{label} · "))
    expect(page.locator(".trouble")).to_have_text("")
    expect(page.locator("#zone")).to_contain_text("Europe/Oslo")
    names = page.evaluate("() => performance.getEntriesByType('resource').map(each => each.name)")
    asked = next(name for name in names if "/usage?" in name and "interval=" in name)
    start = datetime.fromisoformat(parse_qs(urlsplit(asked).query)["from"][0])
    assert (datetime.now(UTC) - start) // timedelta(hours=1) in hours


def test_a_day_of_ones_choice_is_a_period_in_the_address(called: Stage, open_page: Open) -> None:
    today = datetime.now(UTC).astimezone(ZoneInfo("Europe/Oslo")).date().isoformat()
    page = open_page(f"{called.instance}/usage/page#period=custom&from={today}&to={today}")
    expect(page.get_by_label("From")).to_have_value(today)
    expect(page.locator("#groups")).to_contain_text("GetCustomer")


@pytest.mark.parametrize(("zone", "day"), [("America/Los_Angeles", "23"), ("Asia/Seoul", "24")])
def test_days_are_those_of_the_viewer(tmp_path: Path, open_page: Open, zone: str, day: str) -> None:
    report = {
        "total": {"count": 1, "failures": 0, "bytesIn": 0, "bytesOut": 0, "latencyMs": {"p50": 1, "p95": 1, "p99": 1}},
        "groups": [],
        "rows": [],
    }
    asked: list[str] = []

    def reply(route: Route) -> None:
        kind = route.request.url.partition("?")[0].rsplit("/", 1)[1]
        if kind == "page":
            route.continue_()
            return
        asked.append(route.request.url)
        answers = {"usage": report, "jobs": [], "updates": {"value": []}}
        route.fulfill(json=answers.get(kind, {"name": "Contoso"}), headers={"Date": "Tue, 24 Nov 2026 03:00:00 GMT"})

    def answer(page: Page) -> None:
        page.clock.install(time=datetime(2026, 11, 24, 3, tzinfo=UTC))
        page.route("**/instances/**", reply)

    with Stage(tmp_path) as stage:
        page = open_page(f"{stage.instance}/usage/page#period=lastWeek", before=answer, timezone_id=zone)
        page.locator("#calls [role=group]").focus()
        page.keyboard.press("ArrowLeft")  # the last bar
        expect(page.locator("#calls output")).to_have_text(re.compile(rf"^{day} Nov, so far"))
        assert any(f"timeZone={zone.replace('/', '%2F')}" in url for url in asked)


def test_it_is_compared_with_the_period_before(called: Stage, open_page: Open) -> None:
    figures = {"count": 2_400, "failures": 2, "bytesIn": 0, "bytesOut": 0, "latencyMs": {"p50": 1, "p95": 1, "p99": 1}}
    row = {"start": "2026-11-01T00:00:00Z", "operation": "GetCustomer", **figures}

    def answer(page: Page) -> None:
        earlier = re.compile(r"/usage\?(?!.*interval)")
        page.route(earlier, lambda route: route.fulfill(json={"total": figures, "rows": [row]}))

    page = open_page(f"{called.instance}/usage/page", before=answer)
    expect(page.locator("#totals dd").first).to_have_text(re.compile(r" [+-]\d+% to the period before$"))


def test_a_selection_and_a_sort_stay_while_figures_change(called: Stage, open_page: Open) -> None:
    page = open_page(f"{called.instance}/usage/page")
    page.get_by_role("button", name="Operation", exact=True).click()
    expect(page.locator("#groups th[aria-sort=ascending]")).to_have_text("Operation")
    select = "() => getSelection().selectAllChildren(document.querySelector('#groups tbody button'))"
    page.evaluate(select)
    chosen = page.evaluate("() => getSelection().toString()")
    before = int(rows(page, "groups")["GetCustomer"][0])
    called.ask("GET", "data/Customer/ada").raise_for_status()
    expect(page.locator("#groups tbody tr").filter(has_text="GetCustomer").locator("td").first).to_have_text(
        str(before + 1)
    )
    assert page.evaluate("() => getSelection().toString()") == chosen != ""
    assert page.locator("#groups tbody th").all_text_contents() == sorted(rows(page, "groups"))


def test_tables_are_saved_as_csv_that_no_spreadsheet_runs(called: Stage, open_page: Open) -> None:
    page = open_page(f"{called.instance}/usage/page#group=caller")
    expect(page.locator("#groups")).to_contain_text("=Desk")
    with page.expect_download() as saving:
        page.get_by_role("button", name="CSV").first.click()
    saved: Download = saving.value
    text = Path(saved.path()).read_text(encoding="utf-8")
    assert text.splitlines()[0].startswith('"Caller","Calls","Failed"')
    assert '"\'=Desk"' in text


def test_a_bar_is_read_by_keyboard_and_touch(called: Stage, open_page: Open) -> None:
    called.ask("GET", "data/Customer/ada").raise_for_status()  # in this hour
    page = open_page(f"{called.instance}/usage/page")
    expect(page.locator("#calls output")).to_have_text("Point at a bar to read its figures.")
    page.locator("#calls [role=group]").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#calls output")).to_have_text(re.compile(r"^\d+:\d\d, so far · .*GetCustomer: \d+"))


def test_the_state_of_the_instance_is_beside_its_usage(called: Stage, open_page: Open) -> None:
    page = open_page(f"{called.instance}/usage/page")
    state = {
        "Live updates now": "2",
        "End within the hour": "0",
        "Parked activities, last refresh": "0",
        "Landed values, last refresh": "0",
    }
    expect(page.locator("#state dt")).to_have_text([*state])
    expect(page.locator("#state dd")).to_have_text([*state.values()])
    expect(page.locator("#state tbody tr").first).to_contain_text("successful")


def test_it_follows_what_happens_with_one_request_every_five_seconds(called: Stage, open_page: Open) -> None:
    page = open_page(f"{called.instance}/usage/page")
    called.ask("GET", "data/Customer?$top=1").raise_for_status()
    expect(page.locator("#groups")).to_contain_text("ListCustomers")
    assert min(pauses(page, r"/usage\?.*interval", 2)) >= 5
    names = page.evaluate("() => performance.getEntriesByType('resource').map(each => each.name)")
    before = [name for name in names if "/usage?" in name and "interval" not in name]
    assert 1 <= len(before) <= 2  # once, and again if an hour has begun


def test_an_operation_leads_to_its_description(called: Stage, open_page: Open) -> None:
    page = open_page(f"{called.instance}/usage/page")
    page.locator("#groups").get_by_role("button", name="GetCustomer", exact=True).click()
    expect(page.locator("#about")).to_have_text(re.compile("^Get a customer profile. Returns the merged .* GET /inst"))
    page.get_by_role("button", name="All calls").click()
    expect(page.locator("#about")).to_have_text("")


def test_who_was_over_the_limit_is_one_click(tmp_path: Path, open_page: Open) -> None:
    with Stage(tmp_path, REQUESTS_PER_MINUTE="40") as stage:
        while stage.ask("GET", "data/Customer/ada").status_code == 200:
            pass
        page = open_page(f"{stage.instance}/usage/page", shows="#content, .trouble:not(:empty)")
        page.get_by_role("button", name="Who was over the limit?").click()
        expect(page.locator("#groups tbody tr")).to_have_count(1)
        expect(page.locator("#groups tbody tr")).to_contain_text("local")
        assert "errorCode=TooManyRequests" in page.url
