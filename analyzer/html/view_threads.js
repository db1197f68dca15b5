// Each thread: how long it lived, waited, and made others wait.

const THREAD_COLUMNS = [
  {key: "name", title: "Thread", kind: "text", width: "24%", value: (thread) => thread.name},
  {key: "tid", title: "Thread id", kind: "text", value: (thread) => String(thread.tid)},
  {key: "wait", title: "Waited", kind: "time", value: (thread) => thread.wait},
  {key: "waits", title: "Waits", kind: "count", value: (thread) => thread.waits},
  {key: "share", title: "Of its time", kind: "share", value: (thread) => thread.lifetime ? Math.min(1, thread.wait / thread.lifetime) : 0},
  {key: "blocked", title: "Made others wait", kind: "time", value: (thread) => thread.blocked},
  {key: "lifetime", title: "Lifetime", kind: "time", value: (thread) => thread.lifetime},
];

const threadsView = {
  key: "threads",
  title: "Threads",
  isPresent: (report) => report.threads.length > 0,
  build(report, context) {
    const table = new DataTable({label: "Threads", columns: THREAD_COLUMNS, rows: report.threads, sort: "wait",
      onopen: (thread) => context.show("timeline", {thread})});
    const search = searchBox("Filter threads", (text) =>
      table.setFilter((thread) => !text || `${thread.name} ${thread.tid}`.toLowerCase().includes(text)));
    return make("section", {class: "card"}, make("h2", {}, plural(report.threads.length, "thread")),
      make("div", {class: "tools"}, search, make("span", {class: "soft"}, "Enter or click shows a thread in the timeline")), table.element);
  },
  open() {},
};
