// The report's data, decoded: lists of numbers become objects, positions become references.
// What the fields are and in which order: analyzer/render_html_data.c.

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
