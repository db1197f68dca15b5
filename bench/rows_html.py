"""The HTML page of a program with ten thousand call sites, in Chromium: how soon it is there, and
how soon its table of call sites is sorted."""
import os
import shutil
import sys

import table

TESTS = os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "tests", "e2e")
ROUNDS = 20
LIMIT_MS = 1000
SORT = """(() => {
    const begin = performance.now();
    document.querySelector('[data-table="Call sites"] button[data-key="site"]').click();
    document.body.offsetHeight;
    return performance.now() - begin;
})()"""
OPEN = """(() => {
    const begin = performance.now();
    document.getElementById('tab-sites').click();
    document.body.offsetHeight;
    return performance.now() - begin;
})()"""


def html(bench):
    sys.path.insert(0, TESTS)
    from browser import browser  # pylint: disable=import-outside-toplevel
    from harness import Skip  # pylint: disable=import-outside-toplevel
    bench.record([bench.program("sites"), str(ROUNDS)])
    (trace,) = bench.trace_paths()
    shutil.move(trace, "sites.jam")
    run = bench.run([bench.lockjam, "report", "--format=html", "-o", "page.html", "sites.jam"])
    table.line("HTML of 10,000 call sites, written (ms)", "", f"{run.wall_s * 1000:.0f}")
    table.line("  size (MiB)", "", f"{os.path.getsize('page.html') / 2**20:.2f}")
    try:
        chromium = browser()
    except Skip as reason:
        table.note(str(reason))
        return
    chromium.open("page.html")  # the first page also waits for the browser to start
    measure(chromium.open("page.html"))


def measure(page):
    sites = page.evaluate("mergeSites(decodeReport(JSON.parse(document.getElementById('data').textContent)), false).length")
    loaded = page.evaluate("performance.getEntriesByType('navigation')[0].domComplete")
    table.line("  loaded (ms)", "", f"{loaded:.0f}", "", str(LIMIT_MS), loaded <= LIMIT_MS)
    opened = page.evaluate(OPEN)
    table.line(f"  table of {sites:,} call sites opened (ms)", "", f"{opened:.0f}", "", str(LIMIT_MS), opened <= LIMIT_MS)
    sorted_in = page.evaluate(SORT)
    table.line("  sorted by name (ms)", "", f"{sorted_in:.0f}", "", str(LIMIT_MS), sorted_in <= LIMIT_MS)
