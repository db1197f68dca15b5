// Elements from JavaScript. Texts only ever become text nodes and attribute values: nothing that a
// trace says is read as HTML.

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function linkButton(text, onclick, attributes = {}) {
  return make("button", {type: "button", class: "link", onclick, ...attributes}, text);
}

function plainButton(text, onclick, attributes = {}) {
  return make("button", {type: "button", class: "plain", onclick, ...attributes}, text);
}

function searchBox(label, oninput) {
  const input = make("input", {type: "search", placeholder: label, "aria-label": label, spellcheck: "false"});
  input.addEventListener("input", () => oninput(input.value.trim().toLowerCase()));
  return input;
}

function selectBox(label, choices, onchange) {
  const select = make("select", {}, choices.map(([value, text]) => make("option", {value}, text)));
  select.addEventListener("change", () => onchange(select.value));
  return make("label", {}, label, select);
}

// Buttons of which one is pressed.
function segments(label, choices, chosen, onchoose) {
  const buttons = choices.map(([value, text]) =>
    make("button", {type: "button", "data-value": value, "aria-pressed": String(value === chosen)}, text));
  for (const button of buttons) {
    button.addEventListener("click", () => {
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      onchoose(button.dataset.value);
    });
  }
  return make("div", {class: "segments", role: "group", "aria-label": label}, buttons);
}

function announce(text) {
  document.getElementById("announce").textContent = text;
}

function shareBar(part, whole, kind = "wait") {
  const bar = make("span", {class: `bar ${kind}`}, make("i"));
  bar.firstChild.style.width = `${whole ? 100 * part / whole : 0}%`;
  return bar;
}

function stackList(stack) {
  if (!stack.frames.length) return make("p", {class: "soft"}, "Nobody knows.");
  const items = stack.frames.map((frame, i) => make("li", {class: i === stack.siteIndex ? "site code" : "code"},
    frame.function, frame.isInlined ? make("span", {class: "soft"}, " (inlined)") : "",
    make("span", {class: "soft"}, ` ${frame.file ? `${frame.file}:${frame.line}` : frame.module ?? ""}`)));
  return make("ol", {class: "stack"}, items, stack.isCut && make("li", {class: "soft"}, "outer frames were not recorded"));
}

function stackDetails(summary, stack) {
  const details = make("details", {}, make("summary", {}, summary));
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(stackList(stack));
  });
  return details;
}

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
