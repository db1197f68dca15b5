// The first screen: which lock, who waits, who blocks, what next.

function headline(report, locks) {
  const wait = d3.sum(locks, (lock) => lock.wait);
  const worst = d3.greatest(locks, (lock) => lock.wait);
  if (!wait) return ["No thread waited for a lock.", ""];
  const alive = d3.sum(report.threads, (thread) => thread.lifetime);
  const pair = mergePairs(worst.blames)[0];
  const first = `Threads waited ${formatTime(wait)} for locks, ${formatShare(wait, alive)} of their time; ` +
    `${formatShare(worst.wait, wait)} of it for ${worst.label}.`;
  return [first, pair ? `Mostly ${pair.waiter.site} waits, and ${pair.blocker.site} makes it wait.` : ""];
}

function figure(value, name) {
  return make("div", {class: "figure"}, make("b", {}, value), make("span", {class: "soft"}, name));
}

function figures(report, locks) {
  const total = (key) => d3.sum(locks, (lock) => lock[key]);
  return make("div", {class: "figures"},
    figure(formatTime(report.totals.duration), "duration"),
    figure(formatCount(d3.sum(report.processes, (process) => process.threads)), "threads"),
    figure(formatCount(locks.length), "locks"),
    figure(formatCount(total("acquisitions")), "acquisitions"),
    figure(formatShare(total("contended"), total("acquisitions")), "of them had to wait"),
    figure(formatTime(total("wait")), "waited for locks, in all"),
    figure(formatTime(d3.max(locks, (lock) => lock.waitMax) ?? 0), "longest wait"));
}

function pairCard(pair, whole, context) {
  return make("div", {class: "pair"},
    make("p", {}, make("b", {}, formatTime(pair.wait)), ` in ${plural(pair.count, "wait")}, ${formatTime(pair.waitMax)} at most, for `,
      linkButton(pair.lock.label, () => context.show("locks", {lock: pair.lock}))),
    shareBar(pair.wait, whole),
    make("div", {class: "ends"},
      make("span", {}, "waits at"), make("span", {class: "code waiter"}, pair.waiter.site),
      make("span", {}, "blocked by"), make("span", {class: "code blocker"}, pair.blocker.site)));
}

function lossNotes(report) {
  return report.processes.flatMap((process) => process.lost.map((text) =>
    make("p", {class: "note"}, `Lost while recording ${process.program} (pid ${process.pid}): ${text}`)));
}

// A program that hangs: who waited when the trace ended.
function waitingCard(report, context) {
  if (!report.waiting.length) return null;
  return make("section", {class: "card"}, make("h2", {}, "Still waiting when the trace ended"),
    report.waiting.slice(0, 20).map((waiting) => make("div", {class: "pair"},
      make("p", {}, make("b", {}, formatTime(waiting.wait)), ` ${waiting.thread?.name ?? "thread"} waits for `,
        waiting.lock ? linkButton(waiting.lock.label, () => context.show("locks", {lock: waiting.lock})) : "an object without a record"),
      make("div", {class: "ends"},
        make("span", {}, "waits at"), make("span", {class: "code waiter"}, waiting.stack.site),
        waiting.holder && [make("span", {}, "held by"),
          make("span", {class: "code blocker"}, `${waiting.holder.name}, ${waiting.holderStack.site}`)]))),
    report.waiting.length > 20 && make("p", {class: "soft"}, `and ${plural(report.waiting.length - 20, "more")}`));
}

function topLocks(locks, whole, context) {
  const top = d3.sort(locks, (a, b) => b.wait - a.wait).slice(0, 8).filter((lock) => lock.wait > 0);
  if (!top.length) return null;
  return make("section", {class: "card"}, make("h2", {}, "Locks by wait"),
    top.map((lock) => make("div", {class: "ranked"},
      linkButton(lock.label, () => context.show("locks", {lock})),
      make("span", {class: "number"}, formatTime(lock.wait)), shareBar(lock.wait, whole))));
}

function processCard(report) {
  return make("section", {class: "card"}, make("h2", {}, report.processes.length > 1 ? "Processes" : "Process"),
    report.processes.map((process) => make("dl", {class: "facts"},
      make("dt", {}, "program"), make("dd", {class: "code"}, process.executable || process.program),
      make("dt", {}, "arguments"), make("dd", {class: "code"}, process.arguments.slice(1).join(" ") || "none"),
      make("dt", {}, "pid"), make("dd", {}, String(process.pid)),
      make("dt", {}, "started"), make("dd", {}, new Date(process.started / 1e6).toISOString().replace("T", " ").slice(0, 19) + " UTC"),
      make("dt", {}, "end"), make("dd", {}, process.end))));
}

const overviewView = {
  key: "overview",
  title: "Overview",
  isPresent: () => true,
  build(report, context) {
    const locks = report.locks.filter((lock) => lock.isLock);
    const pairs = mergePairs(locks.flatMap((lock) => lock.blames));
    const whole = d3.sum(locks, (lock) => lock.wait);
    const [first, second] = headline(report, locks);
    return make("div", {}, make("h1", {}, first), second && make("p", {class: "soft"}, second), lossNotes(report),
      figures(report, locks),
      make("div", {class: "columns"},
        make("div", {}, waitingCard(report, context),
          make("section", {class: "card"}, make("h2", {}, "Who makes whom wait"),
            pairs.length ? pairs.slice(0, 8).map((pair) => pairCard(pair, whole, context))
                         : make("p", {class: "soft"}, "Nobody waited for anybody."))),
        make("div", {}, topLocks(locks, whole, context), checkCard(report, context), processCard(report))));
  },
};
