// What the timeline draws, and where things are in it; knows nothing of the screen.

const SLICE = ["thread", "kind", "begin", "length", "lock", "stack", "other", "blocker", "flags"];

function decodeSlice(raw, index, report) {
  const slice = {index, ...named(SLICE, raw)};
  slice.end = slice.begin + slice.length;
  slice.thread = report.threads[slice.thread];
  slice.lock = report.locks[slice.lock];
  slice.stack = report.stacks[slice.stack] ?? UNKNOWN_STACK;
  slice.other = report.threads[slice.other];
  return slice;
}

class TimelineModel {
  constructor(report, process) {
    const raw = report.timelines[process];
    this.slices = raw.slices.map((slice, index) => decodeSlice(slice, index, report)).filter((slice) => slice.thread);
    const byIndex = new Map(this.slices.map((slice) => [slice.index, slice]));
    for (const slice of this.slices) slice.blocker = byIndex.get(slice.blocker) ?? null;
    this.leftOut = raw.leftOut;
    this.bucket = raw.bucket;
    this.end = Math.max(report.processes[process].duration, d3.max(this.slices, (slice) => slice.end) ?? 0, 1);
    this.rows = report.threads.filter((thread) => thread.process === process).map((thread) => this.row(thread));
    this.rowOf = new Map(this.rows.map((row, i) => [row.thread, i]));
    for (const slice of this.slices) this.rows[this.rowOf.get(slice.thread)].lists[slice.kind].push(slice);
    for (const [thread, bucket, wait, hold] of raw.densities)
      if (report.threads[thread]) this.rows[this.rowOf.get(report.threads[thread])].densities.push({begin: bucket * raw.bucket, wait, hold});
    for (const row of this.rows) this.finish(row);
  }

  row(thread) {
    return {thread, lists: [[], [], []], densities: []};
  }

  // Holds of a thread may lie within each other: the longest reach says how far back to look.
  finish(row) {
    for (const list of row.lists) {
      list.sort((a, b) => a.begin - b.begin);
      list.longest = d3.max(list, (slice) => slice.length) ?? 0;
    }
    row.densities.sort((a, b) => a.begin - b.begin);
  }

  // Slices of one kind that touch [from, to], in the order of their begin.
  * between(row, kind, from, to) {
    const list = row.lists[kind];
    for (let i = d3.bisector((slice) => slice.begin).left(list, from - list.longest); i < list.length && list[i].begin <= to; i++)
      if (list[i].end >= from) yield list[i];
  }

  // The shortest slice at a time, so that of nested holds the inner one is found.
  at(row, kinds, time, tolerance) {
    let best = null;
    for (const kind of kinds)
      for (const slice of this.between(row, kind, time - tolerance, time + tolerance))
        if (!best || slice.length < best.length) best = slice;
    return best;
  }

  // The wait before or after a slice on the same thread.
  neighbour(slice, step) {
    const list = this.rows[this.rowOf.get(slice.thread)].lists[slice.kind];
    return list[list.indexOf(slice) + step] ?? null;
  }

  search(text) {
    return this.slices.filter((slice) => matchesSlice(slice, text)).sort((a, b) => a.begin - b.begin);
  }
}

function matchesSlice(slice, text) {
  return [slice.lock?.label ?? "", slice.thread.name, slice.stack.site].some((name) => name.toLowerCase().includes(text));
}

const VERBS = {[WAIT]: "waited for", [HOLD]: "held", [WAKE]: "woke waiters of"};

function describeSlice(slice) {
  const length = slice.kind === WAKE ? "" : ` ${formatTime(slice.length)}`;
  const end = slice.flags & UNFINISHED ? ", not over at the end of the trace" : slice.kind === WAIT && slice.flags & FAILED ? ", and gave up" : "";
  return `${slice.thread.name} ${VERBS[slice.kind]} ${slice.lock?.label ?? "an unknown lock"}${length}${end}`;
}
