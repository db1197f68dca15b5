// Waiting time by call stack, the outermost frame on top, the lock at the bottom. A box is as wide
// as the time waited below it. Boxes too narrow to be seen are not made, so size does not matter.

const FLAME_ROW = 20;
const FLAME_NARROWEST = 2; // pixels

function flameSamples(report, side, isEverything) {
  const samples = [];
  for (const lock of report.locks) {
    if (!isEverything && !lock.isLock) continue;
    if (side === "waiter") samples.push(...lock.sites.map((site) => ({stack: site.stack, lock, wait: site.wait, count: site.contended})));
    else samples.push(...lock.blames.map((blame) => ({stack: blame.blocker, lock, wait: blame.wait, count: blame.count})));
  }
  return samples.filter((sample) => sample.wait > 0);
}

function flameTree(samples, rootName) {
  const fresh = (name, frame, lock) => ({name, frame, lock, wait: 0, count: 0, byName: new Map()});
  const root = fresh(rootName, null, null);
  const step = (node, key, name, frame, lock) => {
    let child = node.byName.get(key);
    if (!child) node.byName.set(key, child = fresh(name, frame, lock));
    return child;
  };
  for (const {stack, lock, wait, count} of samples) {
    const path = stack.frames.length ? [...stack.frames].reverse() : [{function: "(unknown)", place: "(unknown)"}];
    let node = root;
    for (const frame of path) node = step(node, frame.function, frame.function, frame, null);
    node = step(node, lock, lock.label, null, lock);
    node.wait += wait;
    node.count += count;
  }
  return root;
}

function flameLayout(tree) {
  const root = d3.hierarchy(tree, (node) => node.byName.values()).sum((node) => node.wait)
    .sort((a, b) => b.value - a.value || (a.data.name < b.data.name ? -1 : 1));
  root.eachAfter((node) => { node.count = node.data.count + d3.sum(node.children ?? [], (child) => child.count); });
  return d3.partition()(root);
}

class FlameGraph {
  constructor(onselect, onopen) {
    Object.assign(this, {onselect, onopen, text: ""});
    this.element = make("div", {class: "flame", role: "tree", "aria-label": "Flame graph of waiting time"});
    this.element.addEventListener("click", (event) => this.pick(event.target));
    this.element.addEventListener("focusin", (event) => this.hover(event.target));
    this.element.addEventListener("mouseover", (event) => this.hover(event.target));
    this.element.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.root && this.draw()).observe(this.element);
  }

  show(root, side) {
    Object.assign(this, {root, focus: root, current: root});
    this.element.classList.toggle("blocker-side", side === "blocker");
    this.draw();
  }

  search(text) {
    this.text = text;
    this.draw();
    if (!text) return null;
    let wait = 0;
    const visit = (node) => {
      if (this.isFound(node)) wait += node.value;
      else node.children?.forEach(visit);
    };
    visit(this.root);
    return wait;
  }

  isFound(node) {
    return this.text !== "" && node.data.name.toLowerCase().includes(this.text);
  }

  zoom(node) {
    this.focus = this.current = node;
    this.draw();
    this.item(node)?.focus({preventScroll: true});
  }

  visible() {
    const width = this.element.clientWidth || 1000;
    const scale = width / (this.focus.x1 - this.focus.x0);
    const shown = [];
    const visit = (node) => {
      const left = Math.max(0, (node.x0 - this.focus.x0) * scale);
      const right = Math.min(width, (node.x1 - this.focus.x0) * scale);
      if (right - left < FLAME_NARROWEST && node !== this.focus) return;
      shown.push({node, left, width: right - left});
      node.children?.forEach((child) => {
        if (child.x1 > this.focus.x0 && child.x0 < this.focus.x1) visit(child);
      });
    };
    visit(this.root);
    return shown;
  }

  draw() {
    const shown = this.visible();
    if (!shown.some((box) => box.node === this.current)) this.current = this.focus;
    this.element.style.height = `${(1 + d3.max(shown, (box) => box.node.depth)) * FLAME_ROW}px`;
    this.boxes = d3.select(this.element).selectAll("div").data(shown, (box) => this.key_of(box.node))
      .join("div").attr("role", "treeitem").attr("class", (box) => this.classes(box))
      .attr("aria-level", (box) => box.node.depth + 1).attr("aria-label", (box) => this.describe(box.node))
      .attr("tabindex", (box) => box.node === this.current ? 0 : -1)
      .style("left", (box) => `${box.left}px`).style("width", (box) => `${box.width}px`)
      .style("top", (box) => `${box.node.depth * FLAME_ROW}px`)
      .text((box) => box.node.data.name).order();
  }

  key_of(node) {
    node.key ??= String(this.keys = (this.keys ?? 0) + 1);
    return node.key;
  }

  classes({node, width}) {
    const names = [`c${node.data.name.length % 3}`];
    if (node.data.lock) names.push("lock");
    if (width < 24) names.push("thin");
    if (node.depth < this.focus.depth || (this.text && !this.isFound(node))) names.push("faded");
    if (this.isFound(node)) names.push("found");
    return names.join(" ");
  }

  describe(node) {
    const where = node.data.lock ? "lock " : "";
    return `${where}${node.data.name}, ${formatTime(node.value)}, ${formatShare(node.value, this.root.value)}, ${plural(node.count, "wait")}`;
  }

  item(node) {
    return this.boxes.filter((box) => box.node === node).node();
  }

  nodeOf(element) {
    return element === this.element ? null : d3.select(element).datum()?.node;
  }

  hover(element) {
    const node = this.nodeOf(element);
    if (node) this.onselect(node, this.describe(node));
  }

  pick(element) {
    const node = this.nodeOf(element);
    if (!node) return;
    if (node.data.lock && node === this.focus) this.onopen(node.data.lock);
    else this.zoom(node);
  }

  move(node) {
    if (!node || !this.item(node)) return;
    this.current = node;
    this.boxes.attr("tabindex", (box) => box.node === node ? 0 : -1);
    this.item(node).focus();
  }

  sibling(step) {
    const siblings = this.current.parent?.children ?? [];
    return siblings[siblings.indexOf(this.current) + step];
  }

  key(event) {
    const actions = {
      ArrowUp: () => this.move(this.current.parent), ArrowDown: () => this.move(this.current.children?.[0]),
      ArrowLeft: () => this.move(this.sibling(-1)), ArrowRight: () => this.move(this.sibling(1)),
      Enter: () => this.pick(event.target), " ": () => this.pick(event.target),
      Escape: () => this.zoom(this.root), Home: () => this.move(this.root),
    };
    if (!(event.key in actions)) return;
    actions[event.key]();
    event.preventDefault();
  }
}

function flameDetails(node, text) {
  const frame = node.data.frame;
  return [make("b", {class: "code"}, text), " ",
    make("span", {class: "soft"}, frame?.file ? `${frame.file}:${frame.line}` : frame?.module ?? "")];
}

const flameView = {
  key: "flame",
  title: "Flame graph",
  isPresent: (report) => report.locks.length > 0,
  build(report, context) {
    const state = {side: "waiter", isEverything: false};
    const details = make("p", {style: "min-height:22px"});
    const found = make("span", {class: "soft", "aria-live": "polite"});
    const graph = new FlameGraph((node, text) => details.replaceChildren(...flameDetails(node, text)),
      (lock) => context.show("locks", {lock}));
    const search = searchBox("Search functions and locks", (text) => {
      const wait = graph.search(text);
      found.textContent = wait === null ? "" : `found in ${formatShare(wait, graph.root.value)}`;
    });
    const redraw = () => {
      const samples = flameSamples(report, state.side, state.isEverything);
      const tree = flameTree(samples, state.side === "waiter" ? "all that waited" : "all that made others wait");
      graph.show(flameLayout(tree), state.side);
      details.textContent = samples.length ? "" : "Nobody waited.";
    };
    redraw();
    return make("section", {class: "card"}, make("h2", {}, "Waiting time by call stack"),
      make("div", {class: "tools"},
        segments("Whose call stacks", [["waiter", "who waits"], ["blocker", "who blocks"]], "waiter", (side) => { state.side = side; redraw(); }),
        segments("Which waits", [["locks", "locks"], ["all", "all waits"]], "locks", (value) => { state.isEverything = value === "all"; redraw(); }),
        search, found, make("span", {class: "grow"}), plainButton("Whole graph", () => graph.zoom(graph.root))),
      details, graph.element,
      make("p", {class: "legend"}, "Click or Enter widens a box; arrow keys move; Escape shows the whole graph."));
  },
  open() {},
};
