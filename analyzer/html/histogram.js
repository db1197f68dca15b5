// Durations by powers of two, as bars; the same numbers as a table for those who do not see them.

const LAST_BUCKET = 1e15; // an upper bound that large means "and everything above"

function percentile(buckets, share) {
  const total = d3.sum(buckets, (bucket) => bucket[1]);
  let seen = 0;
  for (const [upper, count] of buckets) {
    seen += count;
    if (seen >= share * total) return upper;
  }
  return 0;
}

function formatUpper(upper) {
  return upper > LAST_BUCKET ? "more" : `< ${formatTime(upper)}`;
}

function histogramTable(buckets) {
  return make("table", {class: "hidden"}, buckets.map(([upper, count]) =>
    make("tr", {}, make("th", {scope: "row"}, formatUpper(upper)), make("td", {}, formatCount(count)))));
}

function histogramBars(svg, buckets, width, height) {
  const x = d3.scaleBand(buckets.map(([upper]) => upper), [0, width]).padding(0.12);
  const y = d3.scaleLinear([0, d3.max(buckets, (bucket) => bucket[1])], [height, 14]);
  svg.selectAll("rect").data(buckets).join("rect").attr("x", (d) => x(d[0])).attr("width", x.bandwidth())
    .attr("y", (d) => Math.min(height - 1, y(d[1]))).attr("height", (d) => Math.max(1, height - y(d[1])))
    .append("title").text((d) => `${formatUpper(d[0])}: ${formatCount(d[1])}`);
  const step = Math.ceil(buckets.length / 7);
  svg.append("g").attr("class", "axis").attr("transform", `translate(0,${height})`)
    .call(d3.axisBottom(x).tickValues(buckets.map((d) => d[0]).filter((_, i) => i % step === 0)).tickFormat(formatUpper).tickSize(3));
}

// All buckets between the first and the last: a gap is a fact too.
function fillGaps(buckets) {
  const filled = [];
  for (const [upper, count] of buckets) {
    const last = filled.at(-1)?.[0];
    for (let between = last * 2; last && upper < LAST_BUCKET && between < upper * 0.75; between *= 2) filled.push([between, 0]);
    filled.push([upper, count]);
  }
  return filled;
}

function histogram(title, buckets, kind) {
  const card = make("div", {}, make("h3", {}, title));
  if (!buckets.length) {
    card.append(make("p", {class: "soft"}, "None."));
    return card;
  }
  const svg = d3.create("svg").attr("class", `histogram ${kind}`).attr("viewBox", "0 0 420 122").attr("aria-hidden", "true");
  histogramBars(svg, fillGaps(buckets), 420, 98);
  const sizes = [[0.5, "half"], [0.9, "90 %"], [0.99, "99 %"]].map(([share, name]) =>
    `${name} ${formatUpper(percentile(buckets, share))}`);
  card.append(make("p", {class: "soft"}, sizes.join(" \u00b7 ")), svg.node(), histogramTable(buckets));
  return card;
}
