// Threads over time: a row a thread, its waits and, below them, its holds. Drawn on a canvas that
// stays in place while the rows scroll; everything that can be done with the mouse can be done with
// keys, and what is selected is said in words below.

const LANE = 34, LABEL = 150, STATE_TOP = 5, STATE_HEIGHT = 15, HOLD_TOP = 22, HOLD_HEIGHT = 7;

class Timeline {
  constructor(model, onselect) {
    Object.assign(this, {model, onselect, selected: null, text: "", currentRow: 0});
    this.canvas = make("canvas");
    this.spacer = make("div");
    this.rowsElement = make("div", {class: "rows"}, this.canvas, this.spacer);
    this.axis = d3.create("svg").attr("class", "axis").attr("aria-hidden", "true");
    this.element = make("div", {class: "timeline", tabindex: "0", role: "application", "aria-label":
      "Timeline of threads. Arrow keys left and right move in time, up and down choose a thread, plus and minus zoom, " +
      "N and P select the next and previous wait, Enter goes to what ended it."}, this.axis.node(), this.rowsElement);
    this.rowsElement.addEventListener("scroll", () => this.draw());
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.canvas.addEventListener("click", (event) => this.click(event));
    this.zoom = d3.zoom().scaleExtent([1, model.end / 20]).on("zoom", (event) => this.zoomed(event.transform))
      .filter((event) => !event.ctrlKey && (event.type !== "wheel" || !event.shiftKey) && !event.button);
    this.transform = d3.zoomIdentity;
    d3.select(this.canvas).call(this.zoom).on("dblclick.zoom", null);
    new ResizeObserver(() => this.resize()).observe(this.element);
  }

  resize() {
    const width = this.element.clientWidth;
    if (!width) return;
    const wanted = this.model.rows.length * LANE;
    this.width = width;
    this.rowsElement.style.height = `${Math.min(wanted, 0.52 * window.innerHeight)}px`;
    this.height = this.rowsElement.clientHeight;
    this.spacer.style.height = `${Math.max(0, wanted - this.height)}px`;
    const ratio = window.devicePixelRatio || 1;
    Object.assign(this.canvas, {width: width * ratio, height: this.height * ratio});
    Object.assign(this.canvas.style, {width: `${width}px`, height: `${this.height}px`});
    this.context = this.canvas.getContext("2d");
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.base = d3.scaleLinear([0, this.model.end], [LABEL, width - 8]);
    this.zoom.extent([[LABEL, 0], [width - 8, this.height]]).translateExtent([[LABEL, -1e9], [width - 8, 1e9]]);
    this.zoomed(this.transform);
  }

  zoomed(transform) {
    this.transform = transform;
    if (!this.base) return;
    this.x = transform.rescaleX(this.base);
    this.draw();
  }

  domain() {
    return this.x.domain();
  }

  setDomain(from, to) {
    const [left, right] = this.base.range();
    const scale = Math.min(this.zoom.scaleExtent()[1], this.model.end / Math.max(1, to - from));
    const transform = d3.zoomIdentity.scale(scale).translate(left / scale - this.base(from), 0);
    d3.select(this.canvas).call(this.zoom.transform, transform);
    return right;
  }

  colors() {
    return Object.fromEntries(["wait", "hold", "run", "ink", "soft", "line", "card", "mark", "hover", "accent"].map((name) => [name, color(name)]));
  }

  draw() {
    if (!this.x) return;
    const colors = this.colors();
    const top = this.rowsElement.scrollTop;
    this.context.clearRect(0, 0, this.width, this.height);
    const first = Math.floor(top / LANE);
    const end = Math.min(this.model.rows.length, Math.ceil((top + this.height) / LANE));
    for (let i = first; i < end; i++) this.drawRow(i, i * LANE - top, colors);
    this.drawArrow(top, colors);
    this.drawAxis();
  }

  drawAxis() {
    const span = this.domain()[1] - this.domain()[0];
    const ticks = d3.axisBottom(this.x).ticks(Math.max(2, this.width / 140)).tickSize(4)
      .tickFormat((value) => this.tick(value, span));
    this.axis.call(ticks);
  }

  // As many digits as it takes to tell neighbours apart.
  tick(value, span) {
    if (value < 0) return "";
    const [factor, unit] = TIME_UNITS.find(([size]) => span >= size * 2) ?? TIME_UNITS.at(-1);
    return `${d3.format(",.3~f")(value / factor)} ${unit}`;
  }

  drawRow(index, y, colors) {
    const row = this.model.rows[index];
    const context = this.context;
    const [from, to] = this.domain();
    if (index === this.currentRow) {
      context.fillStyle = colors.hover;
      context.fillRect(0, y, this.width, LANE);
    }
    context.save();
    context.beginPath();
    context.rect(LABEL, y, this.width - LABEL, LANE);
    context.clip();
    context.fillStyle = colors.run;
    const begin = this.x(row.thread.begin);
    context.fillRect(begin, y + STATE_TOP + 6, Math.max(1, this.x(row.thread.end) - begin), 3);
    this.drawDensities(row, y, colors, from, to);
    this.drawSlices(row, HOLD, y + HOLD_TOP, HOLD_HEIGHT, colors.hold);
    this.drawSlices(row, WAIT, y + STATE_TOP, STATE_HEIGHT, colors.wait);
    this.drawSlices(row, WAKE, y + HOLD_TOP, HOLD_HEIGHT, colors.accent);
    context.restore();
    this.drawLabel(row, y, colors);
  }

  drawLabel(row, y, colors) {
    const context = this.context;
    context.fillStyle = colors.ink;
    context.font = "12.5px system-ui, sans-serif";
    context.fillText(row.thread.name, 10, y + 15, LABEL - 18);
    context.fillStyle = colors.soft;
    context.font = "11px system-ui, sans-serif";
    context.fillText(`waited ${formatTime(row.thread.wait)}`, 10, y + 28, LABEL - 18);
    context.fillStyle = colors.line;
    context.fillRect(0, y + LANE - 1, this.width, 1);
  }

  // What was too short to be kept: the paler, the less of the time it took.
  drawDensities(row, y, colors, from, to) {
    const context = this.context;
    const width = Math.max(1, this.x(this.model.bucket) - this.x(0));
    const parts = [["wait", colors.wait, y + STATE_TOP, STATE_HEIGHT], ["hold", colors.hold, y + HOLD_TOP, HOLD_HEIGHT]];
    for (const density of row.densities) {
      if (density.begin + this.model.bucket < from || density.begin > to) continue;
      for (const [key, paint, top, height] of parts) {
        if (!density[key]) continue;
        context.globalAlpha = 0.15 + 0.6 * Math.min(1, density[key] / this.model.bucket);
        context.fillStyle = paint;
        context.fillRect(this.x(density.begin), top, width, height);
      }
    }
    context.globalAlpha = 1;
  }

  drawSlices(row, kind, top, height, paint) {
    const context = this.context;
    const [from, to] = this.domain();
    let drawnTo = -1; // what falls into pixels that are drawn already changes nothing
    for (const slice of this.model.between(row, kind, from, to)) {
      const left = Math.max(LABEL - 2, this.x(slice.begin));
      const right = Math.min(this.width + 2, Math.max(this.x(slice.end), left + 1));
      const isMarked = this.text && matchesSlice(slice, this.text);
      if (right <= drawnTo && !isMarked && slice !== this.selected) continue;
      drawnTo = Math.max(drawnTo, right);
      context.globalAlpha = this.text && !isMarked ? 0.25 : 1;
      context.fillStyle = isMarked ? color("mark") : paint;
      context.fillRect(left, top, right - left - (right - left > 3 ? 0.5 : 0), height);
      context.globalAlpha = 1;
      if (slice === this.selected) this.outline(left, top, right - left, height);
      else if (kind === WAIT && right - left > 60) this.name(slice, left, right, top);
    }
  }

  outline(left, top, width, height) {
    this.context.strokeStyle = color("ink");
    this.context.lineWidth = 2;
    this.context.strokeRect(left - 1, top - 1, width + 2, height + 2);
  }

  name(slice, left, right, top) {
    this.context.fillStyle = color("card");
    this.context.font = "11px system-ui, sans-serif";
    const room = right - left - 8;
    const label = slice.lock?.label ?? "";
    if (this.context.measureText(label).width <= room) this.context.fillText(label, left + 4, top + 11.5);
  }

  drawArrow(top, colors) {
    const blocker = this.selected?.blocker;
    if (!blocker) return;
    const y = (slice, offset) => this.model.rowOf.get(slice.thread) * LANE - top + offset;
    const context = this.context;
    const from = [this.x(this.selected.begin), y(this.selected, STATE_TOP + STATE_HEIGHT / 2)];
    const to = [this.x(Math.max(blocker.begin, Math.min(blocker.end, this.selected.end))), y(blocker, HOLD_TOP + HOLD_HEIGHT / 2)];
    context.strokeStyle = context.fillStyle = colors.ink;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(...from);
    context.bezierCurveTo(from[0], (from[1] + to[1]) / 2, to[0], (from[1] + to[1]) / 2, ...to);
    context.stroke();
    context.beginPath();
    context.arc(...to, 4, 0, 2 * Math.PI);
    context.fill();
  }

  click(event) {
    const row = this.model.rows[Math.floor((event.offsetY + this.rowsElement.scrollTop) / LANE)];
    if (!row) return;
    this.currentRow = this.model.rowOf.get(row.thread);
    const tolerance = this.x.invert(3) - this.x.invert(0);
    const inRow = (event.offsetY + this.rowsElement.scrollTop) % LANE;
    const kinds = inRow >= HOLD_TOP - 1 ? [HOLD, WAKE] : [WAIT];
    this.select(this.model.at(row, kinds, this.x.invert(event.offsetX), tolerance), false);
  }

  select(slice, isShown = true) {
    this.selected = slice;
    if (slice) this.currentRow = this.model.rowOf.get(slice.thread);
    if (slice && isShown) this.reveal(slice);
    this.draw();
    this.onselect(slice);
  }

  // Brings a slice into view, wide enough to be seen.
  reveal(slice) {
    if (!this.x) this.resize();
    const [from, to] = this.domain();
    const span = to - from;
    const isTiny = slice.length < span / 200, isOutside = slice.begin < from || slice.end > to;
    if (isTiny || isOutside) {
      const wanted = isTiny ? Math.max(slice.length * 12, 2000) : Math.max(span, slice.length * 1.3);
      const middle = (slice.begin + slice.end) / 2;
      const left = Math.max(0, Math.min(this.model.end - wanted, middle - wanted / 2));
      this.setDomain(left, left + wanted);
    }
    this.revealRow();
  }

  revealRow() {
    const y = this.currentRow * LANE;
    const element = this.rowsElement;
    if (y < element.scrollTop || y + LANE > element.scrollTop + this.height) element.scrollTop = y - this.height / 2;
  }

  pan(share) {
    const [from, to] = this.domain();
    d3.select(this.canvas).call(this.zoom.translateBy, -share * (this.base.range()[1] - LABEL) / this.transform.k, 0);
    return from !== this.domain()[0] || to;
  }

  scale(factor) {
    d3.select(this.canvas).call(this.zoom.scaleBy, factor);
  }

  showAll() {
    d3.select(this.canvas).call(this.zoom.transform, d3.zoomIdentity);
  }

  chooseRow(step) {
    this.currentRow = Math.min(this.model.rows.length - 1, Math.max(0, this.currentRow + step));
    this.revealRow();
    this.draw();
    const thread = this.model.rows[this.currentRow].thread;
    announce(`${thread.name}, waited ${formatTime(thread.wait)}`);
  }

  // From the selection to the next wait of its thread, or to the first that is in view.
  next(step) {
    const row = this.model.rows[this.currentRow];
    if (this.selected?.thread === row.thread) {
      this.select(this.model.neighbour(this.selected, step) ?? this.selected);
      return;
    }
    const [from, to] = this.domain();
    const first = this.model.between(row, WAIT, from, to).next().value ?? row.lists[WAIT][0];
    if (first) this.select(first);
    else announce("This thread has no wait in the timeline");
  }

  toBlocker() {
    if (this.selected?.blocker) this.select(this.selected.blocker);
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const actions = {
      ArrowLeft: () => this.pan(-0.2), ArrowRight: () => this.pan(0.2), ArrowUp: () => this.chooseRow(-1), ArrowDown: () => this.chooseRow(1),
      "+": () => this.scale(2), "=": () => this.scale(2), "-": () => this.scale(0.5), "0": () => this.showAll(), Home: () => this.showAll(),
      n: () => this.next(1), p: () => this.next(-1), Enter: () => this.toBlocker(), Escape: () => this.select(null),
    };
    if (!(event.key in actions)) return;
    actions[event.key]();
    event.preventDefault();
  }
}

function selectionDetails(slice, timeline, context) {
  if (!slice) return [make("p", {class: "soft"}, "Select a wait or a hold to see what it was.")];
  const other = slice.blocker?.thread ?? slice.other;
  return [
    make("p", {}, make("b", {}, describeSlice(slice)), make("span", {class: "soft"}, `, from ${formatTime(slice.begin)} on`)),
    slice.kind === WAIT && make("p", {}, other ? `It ended with ${other.name} ` : "What ended it is not known. ",
      slice.blocker ? plainButton("Go to what ended it", () => timeline.select(slice.blocker))
                    : make("span", {class: "soft"}, other ? "(the hold itself was not recorded; --events=all records every one)" : "")),
    make("p", {}, slice.lock && plainButton("Show the lock", () => context.show("locks", {lock: slice.lock}))),
    make("h3", {}, {[WAIT]: "Waited at", [HOLD]: "Acquired at", [WAKE]: "Woke at"}[slice.kind]), stackList(slice.stack)];
}

const LONGEST_COLUMNS = [
  {key: "thread", title: "Thread", kind: "text", value: (slice) => slice.thread.name},
  {key: "lock", title: "Lock", kind: "text", value: (slice) => slice.lock?.label ?? ""},
  {key: "begin", title: "At", kind: "time", value: (slice) => slice.begin},
  {key: "length", title: "Waited", kind: "time", value: (slice) => slice.length},
  {key: "other", title: "Ended by", kind: "text", value: (slice) => slice.other?.name ?? ""},
  {key: "site", title: "Call site", kind: "text", width: "30%", value: (slice) => slice.stack.site},
];

// Steps through the slices whose lock, thread or call site has the text.
class TimelineSearch {
  constructor(timeline) {
    Object.assign(this, {timeline, found: [], at: -1});
    this.status = make("span", {class: "soft", "aria-live": "polite"});
    this.input = searchBox("Search locks, threads, call sites", (text) => this.search(text));
    this.input.addEventListener("keydown", (event) => { if (event.key === "Enter") this.step(event.shiftKey ? -1 : 1); });
    this.buttons = [plainButton("Previous", () => this.step(-1)), plainButton("Next", () => this.step(1))];
    this.search("");
  }

  search(text) {
    this.found = text ? this.timeline.model.search(text) : [];
    this.at = -1;
    this.timeline.text = text;
    this.timeline.draw();
    this.tell();
  }

  tell() {
    for (const button of this.buttons) button.disabled = !this.found.length;
    this.status.textContent = !this.timeline.text ? "" : this.at < 0 ? `${formatCount(this.found.length)} found`
      : `${formatCount(this.at + 1)} of ${formatCount(this.found.length)}`;
  }

  step(by) {
    if (!this.found.length) return;
    this.at = (this.at + by + this.found.length + (this.at < 0 && by < 0 ? 1 : 0)) % this.found.length;
    this.timeline.select(this.found[this.at]);
    this.tell();
  }
}

function legend(model) {
  const entry = (name, text) => make("span", {}, make("i", {style: `background:var(--${name})`}), text);
  return make("p", {class: "legend"}, entry("run", "alive"), entry("wait", "waiting"), entry("hold", "holding"),
    model.leftOut > 0 && make("span", {}, `${plural(model.leftOut, "shorter slice")} only as pale colour`),
    make("span", {}, "drag and wheel, or ", make("kbd", {}, "\u2190 \u2192"), " ", make("kbd", {}, "+ \u2212 0"), " time, ",
      make("kbd", {}, "\u2191 \u2193"), " thread, ", make("kbd", {}, "N P"), " next and previous wait, ", make("kbd", {}, "Enter"), " what ended it"));
}

function processTimeline(report, process, context) {
  const model = new TimelineModel(report, process);
  if (!model.slices.length)
    return {element: make("p", {class: "empty"}, "No waits or holds were recorded as events.")};
  const selection = make("div", {class: "selection", "aria-live": "polite"});
  const timeline = new Timeline(model, (slice) => selection.replaceChildren(
    ...selectionDetails(slice, timeline, context).filter(Boolean)));
  const search = new TimelineSearch(timeline);
  const longest = new DataTable({label: "Longest waits", columns: LONGEST_COLUMNS, sort: "length",
    rows: model.slices.filter((slice) => slice.kind === WAIT), onopen: (slice) => timeline.select(slice)});
  longest.element.style.maxHeight = "300px";
  selection.replaceChildren(...selectionDetails(null));
  const element = make("div", {},
    make("div", {class: "tools"}, search.input, search.buttons, search.status, make("span", {class: "grow"}),
      plainButton("Zoom in", () => timeline.scale(2)), plainButton("Zoom out", () => timeline.scale(0.5)), plainButton("Whole run", () => timeline.showAll())),
    timeline.element, legend(model), selection, make("h2", {style: "margin-top:18px"}, "Waits"), longest.element);
  return {element, timeline, search, model};
}

const timelineView = {
  key: "timeline",
  title: "Timeline",
  isPresent: (report) => report.timelines.some((timeline) => timeline.slices.length),
  build(report, context) {
    const place = make("div");
    const show = (process) => {
      this.shown = processTimeline(report, process, context);
      this.process = process;
      place.replaceChildren(this.shown.element);
    };
    const chooser = report.processes.length > 1 &&
      selectBox("Process", report.processes.map((process, i) => [i, `${process.program} (pid ${process.pid})`]), (value) => show(Number(value)));
    this.showProcess = (process) => {
      if (process !== this.process) show(process);
      if (chooser) chooser.querySelector("select").value = process;
    };
    show(0);
    return make("section", {class: "card"}, make("div", {class: "tools"}, make("h2", {style: "margin:0"}, "Threads over time"), chooser), place);
  },
  // {thread} shows a thread's waits, {search} looks for a text.
  open({thread, search}) {
    if (thread) this.showProcess(thread.process);
    const {timeline, model, search: box} = this.shown;
    if (!timeline) return;
    timeline.resize();
    if (thread) {
      timeline.currentRow = model.rowOf.get(thread);
      timeline.revealRow();
      timeline.draw();
    }
    if (search !== undefined) {
      box.input.value = search;
      box.search(search.toLowerCase());
    }
  },
};
