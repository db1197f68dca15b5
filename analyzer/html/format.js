// Numbers as the text report writes them: three digits, and a unit that fits.

const TIME_UNITS = [[1e9, "s"], [1e6, "ms"], [1e3, "\u00b5s"], [1, "ns"]];

function formatTime(ns) {
  if (!ns) return "0";
  if (ns >= 60e9) return `${Math.floor(ns / 60e9)} min ${String(Math.floor(ns / 1e9) % 60).padStart(2, "0")} s`;
  const [factor, unit] = TIME_UNITS.find(([size]) => ns >= size) || [1, "ns"];
  const value = ns / factor;
  if (unit === "ns") return `${Math.round(value)} ns`;
  return `${value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)} ${unit}`;
}

const formatCount = d3.format(",d");

function formatShare(part, whole) {
  if (!whole) return "\u2013";
  const percent = 100 * part / whole;
  if (percent > 0 && percent < 0.1) return "<0.1 %";
  return `${percent.toFixed(1)} %`;
}

function plural(count, one, many = `${one}s`) {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
