// The report's data, decoded: lists of numbers become objects, positions become references.
// What the fields are and in which order: analyzer/render/html/render_html_data.c.

const TOTALS = ["acquisitions", "contended", "tryFailures", "timeouts", "wait", "waitMax", "hold", "holdMax"];
const THREAD = ["name", "process", "tid", "lifetime", "wait", "waits", "blocked"];
const WAIT = 0, HOLD = 1, WAKE = 2;
const FAILED = 1, UNFINISHED = 2, SHARED = 4, BROADCAST = 8;
const UNKNOWN_STACK = {site: "(unknown)", function: "(unknown)", frames: [], index: -1};

function named(keys, values) {
  return Object.fromEntries(keys.map((key, i) => [key, values[i]]));
}

function baseName(path) {
  return path.slice(path.lastIndexOf("/") + 1);
}

function decodeFrame(raw, texts) {
  const [name, file, line, module, offset, isInlined] = raw;
  const frame = {function: texts[name] ?? "(unknown)", file: texts[file] ?? null, line,
                 module: texts[module] ?? null, offset, isInlined: Boolean(isInlined)};
  frame.place = frame.file ? `${frame.function} ${baseName(frame.file)}:${line}` : frame.function;
  return frame;
}

function decodeStack(raw, frames, index) {
  const [site, isCut, ...numbers] = raw;
  const stack = {index, isCut: Boolean(isCut), siteIndex: site, frames: numbers.map((number) => frames[number])};
  const at = stack.frames[site];
  stack.site = at ? at.place : "(unknown)";
  stack.function = at ? at.function : "(unknown)";
  return stack;
}

function decodeLock(raw, index, report) {
  const lock = {...raw, ...named(TOTALS, raw.totals), index, pid: report.processes[raw.process].pid,
                created: raw.created < 0 ? null : report.stacks[raw.created]};
  lock.sites = raw.sites.map(([stack, mode, totals]) => ({
    ...named(TOTALS, totals), lock, mode: mode ? "shared" : "exclusive", stack: report.stacks[stack] ?? UNKNOWN_STACK}));
  lock.blames = raw.blames.map(([waiter, blocker, count, wait, waitMax]) => ({
    lock, waiter: report.stacks[waiter] ?? UNKNOWN_STACK, blocker: report.stacks[blocker] ?? UNKNOWN_STACK,
    count, wait, waitMax}));
  return lock;
}

function decodeThread(raw, index) {
  const [name, numbers] = raw;
  const thread = {index, ...named(THREAD, [name, ...numbers])};
  [thread.begin, thread.end] = numbers.slice(THREAD.length - 1);
  return thread;
}

// Locks of one name are told apart by their numbers, in every view alike.
function distinguish(locks) {
  const counts = d3.rollup(locks, (list) => list.length, (lock) => lock.name);
  for (const lock of locks)
    lock.label = counts.get(lock.name) > 1 ? `${lock.name} #${lock.id}` : lock.name;
}

function decodeFinding(raw, report) {
  const place = (use) => ({...use, stack: report.stacks[use.stack] ?? UNKNOWN_STACK, lock: report.locks[use.lock] ?? null});
  return {...raw, parties: raw.parties.map(place),
          edges: raw.edges.map((edge) => ({...edge, holds: place(edge.holds), wants: place(edge.wants)}))};
}

function decodeFindings(raw, report) {
  const decode = (finding) => decodeFinding(finding, report);
  return {...raw, items: raw.items.map(decode), filtered: raw.filtered.map(decode)};
}

// An edge's mark: above 0 a grade, below a filter. rank: what is drawn last, on top of others.
function decodeOrder([from, to, count, isDirect, mark, process, held, wanted], graph, report) {
  const edge = {from: graph.nodes[from], to: graph.nodes[to], count, mark, process, isDirect: Boolean(isDirect),
                isDrawn: Boolean(isDirect || mark), heldStack: report.stacks[held] ?? UNKNOWN_STACK,
                wantedStack: report.stacks[wanted] ?? UNKNOWN_STACK};
  edge.markText = mark > 0 ? graph.grades[mark] : mark < 0 ? `excluded: ${graph.filters[-mark]}` : "";
  edge.style = mark > 1 ? "danger" : mark > 0 ? "weak" : mark < 0 ? "filtered" : "plain";
  edge.rank = mark > 0 ? mark + 1 : mark < 0 ? 1 : 0;
  return edge;
}

function decodeGraph(raw, report) {
  const graph = {...raw};
  graph.nodes = raw.nodes.map((node, index) => ({...node, index, lock: report.locks[node.lock] ?? null, edges: []}));
  const counts = d3.rollup(graph.nodes, (list) => list.length, (node) => node.name);
  for (const node of graph.nodes)
    node.label = counts.get(node.name) > 1 && node.lock ? `${node.name} #${node.lock.id}` : node.name;
  graph.edges = raw.edges.map((edge) => decodeOrder(edge, graph, report));
  for (const edge of graph.edges) {
    for (const node of new Set([edge.from, edge.to])) {
      node.edges.push(edge);
      node.isOnCycle ||= edge.mark > 0;
    }
  }
  return graph;
}

function decodeReport(raw) {
  const report = {...raw};
  const frames = raw.frames.map((frame) => decodeFrame(frame, raw.texts));
  report.stacks = raw.stacks.map((stack, index) => decodeStack(stack, frames, index));
  report.locks = raw.locks.map((lock, index) => decodeLock(lock, index, report));
  report.threads = raw.threads.map(decodeThread);
  report.waiting = raw.waiting.map(([thread, lock, stack, wait, holder, holderStack]) => ({
    thread: report.threads[thread], lock: report.locks[lock], stack: report.stacks[stack] ?? UNKNOWN_STACK, wait,
    holder: report.threads[holder], holderStack: report.stacks[holderStack] ?? UNKNOWN_STACK}));
  distinguish(report.locks);
  report.findings = decodeFindings(raw.check, report);
  report.graph = decodeGraph(raw.graph, report);
  return report;
}

// Blames of the same call sites, whatever way led there; the costliest first.
function mergePairs(blames) {
  const pairs = new Map();
  for (const blame of blames) {
    const key = `${blame.lock.index}\n${blame.waiter.site}\n${blame.blocker.site}`;
    const pair = pairs.get(key);
    if (!pair) {
      pairs.set(key, {...blame});
      continue;
    }
    pair.count += blame.count;
    pair.wait += blame.wait;
    pair.waitMax = Math.max(pair.waitMax, blame.waitMax);
  }
  return [...pairs.values()].sort((a, b) => b.wait - a.wait);
}
