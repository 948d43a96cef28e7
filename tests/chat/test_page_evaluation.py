"""The evaluation in a real browser: a run is started, followed, and its report opened inside."""

import os
import sys

import pytest
from playwright.sync_api import expect

from chat.page import Evaluate

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),
]


@pytest.fixture
def evaluated(served, answerer, opened, tmp_path):
    """A page whose runs are four questions long."""
    evaluate = Evaluate((sys.executable, "-m", "eval", "run", "--limit", "4"), os.environ)
    with served(answerer, runs=tmp_path / "runs", evaluate=evaluate) as address, opened(address) as page:
        yield page


def test_a_run_is_started_followed_and_its_report_read(evaluated, picture):
    page = evaluated
    page.get_by_role("button", name="Evaluation").click()
    expect(page.get_by_text("No run yet.")).to_be_visible()
    expect(page.get_by_label("Your question")).to_be_hidden()
    page.get_by_role("button", name="Run now").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    picture(page, "evaluation-running")
    expect(page.locator(".headline")).to_be_visible(timeout=120_000)
    expect(page.get_by_role("meter").first).to_be_visible()
    picture(page, "evaluation")
    page.get_by_role("button", name="Open the report").click()
    report = page.frame_locator("iframe[title=Report]")
    expect(report.locator("h1")).to_contain_text("of 4 cases right")
    picture(page, "evaluation-report")
    assert page.locator("iframe").get_attribute("sandbox") == "allow-scripts"
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_role("button", name="Evaluation").click()
    expect(page.get_by_label("Your question")).to_be_visible()


def test_a_run_can_be_cancelled(evaluated):
    page = evaluated
    page.get_by_role("button", name="Evaluation").click()
    page.get_by_role("button", name="Run now").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("The run was cancelled")).to_be_visible()
    expect(page.get_by_text("No run yet.")).to_be_visible()
