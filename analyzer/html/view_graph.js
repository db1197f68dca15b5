// The lock-order graph: an arrow leads from a lock that was held to one that was asked for. Beside
// the drawing, the table of orders says the same in words, and is how keys and screen readers get
// to each arrow.

const GRAPH_MARGIN = 24;
const NAME_LENGTH = 21;      // letters that fit into a node
const GRAPH_CALM = 30;        // with more nodes, cycles come first
const GRAPH_READABLE = 0.8; // the smallest scale at which names can be read

const ORDER_COLUMNS = [
  {key: "from", title: "Held", kind: "text", width: "19%", value: (edge) => edge.from.label},
  {key: "to", title: "Asked for", kind: "text", width: "19%", value: (edge) => edge.to.label},
  {key: "mark", title: "Cycle", kind: "text", width: "12%", value: (edge) => edge.rank, show: (edge) => edge.markText},
  {key: "count", title: "Situations", kind: "count", width: "9%", value: (edge) => edge.count,
   help: "Different situations: call sites and other locks held"},
  {key: "held", title: "Held since", kind: "text", value: (edge) => edge.heldStack.site},
  {key: "wanted", title: "Asked for at", kind: "text", value: (edge) => edge.wantedStack.site},
];

function nodeTitle(node) {
  return `${node.label}, ${node.kind}, ${plural(node.edges.length, "order")}${node.isOnCycle ? ", on a cycle" : ""}`;
}

function edgeTitle(edge) {
  return `${edge.from.label} \u2192 ${edge.to.label}: ${plural(edge.count, "situation")}, ${edge.markText || "on no cycle"}\n` +
    `held since ${edge.heldStack.site}\nasked for at ${edge.wantedStack.site}`;
}

// Leaves out the middle: names of one family differ at the end.
function shorten(text, length) {
  if (text.length <= length) return text;
  const tail = Math.floor((length - 1) / 2);
  return `${text.slice(0, length - 1 - tail)}\u2026${text.slice(-tail)}`;
}

// The drawing. One node at a time is in the tab order; arrow keys go to the next one in a direction.
class GraphDrawing {
  constructor(graph, onselect) {
    Object.assign(this, {graph, onselect, scale: 1, text: "", selected: null});
    this.element = make("div", {class: "graph scroll"});
    this.svg = d3.select(this.element).append("svg");
    this.svg.node().addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.isFresh && this.element.clientWidth && this.begin()).observe(this.element);
    const markers = this.svg.append("defs").selectAll("marker").data(["plain", "weak", "danger", "filtered", "chosen"]).join("marker")
      .attr("id", (name) => `arrow-${name}`).attr("class", (name) => name).attr("viewBox", "0 0 8 8").attr("refX", 7).attr("refY", 4)
      .attr("markerWidth", 8).attr("markerHeight", 8).attr("markerUnits", "userSpaceOnUse").attr("orient", "auto");
    markers.append("path").attr("d", "M0,0L8,4L0,8z");
    this.layers = Object.fromEntries(["frames", "edges", "nodes"].map((name) => [name, this.svg.append("g").attr("class", name)]));
  }

  // onlyCycles: what is on no cycle is left out.
  show(onlyCycles) {
    this.edges = this.graph.edges.filter((edge) => onlyCycles ? edge.mark : edge.isDrawn);
    this.nodes = this.graph.nodes.filter((node) => this.edges.some((edge) => edge.from === node || edge.to === node));
    this.layout = layoutGraph(this.nodes, this.edges);
    this.current = this.nodes.includes(this.current) ? this.current : this.layout.columns[0]?.[0];
    this.svg.attr("role", "group").attr("aria-label", `Drawing of ${plural(this.nodes.length, "node")} and ${plural(this.edges.length, "order")}. Arrow keys go from node to node, Enter tells about one; the table below has all orders.`);
    this.drawFrames();
    this.drawEdges();
    this.drawNodes();
    this.zoom(1);
    this.mark();
    this.isFresh = true;
    if (this.element.clientWidth) this.begin();
  }

  // As much as can be read of it, the current node among it.
  begin() {
    this.isFresh = false;
    this.fit();
    if (this.scale < GRAPH_READABLE) this.zoom(1);
    if (this.current) this.reveal(this.current);
  }

  drawFrames() {
    const frames = this.layers.frames.selectAll("g").data(this.layout.frames).join("g");
    frames.selectAll("*").remove();
    frames.append("rect").attr("x", (f) => f.x).attr("y", (f) => f.y).attr("width", (f) => f.width).attr("height", (f) => f.height).attr("rx", 6);
    frames.append("text").attr("x", (f) => f.x + 8).attr("y", (f) => f.y + 14).text((f) => shorten(f.name, NAME_LENGTH + 5));
    frames.append("title").text((f) => f.name);
  }

  drawEdges() {
    const groups = this.layers.edges.selectAll("g").data(d3.sort(this.edges, (edge) => edge.rank)).join("g");
    groups.selectAll("*").remove();
    groups.append("path").attr("class", "line").attr("d", edgePath);
    groups.append("path").attr("class", "touch").attr("d", edgePath);
    groups.append("title").text(edgeTitle);
    groups.on("click", (event, edge) => this.onselect(edge));
  }

  drawNodes() {
    const groups = this.layers.nodes.selectAll("g").data(this.nodes, (node) => node.index).join("g")
      .attr("role", "button").attr("aria-label", nodeTitle).attr("transform", (node) => `translate(${node.x},${node.y})`);
    groups.selectAll("*").remove();
    groups.append("rect").attr("width", NODE_WIDTH).attr("height", NODE_HEIGHT).attr("rx", 5);
    groups.append("text").attr("x", 10).attr("y", 17.5).text((node) => shorten(node.label, NAME_LENGTH));
    groups.append("title").text(nodeTitle);
    groups.on("click", (event, node) => this.onselect(node));
  }

  // Classes, not shapes, tell what is selected, found, or beside it.
  mark() {
    const chosen = this.selected;
    const isBeside = (node) => chosen?.edges ? chosen === node : chosen?.from === node || chosen?.to === node;
    const isChosen = (edge) => edge === chosen || edge.from === chosen || edge.to === chosen;
    this.svg.classed("has-choice", Boolean(chosen));
    this.layers.edges.selectAll("g").attr("class", (edge) => `edge ${edge.style}${isChosen(edge) ? " chosen" : ""}`)
      .select(".line").attr("marker-end", (edge) => `url(#arrow-${isChosen(edge) ? "chosen" : edge.style})`);
    this.layers.nodes.selectAll("g").attr("tabindex", (node) => node === this.current ? 0 : -1).attr("aria-pressed", (node) => String(node === chosen))
      .attr("class", (node) => ["node", node.isOnCycle && "danger", isBeside(node) && "chosen", this.isFound(node) && "found"].filter(Boolean).join(" "));
  }

  isFound(node) {
    return this.text !== "" && `${node.label}\n${node.class}`.toLowerCase().includes(this.text);
  }

  search(text) {
    this.text = text;
    this.mark();
    const found = this.nodes.filter((node) => this.isFound(node));
    if (found.length) this.reveal(found[0]);
    return found.length;
  }

  select(what) {
    this.selected = what;
    const node = what.edges ? what : what.from;
    if (this.nodes.includes(node)) {
      this.current = node;
      this.reveal(node);
    }
    this.mark();
  }

  reveal(node) {
    const room = this.element;
    const x = (node.x + GRAPH_MARGIN) * this.scale, y = (node.y + GRAPH_MARGIN) * this.scale;
    if (x < room.scrollLeft || x + NODE_WIDTH * this.scale > room.scrollLeft + room.clientWidth) room.scrollLeft = x - room.clientWidth / 3;
    if (y < room.scrollTop || y + NODE_HEIGHT > room.scrollTop + room.clientHeight) room.scrollTop = y - room.clientHeight / 3;
  }

  zoom(scale) {
    this.scale = Math.min(3, Math.max(0.2, scale));
    const width = this.layout.width + 2 * GRAPH_MARGIN + 30, height = this.layout.height + 2 * GRAPH_MARGIN;
    this.svg.attr("viewBox", `${-GRAPH_MARGIN} ${-GRAPH_MARGIN} ${width} ${height}`)
      .attr("width", width * this.scale).attr("height", height * this.scale);
  }

  fit() {
    const width = this.layout.width + 2 * GRAPH_MARGIN + 30, height = this.layout.height + 2 * GRAPH_MARGIN;
    this.zoom(Math.min((this.element.clientWidth - 4) / width, window.innerHeight * 0.66 / height, 1));
  }

  neighbour(key) {
    const column = this.layout.columns.findIndex((list) => list.includes(this.current));
    const list = this.layout.columns[column];
    const row = list.indexOf(this.current);
    const nearest = (candidates) => candidates && d3.least(candidates, (node) => Math.abs(node.y - this.current.y));
    switch (key) {
      case "ArrowUp": return list[row - 1];
      case "ArrowDown": return list[row + 1];
      case "ArrowLeft": return nearest(this.layout.columns[column - 1]);
      case "ArrowRight": return nearest(this.layout.columns[column + 1]);
      case "Home": return this.layout.columns[0][0];
      case "End": return this.layout.columns[this.layout.columns.length - 1][0];
      default: return null;
    }
  }

  key(event) {
    const next = this.neighbour(event.key);
    if (event.key === "Enter" || event.key === " ") this.onselect(this.current);
    else if (next) this.current = next;
    else return;
    event.preventDefault();
    this.mark();
    this.reveal(this.current);
    this.layers.nodes.selectAll("g").filter((node) => node === this.current).node().focus({preventScroll: true});
  }
}

function orderButtons(title, edges, otherEnd, select) {
  if (!edges.length) return null;
  return make("div", {}, make("h3", {}, title), make("ul", {class: "orders"}, edges.map((edge) => make("li", {},
    linkButton(otherEnd(edge).label, () => select(edge)), make("span", {class: "soft"}, ` ${plural(edge.count, "situation")}`),
    edge.markText && make("span", {class: `badge ${edge.style}`}, edge.markText)))));
}

function nodeDetails(node, select, context) {
  return make("div", {}, make("h2", {}, node.label, make("span", {class: "kind"}, ` ${node.kind}`)),
    make("p", {class: "soft"}, `${node.class}${node.locks > 1 ? `, ${plural(node.locks, "lock")}` : ""}`),
    node.lock && make("p", {}, linkButton(node.locks > 1 ? "Show one of the locks" : "Show the lock", () => context.show("locks", {lock: node.lock}))),
    orderButtons("While it is held, asked for", node.edges.filter((edge) => edge.from === node), (edge) => edge.to, select),
    orderButtons("Asked for while held", node.edges.filter((edge) => edge.to === node), (edge) => edge.from, select));
}

function edgeDetails(edge, select) {
  const opposite = edge.from !== edge.to && edge.to.edges.find((other) => other.from === edge.to && other.to === edge.from);
  const side = (text, node, stack) => {
    const details = stackDetails(make("span", {}, text, make("b", {}, node.label), " at ", make("span", {class: "code"}, stack.site)), stack);
    details.open = true;
    return make("div", {class: "pair"}, details);
  };
  return make("div", {}, make("h2", {}, `${edge.from.label} \u2192 ${edge.to.label}`),
    make("p", {}, plural(edge.count, "situation"), edge.isDirect ? "" : ", never as the newest lock",
      make("span", {class: `badge ${edge.style}`}, edge.markText || "on no cycle")),
    side("holds ", edge.from, edge.heldStack), side("asks for ", edge.to, edge.wantedStack),
    opposite && make("p", {}, linkButton("The other way round", () => select(opposite))));
}

function graphLegend(graph) {
  const line = (style, text) => make("span", {}, make("i", {class: `order ${style}`}), text);
  return make("p", {class: "legend"}, line("plain", "held \u2192 asked for"), line("danger", "cycle that can happen"), line("weak", "weak cycle"),
    line("filtered", "cycle that a filter excludes"),
    make("span", {}, graph.by === "class" ? "a node is a class of locks" : "frames are classes of locks"),
    make("span", {}, make("kbd", {}, "\u2190 \u2191 \u2192 \u2193"), " node, ", make("kbd", {}, "Enter"), " its orders"));
}

const graphView = {
  key: "graph",
  title: "Lock order",
  isPresent: (report) => report.graph.edges.length > 0,
  build(report, context) {
    const {graph} = report;
    const details = make("section", {class: "card", id: "order-details", "aria-live": "polite"},
      make("p", {class: "soft"}, "Choose a lock or an arrow, or a line of the table."));
    const status = make("span", {class: "soft", "aria-live": "polite"});
    const choose = (what) => {
      drawing.select(what);
      details.replaceChildren(what.edges ? nodeDetails(what, choose, context) : edgeDetails(what, choose));
    };
    const drawing = new GraphDrawing(graph, choose);
    const table = new DataTable({label: "Orders", columns: ORDER_COLUMNS, rows: graph.edges, sort: "mark", onopen: choose});
    table.sortBy(ORDER_COLUMNS[2]);
    table.element.style.maxHeight = "320px";
    const search = searchBox("Search locks", (text) => {
      status.textContent = text && `${formatCount(drawing.search(text))} found`;
      if (!text) drawing.search("");
      table.setFilter((edge) => !text || `${edge.from.label}\n${edge.to.label}`.toLowerCase().includes(text));
    });
    const cycles = graph.edges.filter((edge) => edge.mark);
    const first = cycles.length && graph.nodes.length > GRAPH_CALM ? "cycles" : "all";
    drawing.show(first === "cycles");
    // {locks}: of a finding. Where a node is a class, the class has to do.
    this.open = ({locks}) => {
      const isMeant = (node) => locks.some((lock) => node.lock === lock || (graph.by === "class" && node.class === lock.class));
      const what = cycles.find((edge) => isMeant(edge.from) && isMeant(edge.to)) ?? graph.nodes.find(isMeant);
      if (!what) return;
      drawing.isFresh = false;
      choose(what);
    };
    return make("div", {},
      make("div", {class: "with-side narrow"},
        make("section", {class: "card"}, make("h2", {}, "Lock order"),
          make("div", {class: "tools"}, search, status,
            cycles.length > 0 && segments("Show", [["all", "all"], ["cycles", "cycles only"]], first, (what) => drawing.show(what === "cycles")),
            make("span", {class: "grow"}), plainButton("Zoom in", () => drawing.zoom(drawing.scale * 1.25)),
            plainButton("Zoom out", () => drawing.zoom(drawing.scale / 1.25)), plainButton("Fit", () => drawing.fit())),
          drawing.element, graphLegend(graph)), details),
      make("section", {class: "card"}, make("h2", {}, plural(graph.edges.length, "order")), table.element));
  },
  open() {},
};
