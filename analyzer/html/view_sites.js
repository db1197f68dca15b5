// All call sites, added up over locks and ways to get there.

const SITE_COLUMNS = [
  {key: "site", title: "Call site", kind: "text", width: "34%", value: (site) => site.site},
  {key: "wait", title: "Wait", kind: "time", value: (site) => site.wait},
  {key: "waitMax", title: "Longest", kind: "time", value: (site) => site.waitMax},
  {key: "blocked", title: "Blocks", help: "Time that others waited for locks taken here", kind: "time", value: (site) => site.blocked},
  {key: "contended", title: "Waits", kind: "count", value: (site) => site.contended},
  {key: "acquisitions", title: "Acquired", kind: "count", value: (site) => site.acquisitions},
  {key: "hold", title: "Held", kind: "time", value: (site) => site.hold},
  {key: "locks", title: "Locks", kind: "count", value: (site) => site.locks.size},
];

function mergeSites(report, isEverything) {
  const sites = new Map();
  const get = (stack) => {
    let site = sites.get(stack.site);
    if (!site) {
      site = {site: stack.site, stack, wait: 0, waitMax: 0, blocked: 0, contended: 0, acquisitions: 0, hold: 0, locks: new Set()};
      sites.set(stack.site, site);
    }
    return site;
  };
  for (const lock of report.locks.filter((candidate) => isEverything || candidate.isLock)) {
    for (const part of lock.sites) {
      const site = get(part.stack);
      for (const key of ["wait", "contended", "acquisitions", "hold"]) site[key] += part[key];
      site.waitMax = Math.max(site.waitMax, part.waitMax);
      site.locks.add(lock);
    }
    for (const blame of lock.blames) {
      if (!lock.isLock || blame.blocker === UNKNOWN_STACK) continue;
      const site = get(blame.blocker);
      site.blocked += blame.wait;
      site.locks.add(lock);
    }
  }
  return [...sites.values()];
}

function siteDetails(site, context) {
  const locks = [...site.locks].sort((a, b) => b.wait - a.wait);
  return make("section", {class: "card", "aria-label": `Details of ${site.site}`}, make("h2", {class: "code"}, site.site),
    make("h3", {}, "Locks"),
    make("ul", {}, locks.slice(0, 20).map((lock) => make("li", {},
      linkButton(lock.label, () => context.show("locks", {lock})), make("span", {class: "soft"}, ` ${lock.kind}, waited ${formatTime(lock.wait)}`)))),
    locks.length > 20 && make("p", {class: "soft"}, `and ${formatCount(locks.length - 20)} more`),
    make("h3", {}, "One way to get there"), stackList(site.stack));
}

const sitesView = {
  key: "sites",
  title: "Call sites",
  isPresent: () => true,
  build(report, context) {
    const details = make("div");
    const table = new DataTable({label: "Call sites", columns: SITE_COLUMNS, rows: mergeSites(report, false), sort: "wait",
      onopen: (site) => details.replaceChildren(siteDetails(site, context))});
    const search = searchBox("Filter call sites", (text) => table.setFilter((site) => !text || site.site.toLowerCase().includes(text)));
    const heading = make("h2", {}, plural(table.all.length, "call site"));
    const chooser = selectBox("Show", [["locks", "locks"], ["all", "everything waited for"]], (kind) => {
      table.all = mergeSites(report, kind === "all");
      heading.textContent = plural(table.all.length, "call site");
      table.update();
    });
    if (table.rows.length) table.open(0);
    return make("div", {class: "with-side"},
      make("section", {class: "card"}, heading,
        make("div", {class: "tools"}, search, chooser), table.element), details);
  },
  open() {},
};
