// What `lockjam check` found: what counts, opened where it matters, then what was filtered and why.

const FINDINGS_OPEN = 3; // errors that are unfolded at first

function useDetails(use) {
  const mode = use.isShared ? " for reading" : "";
  const text = [`${use.verb} `, make("b", {}, use.name), mode];
  if (use.stack === UNKNOWN_STACK) return make("p", {}, text);
  const kind = use.role === "wants" ? "waiter" : "blocker";
  return stackDetails(make("span", {}, text, ", at ", make("span", {class: `code ${kind}`}, use.stack.site)), use.stack);
}

function threadTitle({thread, tid}) {
  return make("h4", {}, `Thread ${thread}`, tid ? make("span", {class: "soft"}, ` (tid ${tid})`) : "");
}

function findingEdge(edge) {
  return make("div", {class: "pair"}, threadTitle(edge), useDetails({...edge.holds, role: "holds"}),
    useDetails({...edge.wants, role: "wants"}), edge.also.length > 0 && make("p", {}, `and holds ${edge.also.join(", ")}`));
}

function findingParty(party) {
  return make("div", {class: "pair"}, threadTitle(party), party.role && make("p", {}, party.role),
    party.stack !== UNKNOWN_STACK && stackDetails(make("span", {}, "at ", make("span", {class: "code"}, party.stack.site)), party.stack));
}

function cycleText(edges) {
  return [...edges.map((edge) => edge.holds.name), edges[edges.length - 1].wants.name].join(" \u2192 ");
}

function findingLocks(finding) {
  const uses = finding.edges.flatMap((edge) => [edge.holds, edge.wants]);
  return [...new Set(uses.map((use) => use.lock).filter(Boolean))];
}

function findingBody(finding, report, context) {
  const facts = [];
  if (finding.edges.length) facts.push(["Cycle", cycleText(finding.edges)]);
  if (finding.filter) facts.push(["Not counted", `${finding.filter}: ${finding.evidence}`]);
  facts.push(["Why", finding.why], ["Fix", finding.advice]);
  if (report.processes.length > 1) facts.push(["Process", `${report.processes[finding.process].program} (pid ${report.processes[finding.process].pid})`]);
  facts.push(["Id", make("span", {class: "code"}, finding.id)]);
  const locks = findingLocks(finding);
  return make("div", {class: "finding-body"}, finding.edges.map(findingEdge), finding.parties.map(findingParty),
    make("dl", {class: "facts"}, facts.map(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])),
    make("p", {class: "tools"},
      locks.length > 0 && graphView.isPresent(report) && plainButton("Show in the graph", () => context.show("graph", {locks})),
      locks.map((lock) => linkButton(lock.label, () => context.show("locks", {lock})))),
    make("details", {}, make("summary", {}, "Suppression for this finding"), make("pre", {class: "code"}, finding.suppression.join("\n"))));
}

function findingDetails(finding, isOpen, report, context) {
  const summary = make("summary", {},
    make("span", {class: `badge ${finding.severity}`}, finding.severity), make("span", {class: "badge"}, finding.grade),
    make("h3", {}, finding.kind), make("span", {class: "message"}, `${finding.message}.`),
    finding.count > 1 && make("span", {class: "soft"}, ` ${formatCount(finding.count)} times`));
  const details = make("details", {class: `card finding ${finding.severity}`, "data-finding": finding.id}, summary);
  const fill = () => details.children.length === 1 && details.append(findingBody(finding, report, context));
  details.addEventListener("toggle", () => details.open && fill());
  details.open = isOpen;
  if (isOpen) fill();
  return details;
}

function filteredDetails(findings, report, context) {
  const {filtered, unlisted} = report.findings;
  const counts = d3.rollups(filtered, (list) => list.length, (finding) => finding.filter).map(([name, count]) => `${formatCount(count)} ${name}`);
  if (unlisted) counts.push(`${formatCount(unlisted)} more that are not listed`);
  const shown = findings.filter((finding) => finding.filter);
  const details = make("details", {id: "filtered", class: "card"},
    make("summary", {}, make("h2", {}, `${formatCount(filtered.length + unlisted)} not counted`), ` ${counts.join(", ")}`));
  details.append(...shown.map((finding) => findingDetails(finding, false, report, context)));
  return details;
}

function findingText(finding) {
  const names = finding.edges.flatMap((edge) => [edge.thread, edge.holds.name, edge.wants.name]);
  return [finding.kind, finding.message, finding.id, finding.filter, ...names].join("\n").toLowerCase();
}

const findingsView = {
  key: "findings",
  title: "Findings",
  isPresent: (report) => report.findings.items.length + report.findings.filtered.length > 0,
  build(report, context) {
    const {items, filtered, verdict, losses} = report.findings;
    const list = make("div");
    const state = {text: "", severity: "all"};
    const refill = () => {
      const isMeant = (finding) => (state.severity === "all" || finding.severity === state.severity) &&
        (!state.text || findingText(finding).includes(state.text));
      const shown = items.filter(isMeant);
      list.replaceChildren(...shown.map((finding, i) =>
        findingDetails(finding, i < FINDINGS_OPEN && finding.severity !== "note", report, context)));
      if (!shown.length) list.append(make("p", {class: "empty"}, items.length ? "Nothing to show." : "Nothing that counts was found."));
      if (filtered.length || report.findings.unlisted) list.append(filteredDetails(filtered.filter(isMeant), report, context));
      announce(plural(shown.length, "finding"));
    };
    const severities = ["error", "warning", "note"].map((name) => [name, items.filter((item) => item.severity === name).length]);
    const choices = [["all", `all ${formatCount(items.length)}`],
      ...severities.filter(([, count]) => count).map(([name, count]) => [name, plural(count, name)])];
    refill();
    return make("div", {}, make("h1", {}, `${verdict}.`), make("p", {class: "soft"}, `${losses}.`),
      make("div", {class: "tools"}, searchBox("Filter findings", (text) => { state.text = text; refill(); }),
        items.length > 0 && segments("Severity", choices, "all", (severity) => { state.severity = severity; refill(); })), list);
  },
};

// For the overview: the verdict, and the way to the findings.
function checkCard(report, context) {
  const {verdict, items, filtered, dependencies} = report.findings;
  const isBad = items.some((item) => item.severity === "error");
  return make("section", {class: "card"}, make("h2", {}, "Check"), make("p", {class: isBad ? "note" : null}, `${verdict}.`),
    make("p", {class: "soft"}, `${plural(dependencies, "situation")} in which one lock was asked for under another.`),
    make("p", {class: "tools"},
      findingsView.isPresent(report) && linkButton(`${plural(items.length, "finding")}, ${formatCount(filtered.length)} not counted`, () => context.show("findings")),
      graphView.isPresent(report) && linkButton("Lock-order graph", () => context.show("graph"))));
}
