// Decodes the data and shows one view at a time. A view is an object with
//   key, title         its tab
//   isPresent(report)  whether the report has something for it: without, there is no tab
//   build(report, context)  makes its element, once, when it is first shown
//   open(detail)       optional: what a link from another view wants to see
// context.show(key, detail) is how views lead to each other.

const VIEWS = [overviewView, locksView, sitesView, flameView, timelineView, threadsView, findingsView, graphView];

class Page {
  constructor(report) {
    this.report = report;
    this.place = document.getElementById("view");
    this.views = VIEWS.filter((view) => view.isPresent(report));
    this.built = new Map();
    this.tabs = new Map(this.views.map((view) => [view.key, this.tab(view)]));
    const list = document.getElementById("tabs");
    list.append(...this.tabs.values());
    list.addEventListener("keydown", (event) => this.key(event));
    window.addEventListener("hashchange", () => this.showHash());
    this.showHash();
  }

  tab(view) {
    return make("button", {type: "button", role: "tab", id: `tab-${view.key}`, "aria-controls": "view",
      onclick: () => this.show(view.key)}, view.title);
  }

  showHash() {
    const key = location.hash.slice(1);
    if (key !== this.shown) this.show(this.tabs.has(key) ? key : this.views[0].key);
  }

  show(key, detail) {
    const view = this.views.find((candidate) => candidate.key === key);
    if (!view) return;
    this.shown = key;
    for (const [name, tab] of this.tabs) {
      tab.setAttribute("aria-selected", String(name === key));
      tab.tabIndex = name === key ? 0 : -1;
    }
    if (!this.built.has(key)) this.built.set(key, view.build(this.report, this));
    this.place.setAttribute("aria-labelledby", `tab-${key}`);
    this.place.setAttribute("role", "tabpanel");
    this.place.replaceChildren(this.built.get(key));
    if (location.hash.slice(1) !== key) history.replaceState(null, "", `#${key}`);
    if (detail) {
      view.open?.(detail);
      this.place.focus({preventScroll: true});
      window.scrollTo(0, 0);
    }
  }

  key(event) {
    const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
    if (!step) return;
    const keys = [...this.tabs.keys()];
    const next = keys[(keys.indexOf(this.shown) + step + keys.length) % keys.length];
    this.show(next);
    this.tabs.get(next).focus();
    event.preventDefault();
  }

  redraw() {
    timelineView.shown?.timeline?.draw();
  }
}

function setUpTheme(onchange) {
  const root = document.documentElement, button = document.getElementById("theme");
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = (theme) => {
    root.dataset.theme = theme;
    button.textContent = theme === "dark" ? "Light" : "Dark";
    button.setAttribute("aria-label", `Use ${theme === "dark" ? "light" : "dark"} colours`);
    onchange();
  };
  system.addEventListener("change", () => apply(system.matches ? "dark" : "light"));
  button.addEventListener("click", () => apply(root.dataset.theme === "dark" ? "light" : "dark"));
  apply(system.matches ? "dark" : "light");
}

function start() {
  let page = null;
  const report = decodeReport(JSON.parse(document.getElementById("data").textContent));
  const name = report.processes.map((process) => process.program).join(", ");
  document.title = `${name}: lockjam report`;
  document.getElementById("program").textContent =
    report.processes.length === 1 ? `${name} (pid ${report.processes[0].pid})` : `${report.processes.length} processes`;
  setUpTheme(() => page?.redraw());
  page = new Page(report);
}

start();
