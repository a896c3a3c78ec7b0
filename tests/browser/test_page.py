"""The report's page in headless Chromium: it draws, folds, filters, and trusts no name."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from decompose.domain.analysis import Analysis
from decompose.report import documents
from report.hostile import NASTY, hostile
from report.large import large
from report.store import store
from report.test_verification import made as verified
from report.test_verification import verification

pytestmark = pytest.mark.browser

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--window-size=1400,1000",
)
SECTIONS = [
    "services",
    "map",
    "seams",
    "matrix",
    "structure",
    "modules",
    "tables",
    "alternatives",
    "metrics",
    "findings",
]


class Page:
    """An open page, by what a person does with it."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def run(self, script: str, *arguments: object) -> object:
        """The value of a script."""
        return self.driver.execute_script(script, *arguments)

    def all(self, selector: str) -> list[WebElement]:
        """Elements, in order."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def build(self) -> None:
        """Every section, as if one had scrolled through the page."""
        self.run("Sections.buildAll()")

    def search(self, text: str) -> None:
        """Type into the search box and wait until it has taken effect."""
        box = self.all("#search")[0]
        box.clear()
        box.send_keys(text)
        self.until(lambda: self.run("return Search.terms.join(' ')") == text)

    def until(self, done: Callable[[], bool]) -> None:
        """Wait at most five seconds."""
        end = time.monotonic() + 5
        while not done():
            assert time.monotonic() < end, "it did not happen within five seconds"
            time.sleep(0.02)

    def complaints(self) -> list[str]:
        """What the browser has logged, refused loads and scripts included."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


@pytest.fixture(scope="module")
def driver() -> Iterator[webdriver.Chrome]:
    """One browser for all tests."""
    options = webdriver.ChromeOptions()
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    path = shutil.which("chromedriver")
    assert path, "the browser tests need Debian's chromium and chromium-driver"
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(path))
    yield browser
    browser.quit()


@pytest.fixture
def opened(driver: webdriver.Chrome, tmp_path: Path) -> Callable[[Analysis], Page]:
    """Opens the page of an analysis from a file."""

    def opening(analysis: Analysis) -> Page:
        (page,) = (d for d in documents(analysis) if d.path == "index.html")
        file = tmp_path / "index.html"
        file.write_bytes(page.content)
        driver.get(file.as_uri())
        return Page(driver)

    return opening


Opened = Callable[[Analysis], Page]


def test_sections(opened: Opened) -> None:
    """Every section is drawn and in the menu, and the browser has nothing to complain of."""
    page = opened(store())
    page.build()
    shown = [section.get_attribute("id") for section in page.all("main > section")]
    assert shown == ["verdict", "observed", *SECTIONS]
    menu = [link.get_attribute("href").partition("#")[2] for link in page.all("#toc a")]
    assert menu == shown[1:]
    for section in SECTIONS:
        assert page.all(f"#{section} .body > *"), section
    assert page.complaints() == []


def test_hostile_names(opened: Opened) -> None:
    """No name becomes code or markup, however far the page is opened."""
    page = opened(hostile())
    page.build()
    for button in page.all(".segments button"):
        if button.text in ("Definitions", "Source", "Everything", "Modules"):
            page.run("arguments[0].click()", button)
    assert page.run("return window.hacked") is None
    assert page.all("main img, main script, .panel img") == []
    assert page.run("return Data.places[0].name") == "accounts" + NASTY
    assert page.complaints() == []


def test_map_opens(opened: Opened) -> None:
    """The map opens a service to its modules, a module to its definitions."""
    page = opened(store())
    page.build()
    drawn = "return SECTIONS[1].view.cy.nodes().map((n) => n.data('type')).join(' ')"
    assert page.run(drawn) == "place place place"
    canvas = page.all(".map")[0]
    canvas.send_keys(Keys.ARROW_RIGHT, Keys.ENTER)
    assert str(page.run(drawn)).split().count("module") == 2
    page.run("const m = SECTIONS[1].view; m.toggle(m.cy.nodes('[type = \"module\"]')[0])")
    assert "definition" in str(page.run(drawn))
    assert page.run("return SECTIONS[1].view.cy.edges('[type = \"seam\"]').length") == 2


def test_map_is_stable(opened: Opened) -> None:
    """The map is laid out the same every time."""
    places = "return JSON.stringify(SECTIONS[1].view.cy.nodes().map((n) => n.position()))"
    first = opened(store())
    first.build()
    before = first.run(places)
    again = opened(store())
    again.build()
    assert again.run(places) == before


def test_search(opened: Opened) -> None:
    """One search filters every section."""
    page = opened(store())
    page.build()
    page.search("catalogue")
    assert page.run("return SECTIONS[2].number.textContent") == "1 of 3"
    assert len(page.all("#matrix .grid-row:not(.head)")) == 2
    assert len(page.all("#modules > .body details.level-0")) == 1
    assert "nothing matches" not in page.all("#modules")[0].text.lower()
    page.search("zzz")
    assert "Nothing matches" in page.all("#modules")[0].text
    assert page.all("#matrix .cell") == []


def test_matrix_by_keyboard(opened: Opened) -> None:
    """The matrix is walked with arrow keys; Enter shows the proof of an access."""
    page = opened(store())
    page.build()
    grid = page.all("#matrix .grid")[0]
    grid.send_keys(Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert page.all("#matrix .status")[0].text == "accounts.login reads and writes users"
    grid.send_keys(Keys.ENTER)
    assert "store.accounts.models.User" in page.all("#panel .path")[0].text
    page.all("#panel")[0].send_keys(Keys.ESCAPE)
    assert not page.all("#panel")[0].is_displayed()


def test_tree_by_keyboard(opened: Opened) -> None:
    """Lists open and close with arrow keys."""
    page = opened(store())
    page.build()
    first = page.all("#seams summary")[0]
    first.send_keys(Keys.ARROW_RIGHT)
    page.until(lambda: bool(page.all("#seams .level-1")))
    page.all("#seams .level-1 > summary")[0].send_keys(Keys.ARROW_RIGHT)
    page.until(lambda: bool(page.all("#seams .source .mark")))
    assert "product.stock -= line.quantity" in page.all("#seams .source .mark")[0].text
    first.send_keys(Keys.ARROW_LEFT)
    assert not page.all("#seams .level-1")[0].is_displayed()


def test_theme(opened: Opened) -> None:
    """The theme follows the system until the button is pressed."""
    page = opened(store())
    dark = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", dark)
    assert page.run("return variable('--scheme')") == "dark"
    page.all("#theme")[0].click()
    assert page.run("return variable('--scheme')") == "light"
    page.run("localStorage.clear()")
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_print(opened: Opened) -> None:
    """Printing draws every section, the map as one picture."""
    page = opened(store())
    page.run(
        "addEventListener('beforeprint', () => {"
        " window.pictures = document.querySelectorAll('.map img').length; });"
        "addEventListener('afterprint', () => { window.printed = true; })"
    )
    page.driver.execute_cdp_cmd("Page.printToPDF", {})
    page.until(lambda: page.run("return window.printed") is True)
    assert page.run("return window.pictures") == 1
    assert page.all(".map img") == []
    for section in SECTIONS:
        assert page.all(f"#{section} .body > *"), section


def test_large(opened: Opened) -> None:
    """The page of an application of a hundred thousand lines stays quick."""
    started = time.monotonic()
    page = opened(large())
    page.build()
    assert time.monotonic() - started < 15
    assert int(str(page.run("return document.querySelectorAll('*').length"))) < 12_000
    for script in (
        "Search.set('orders')",
        "Search.set('')",
        "SECTIONS[3].view.grid.foldAll('rows', false)",
    ):
        asked = time.monotonic()
        page.run(script)
        assert time.monotonic() - asked < 5, script


@pytest.mark.parametrize("names", ["", NASTY])
def test_verification(driver: webdriver.Chrome, tmp_path: Path, names: str) -> None:
    """The page of a verification shows a difference side by side, and no name becomes markup."""
    file = tmp_path / "index.html"
    file.write_bytes(verified(verification(names))["index.html"])
    driver.get(file.as_uri())
    page = Page(driver)
    left, right = page.all(".answers tbody tr:first-child td")
    assert (left.text, right.text) == ("200", "500")
    assert left.rect["y"] == right.rect["y"]
    assert left.rect["x"] < right.rect["x"]
    assert page.all("script, img, link, iframe") == []
    assert page.run("return window.hacked") is None
    assert page.complaints() == []
