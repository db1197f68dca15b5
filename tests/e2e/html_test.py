#!/usr/bin/env python3
"""The HTML report, in real Chromium: looked at, clicked, sorted, zoomed, searched, and attacked."""
import contextlib
import json
import os
import re
import shutil
import subprocess

from browser import browser
from harness import LIMIT_SECONDS, LOCKJAM, contains, equal, main, record, report, run, sample, start, target, test

TABS = ["Overview", "Locks", "Call sites", "Flame graph", "Timeline", "Threads", "Findings", "Lock order"]


def lockjam_json(*command):
    result = run(LOCKJAM, *command)
    return json.loads(result.stdout)


def expected_tabs(*missing):
    """A busy machine starves a thread now and then, and that is a finding."""
    document = lockjam_json("check", "--format=json", "x.jam")
    has_findings = document["findings"] or document["filtered"]
    return [tab for tab in TABS if tab not in missing and (has_findings or tab != "Findings")]


def write_page(trace="x.jam", page="x.html"):
    result = run(LOCKJAM, "report", "--format=html", "-o", page, trace)
    equal(result.returncode, 0, result.stderr)
    return page


@contextlib.contextmanager
def bank_page(*options, dark=False, transfers=60000):
    """The page of the bank, its first tab shown; nothing may have gone wrong at the end."""
    equal(record(sample("bank"), transfers, options=["-q", "-o", "x.jam", *options]).returncode, 0)
    page = browser().open(write_page(), dark)
    yield page
    equal(page.problems, [])
    equal([url for url in page.requests if not url.startswith("file:///")], [])


def show(page, tab):
    page.click(f"#tab-{tab}")
    equal(page.evaluate(f"document.getElementById('tab-{tab}').getAttribute('aria-selected')"), "true")


def rows(page, label, column):
    """The cells of a column, as far as the table has them on the page."""
    return page.evaluate(f"[...document.querySelectorAll('[data-table=\"{label}\"] tbody tr[data-row]')]"
                         f".map((row) => row.children[{column}].innerText)")


def sort_by(page, label, key):
    page.click(f'[data-table="{label}"] th button[data-key="{key}"]')


@test
def overview_answers_first():
    with bank_page() as page:
        document = report("x.jam")
        equal(page.texts('[role="tab"]'), expected_tabs())
        contains(page.text("h1"), "of it for journal_mutex")
        contains(page.text("main"), "journal_append bank.c:38")
        contains(page.text("main"), f"{document['totals']['threads']}\nthreads")
        page.click(".ranked button")
        equal(page.text("#lock-details h2"), "journal_mutex mutex")


@test
def lock_table_sorts_filters_and_drills_down():
    with bank_page() as page:
        locks = [lock for lock in report("x.jam")["locks"] if lock["kind"] == "mutex"]
        show(page, "locks")
        by_wait = [lock["name"] for lock in sorted(locks, key=lambda lock: -lock["wait_ns"]) if lock["wait_ns"]]
        equal(rows(page, "Locks", 0)[:len(by_wait)], by_wait)
        sort_by(page, "Locks", "acquisitions")
        counts = [f"{count:,}" for count in sorted((lock["acquisitions"] for lock in locks), reverse=True)]
        equal(rows(page, "Locks", 5), counts)
        equal(page.evaluate("document.querySelector('[data-table=Locks] th[aria-sort]').innerText"), "Acquired")
        sort_by(page, "Locks", "acquisitions")
        equal(rows(page, "Locks", 5), counts[::-1])
        sort_by(page, "Locks", "label")
        equal(rows(page, "Locks", 0), sorted(lock["name"] for lock in locks))
        page.type('input[aria-label="Filter locks"]', "JOURNAL")
        equal(rows(page, "Locks", 0), ["journal_mutex"])
        page.click('[data-table="Locks"] tr[data-row="0"]')
        equal(page.text("#lock-details h2"), "journal_mutex mutex")
        page.click("#lock-details details:last-of-type summary")
        page.wait_for("document.querySelector('#lock-details ol.stack li')")
        assert page.evaluate("document.querySelectorAll('#lock-details svg.histogram rect').length") > 2


@test
def flame_graph_zooms_searches_and_changes_sides():
    with bank_page() as page:
        show(page, "flame")
        def box(name):
            return (f"[...document.querySelectorAll('.flame [role=treeitem]')]"
                    f".find((box) => box.textContent === '{name}')")
        contains(page.evaluate(f"{box('transfer')}.getAttribute('aria-label')"), "100.0 %")
        narrow = page.evaluate(f"{box('journal_append')}.getBoundingClientRect().width")
        page.evaluate(f"{box('journal_append')}.id = 'aim'")
        page.click("#aim")
        wide = page.evaluate(f"{box('journal_append')}.getBoundingClientRect().width")
        assert wide > narrow and abs(wide - page.evaluate("document.querySelector('.flame').clientWidth")) < 2, (narrow, wide)
        page.key("ArrowDown")
        equal(page.evaluate("document.activeElement.textContent"), "journal_mutex")
        page.key("Escape")
        equal(page.evaluate(f"{box('journal_append')}.getBoundingClientRect().width"), narrow)
        page.type('input[aria-label="Search functions and locks"]', "journal_m")
        equal(page.texts(".flame .found"), ["journal_mutex"])
        contains(page.text("main"), "found in")
        page.click('.segments button[data-value="blocker"]')
        assert page.evaluate(f"Boolean({box('audit')})"), page.texts('.flame [role="treeitem"]')


def axis(page):
    return page.texts(".timeline .axis text")


@test
def timeline_zooms_searches_and_leads_to_the_blocker():
    with bank_page("--events=all") as page:
        show(page, "timeline")
        page.wait_for("document.querySelector('.timeline .axis text')")
        whole = axis(page)
        page.wheel(".timeline canvas", -400)
        page.wait_for(f"document.querySelector('.timeline .axis').textContent !== {json.dumps(''.join(whole))}")
        page.drag(page.place(".timeline canvas"), [300, page.place(".timeline canvas")[1]])
        zoomed = axis(page)
        page.click(".timeline")
        page.key("0")
        equal(axis(page), whole)
        assert zoomed != whole
        page.key("+")
        assert axis(page) != whole
        page.type('input[aria-label^="Search locks"]', "journal")
        assert re.search(r"[1-9].* found", page.text(".tools [aria-live]")), page.texts(".tools")
        page.key("Enter")
        contains(page.text(".tools [aria-live]"), "1 of ")
        contains(page.text(".selection"), "journal_mutex")
        follow_longest_wait(page)


def follow_longest_wait(page):
    """Down the list of waits, longest first, to one for a lock; from it to what ended it."""
    names = rows(page, "Longest waits", 1)
    index = names.index("journal_mutex")
    page.click(f'[data-table="Longest waits"] tr[data-row="{index}"]')
    contains(page.text(".selection"), "waited for journal_mutex")
    blocker = re.search(r"It ended with (\S+)", page.text(".selection"))[1]
    page.evaluate("document.querySelector('.timeline').focus()")
    page.key("Enter")
    contains(page.text(".selection"), f"{blocker} held journal_mutex")


@test
def threads_lead_to_the_timeline():
    with bank_page() as page:
        show(page, "threads")
        equal(sorted(rows(page, "Threads", 0)), ["bank"] + [f"teller-{i}" for i in range(4)])
        page.type('input[aria-label="Filter threads"]', "teller-2")
        page.click('[data-table="Threads"] tr[data-row="0"]')
        equal(page.evaluate("document.querySelector('[aria-selected=true]').innerText"), "Timeline")
        equal(page.evaluate("timelineView.shown.model.rows[timelineView.shown.timeline.currentRow].thread.name"), "teller-2")


@test
def keys_reach_everything():
    with bank_page() as page:
        page.evaluate("document.getElementById('tab-overview').focus()")
        page.key("ArrowRight")
        equal(page.evaluate("document.activeElement.innerText"), "Locks")
        first = rows(page, "Locks", 0)
        for _ in range(50):
            page.key("Tab")
            if page.evaluate("document.activeElement.matches('[data-table=Locks] tr')"):
                break
        page.key("ArrowDown")
        page.key("Enter")
        contains(page.text("#lock-details h2"), first[1])
        page.key("End")
        equal(page.evaluate("Number(document.activeElement.dataset.row)"), len(first) - 1)


@test
def screen_readers_get_roles_and_names():
    with bank_page() as page:
        show(page, "locks")
        found = page.accessible()
        for role, name in (("tab", "Locks"), ("grid", "Locks"), ("tabpanel", "Locks"), ("searchbox", "Filter locks"),
                           ("columnheader", "Wait"), ("gridcell", "journal_mutex")):
            assert (role, name) in found, (role, name, sorted(set(found)))
        show(page, "flame")
        names = [name for role, name in page.accessible() if role == "treeitem"]
        assert any(name.startswith("journal_append, ") for name in names), names
        show(page, "timeline")
        assert any(role == "application" and "Arrow keys" in name for role, name in page.accessible())


@test
def light_and_dark_follow_the_system_and_the_button():
    backgrounds = {}
    for dark in False, True:
        with bank_page(dark=dark, transfers=1000) as page:
            backgrounds[dark] = page.evaluate("getComputedStyle(document.body).backgroundColor")
            page.click("#theme")
            backgrounds[f"{dark} clicked"] = page.evaluate("getComputedStyle(document.body).backgroundColor")
    equal(backgrounds[False], backgrounds["True clicked"])
    equal(backgrounds[True], backgrounds["False clicked"])
    assert backgrounds[False] != backgrounds[True]


HOSTILE = "<script>alert(1)<img src=x onerror=alert(1)>\"'\u00e9\u2028&lt;.bin"


@test
def hostile_names_are_only_text():
    shutil.copy(target("hostile"), HOSTILE)
    equal(record(os.path.join(".", HOSTILE), "</script><svg onload=alert(2)>", "-->",
                 options=["-q", "-o", "x.jam"]).returncode, 0)
    page = browser().open(write_page())
    for tab in "overview", "locks", "sites", "flame", "timeline", "threads", "findings", "graph":
        show(page, tab)
        equal(page.evaluate("document.querySelectorAll('img, svg[onload], main script, main b > script').length"), 0, tab)
    show(page, "overview")
    contains(page.text("main"), "</script><svg onload=alert(2)>")
    contains(page.text("main"), HOSTILE.replace("\u2028", "???"))
    show(page, "sites")
    contains(page.text("main"), "</script><img src=x onerror=alert(1)>\"'&amp;\u00e9")
    show(page, "findings")
    contains(page.text(".finding"), "Thread </script><b>\"'&")
    page.click(".finding-body details summary")
    page.wait_for("document.querySelector('.finding-body ol.stack')")
    contains(page.text(".finding-body ol.stack"), "</script><img src=x onerror=alert(1)>")
    show(page, "graph")
    page.click('[data-table="Orders"] tr[data-row="0"]')
    page.wait_for("document.querySelector('#order-details ol.stack')")
    contains(page.text("#order-details"), "</script><img src=x onerror=alert(1)>")
    equal(page.evaluate("document.querySelectorAll('main img, main script, main b > script').length"), 0)
    show(page, "threads")
    assert '</script><b>"\'&' in rows(page, "Threads", 0), rows(page, "Threads", 0)
    equal((page.problems, page.events["Page.javascriptDialogOpening"]), ([], 0))
    equal(len(page.requests), 1, page.requests)


@contextlib.contextmanager
def order_page(name, word="guilty", dark=False):
    """The page of a sample that takes locks in conflicting orders, or only seems to."""
    equal(record(sample(name), word, options=["-q", "-o", "x.jam"]).returncode, 0)
    page = browser().open(write_page(), dark)
    yield page
    equal(page.problems, [])


@test
def findings_are_those_of_check():
    with order_page("order_kinds") as page:
        found = lockjam_json("check", "--format=json", "x.jam")["findings"]
        show(page, "findings")
        equal(page.evaluate("[...document.querySelectorAll('.finding')].map((e) => e.dataset.finding)"),
              [finding["id"] for finding in found])
        for i, finding in enumerate(found):
            equal(page.texts(".finding > summary .message")[i], finding["message"] + ".")
        first = page.text(".finding .finding-body")
        for text in found[0]["why"], found[0]["advice"], found[0]["id"], "wants", "Cycle":
            contains(first, text)
        equal(page.texts(".finding > summary .badge")[:2], [found[0]["severity"], found[0]["grade"]])
        page.type('input[aria-label="Filter findings"]', found[-1]["id"])
        equal(len(page.texts(".finding")), 1)


@test
def findings_unfold_stacks_and_lead_on():
    with order_page("order_gate") as page:
        edge = lockjam_json("check", "--format=json", "x.jam")["findings"][0]["edges"][0]
        show(page, "findings")
        page.evaluate("document.querySelector('.finding-body details summary').focus()")
        page.key("Enter")
        page.wait_for("document.querySelector('.finding-body ol.stack')")
        for frame in edge["holds_stack"]:
            contains(page.text(".finding-body ol.stack"), frame["function"])
        page.click(".finding button.plain")
        equal(page.text('[role="tab"][aria-selected="true"]'), "Lock order")
        equal(page.text("#order-details .badge"), "feasible")


@test
def filtered_findings_are_folded_with_reasons():
    with order_page("order_gate", "innocent") as page:
        filtered = lockjam_json("check", "--format=json", "x.jam")["filtered"]
        equal([finding["reason"] for finding in filtered], ["gate-lock"])
        contains(page.text("main"), "0 findings, 1 not counted")
        show(page, "findings")
        contains(page.text("main"), "Nothing that counts was found.")
        contains(page.text("#filtered > summary"), "1 not counted 1 gate-lock")
        equal(page.evaluate("document.getElementById('filtered').open"), False)
        page.click("#filtered > summary")
        page.click("#filtered .finding > summary")
        page.wait_for("document.querySelector('#filtered .finding-body')")
        contains(page.text("#filtered .finding-body"), f"gate-lock: {filtered[0]['evidence']}")
        show(page, "graph")
        assert page.texts(".graph .edge.filtered"), page.texts(".graph .edge")
        equal(page.texts(".graph .edge.danger"), [])


@test
def long_names_differ_in_the_drawing():
    with order_page("order_kinds") as page:
        names = [f"lock_of_the_module_number_{i}" for i in (7, 8)]
        short = page.evaluate(f"{names}.map((name) => shorten(name, NAME_LENGTH))")
        equal([len(name) for name in short], [21, 21])
        equal([name[:10] + name[-10:] for name in names], [name.replace("\u2026", "") for name in short])


def drawn(page):
    """(from, to, style) of each arrow."""
    return sorted(map(tuple, page.evaluate(
        "[...document.querySelectorAll('.graph .edge')].map((e) => [e.__data__.from.label, e.__data__.to.label, e.__data__.style])")))


@test
def graph_is_that_of_the_command():
    with order_page("order_kinds") as page:
        graph = lockjam_json("graph", "--format=json", "-q", "x.jam")
        names = [node["name"] for node in graph["nodes"]]
        show(page, "graph")
        equal(sorted(page.texts(".graph .node text")), sorted(names))
        equal(drawn(page), sorted((names[edge["from"]], names[edge["to"]], "danger" if edge["grade"] else "plain")
                                  for edge in graph["edges"] if edge["direct"] or edge["grade"] or edge["filter"]))
        equal(len(rows(page, "Orders", 0)), len(graph["edges"]))
        page.type('input[aria-label="Search locks"]', "SPIN")
        equal(page.texts(".graph .node.found text"), ["spin"])
        assert all("spin" in pair for pair in zip(rows(page, "Orders", 0), rows(page, "Orders", 1)))


@test
def arrows_tell_their_call_sites():
    with order_page("order_kinds") as page:
        show(page, "graph")
        page.settle()
        title = page.evaluate("document.querySelector('.graph .edge title').textContent")
        assert re.search(r"\d situations?, feasible\nheld since .*order_kinds.c:\d+\nasked for at .*order_kinds.c:\d+", title), title
        x, y = page.evaluate("(() => { const line = document.querySelector('.graph .line');"
                             " const at = line.getPointAtLength(line.getTotalLength() / 2).matrixTransform(line.getScreenCTM());"
                             " return [at.x, at.y]; })()")
        page.click_at(x, y)
        contains(page.text("#order-details"), "asks for")
        equal(page.evaluate("document.querySelectorAll('.graph .edge.chosen').length"), 1)
        before = page.text("#order-details h2")
        page.click("#order-details button.link")
        equal(page.text("#order-details h2").split(" \u2192 "), before.split(" \u2192 ")[::-1])


@test
def keys_reach_the_graph():
    with order_page("order_kinds") as page:
        show(page, "graph")
        page.settle()
        for _ in range(20):
            page.key("Tab")
            if page.evaluate("document.activeElement.matches('.graph .node')"):
                break
        label = page.evaluate("document.activeElement.getAttribute('aria-label')")
        contains(label, "on a cycle")
        page.key("ArrowRight")
        other = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert other != label and ("button", other) in page.accessible(), other
        page.key("Enter")
        contains(page.text("#order-details h2"), other.split(",")[0])
        equal(page.evaluate("document.activeElement.getAttribute('aria-pressed')"), "true")
        while not page.evaluate("document.activeElement.matches('[data-table=Orders] tr')"):
            page.key("Tab")
        page.key("Enter")
        contains(page.text("#order-details"), "asks for")


@test
def what_is_missing_has_no_tab():
    with bank_page("--events=off", transfers=1000) as page:
        equal(page.texts('[role="tab"]'), expected_tabs("Timeline"))


@test
def who_still_waits_is_shown():
    with start(LOCKJAM, "record", "-q", "-o", "x.jam", "--", target("traffic"), stdin=subprocess.PIPE) as process:
        equal(process.stdout.readline(), "ready\n")
        while "parked" not in [waiting["name"] for waiting in report("x.jam")["waiting"]]:
            pass
        process.stdin.close()
        equal(process.wait(LIMIT_SECONDS), 0)
    page = browser().open(write_page())
    contains(page.text("main"), "Still waiting when the trace ended")
    contains(page.text("main"), "parked waits for parked_mutex")
    equal(page.problems, [])


@test
def page_is_one_file_that_may_load_nothing():
    equal(record(sample("bank"), 100, options=["-q", "-o", "x.jam"]).returncode, 0)
    with open(write_page(), encoding="utf-8") as file:
        text = file.read()
    contains(text, "Content-Security-Policy\" content=\"default-src 'none'")
    equal(re.findall(r"<(?:script|link|img|iframe)[^>]*\b(?:src|href)=", text.split("<script type")[0]), [])
    equal(text.count("</script>"), text.count("<script"))
    data = json.loads(re.search(r'id="data">\n(.*?)</script>', text, re.S)[1])
    equal(data["schema"], "lockjam.html/1")
    assert "<" not in re.search(r'id="data">\n(.*?)</script>', text, re.S)[1]


main()
