// All locks, sortable, with a drill-down to call sites and pairs beside the table.

const LOCK_COLUMNS = [
  {key: "label", title: "Lock", kind: "text", width: "20%", value: (lock) => lock.label},
  {key: "kind", title: "Kind", kind: "text", width: "7%", value: (lock) => lock.kind},
  {key: "wait", title: "Wait", kind: "time", value: (lock) => lock.wait, help: "Time that threads waited, in all"},
  {key: "waitMax", title: "Longest", kind: "time", value: (lock) => lock.waitMax, help: "Longest wait"},
  {key: "contended", title: "Waits", kind: "count", value: (lock) => lock.contended, help: "Acquisitions that had to wait"},
  {key: "acquisitions", title: "Acquired", kind: "count", value: (lock) => lock.acquisitions},
  {key: "share", title: "Share", kind: "share", value: (lock) => lock.contended / (lock.acquisitions || 1), help: "Share of acquisitions that had to wait"},
  {key: "critical", title: "Critical", kind: "share", value: (lock) => lock.critical, help: "Share of the critical path, on which the length of the run depends"},
  {key: "hold", title: "Held", kind: "time", value: (lock) => lock.hold, help: "Time that it was held, in all"},
  {key: "holdMax", title: "Max hold", kind: "time", value: (lock) => lock.holdMax, help: "Longest hold"},
];

const LOCK_SITE_COLUMNS = [
  {key: "site", title: "Call site", kind: "text", width: "40%", value: (site) => site.stack.site},
  {key: "mode", title: "Mode", kind: "text", value: (site) => site.mode},
  {key: "wait", title: "Wait", kind: "time", value: (site) => site.wait},
  {key: "contended", title: "Waits", kind: "count", value: (site) => site.contended},
  {key: "acquisitions", title: "Acquired", kind: "count", value: (site) => site.acquisitions},
  {key: "hold", title: "Held", kind: "time", value: (site) => site.hold},
];

function lockFacts(lock) {
  const facts = [["class", lock.class], ["address", `${lock.address} (pid ${lock.pid})`],
    ["waited", `${formatTime(lock.wait)} in ${plural(lock.contended, "wait")}, ${formatTime(lock.waitMax)} at most`],
    ["held", `${formatTime(lock.hold)}, ${formatTime(lock.holdMax)} at most`],
    ["queue", `up to ${plural(lock.queue, "thread")} at once; ${plural(lock.changes, "contended hand-over")}`]];
  if (lock.critical) facts.push(["critical", `${formatShare(lock.critical, 1)} of the critical path of the run`]);
  if (lock.tryFailures || lock.timeouts)
    facts.push(["gave up", `${plural(lock.tryFailures, "failed try", "failed tries")}, ${plural(lock.timeouts, "timeout")}`]);
  return make("dl", {class: "facts"}, facts.map(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

function pairDetails(pair, whole) {
  return make("div", {class: "pair"},
    make("p", {}, make("b", {}, formatTime(pair.wait)), ` in ${plural(pair.count, "wait")}, ${formatTime(pair.waitMax)} at most`),
    shareBar(pair.wait, whole),
    stackDetails(make("span", {}, "waits at ", make("span", {class: "code waiter"}, pair.waiter.site)), pair.waiter),
    stackDetails(make("span", {}, "blocked by ", make("span", {class: "code blocker"}, pair.blocker.site)), pair.blocker));
}

const PAIRS_SHOWN = 50;

function lockDetails(lock, context) {
  const pairs = mergePairs(lock.blames);
  const siteStack = make("div", {"aria-live": "polite"});
  const sites = new DataTable({label: `Call sites of ${lock.label}`, columns: LOCK_SITE_COLUMNS, rows: lock.sites, sort: "wait",
    onopen: (site) => siteStack.replaceChildren(make("h3", {}, site.stack.site), stackList(site.stack))});
  sites.element.style.maxHeight = "280px";
  return make("section", {class: "card", id: "lock-details", "aria-label": `Details of ${lock.label}`},
    make("h2", {}, lock.label, make("span", {class: "kind"}, ` ${lock.kind}`)), lockFacts(lock),
    make("p", {}, plainButton("Show in the timeline", () => context.show("timeline", {search: lock.label}))),
    make("div", {class: "columns"}, histogram("Waits", lock.waits, "wait"), histogram("Holds", lock.holds, "hold")),
    make("h3", {style: "margin-top:14px"}, "Who makes whom wait"),
    pairs.length ? pairs.slice(0, PAIRS_SHOWN).map((pair) => pairDetails(pair, lock.wait)) : make("p", {class: "soft"}, "Nobody waited."),
    pairs.length > PAIRS_SHOWN && make("p", {class: "soft"}, `and ${plural(pairs.length - PAIRS_SHOWN, "more pair")}`),
    make("h3", {style: "margin-top:14px"}, plural(lock.sites.length, "call stack")), sites.element, siteStack,
    lock.created && stackDetails("Created at", lock.created));
}

const locksView = {
  key: "locks",
  title: "Locks",
  isPresent: () => true,
  build(report, context) {
    const details = make("div");
    const state = {text: "", kind: "locks"};
    const hasPath = report.locks.some((lock) => lock.critical > 0);
    const columns = LOCK_COLUMNS.filter((column) => column.key !== "critical" || hasPath);
    const table = new DataTable({label: "Locks", columns, rows: report.locks, sort: "wait",
      onopen: (lock) => details.replaceChildren(lockDetails(lock, context))});
    const refilter = () => table.setFilter((lock) =>
      (state.kind === "all" || (state.kind === "locks" ? lock.isLock : lock.kind === state.kind)) &&
      (!state.text || lock.label.toLowerCase().includes(state.text) || lock.class.toLowerCase().includes(state.text)));
    const kinds = [...new Set(report.locks.map((lock) => lock.kind))].sort().map((kind) => [kind, kind]);
    const search = searchBox("Filter locks", (text) => { state.text = text; refilter(); });
    const chooser = selectBox("Show", [["locks", "locks"], ["all", "everything waited for"], ...kinds],
      (kind) => { state.kind = kind; refilter(); });
    this.open = ({lock}) => {
      if (!lock) return;
      search.value = state.text = "";
      state.kind = chooser.querySelector("select").value = lock.isLock ? "locks" : "all";
      refilter();
      table.select(lock);
    };
    refilter();
    if (table.rows.length) table.open(0);
    return make("div", {class: "with-side"},
      make("section", {class: "card"}, make("h2", {}, "Locks"), make("div", {class: "tools"}, search, chooser), table.element), details);
  },
  open() {},
};
