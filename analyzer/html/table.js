// A table of any length: sorts and filters all rows, but puts only those on the page that are seen.
//
// columns: [{key, title, kind: "text" | "time" | "count" | "share" | "bar", width, value(row), show(row)}]
// Keys: arrows, Page Up and Down, Home and End move along the rows, Enter opens one.

const ROW_HEIGHT = 31;
const SHOW = {
  text: (value) => value,
  time: (value) => formatTime(value),
  count: (value) => formatCount(value),
  share: (value) => formatShare(value, 1),
};

class DataTable {
  constructor({label, columns, rows, sort, onopen, matches}) {
    Object.assign(this, {label, columns, all: rows, onopen, matches});
    this.sortColumn = columns.find((column) => column.key === sort) || columns[0];
    this.isDescending = this.sortColumn.kind !== "text";
    this.filter = () => true;
    this.current = 0;
    this.selected = null;
    this.build();
    this.update();
  }

  build() {
    this.head = make("tr", {"aria-rowindex": "1"}, this.columns.map((column) => this.heading(column)));
    this.body = make("tbody");
    this.table = make("table", {"aria-label": this.label, role: "grid"},
      make("colgroup", {}, this.columns.map((column) => make("col", {style: column.width ? `width:${column.width}` : null}))),
      make("thead", {}, this.head), this.body);
    this.element = make("div", {class: "scroll", "data-table": this.label}, this.table);
    this.element.addEventListener("scroll", () => this.draw());
    this.body.addEventListener("click", (event) => this.click(event));
    this.body.addEventListener("keydown", (event) => this.key(event));
    // Rows must not be replaced between the press and the release of a button: only for more room.
    new ResizeObserver(() => { if (this.element.clientHeight > this.drawnHeight) this.draw(); }).observe(this.element);
  }

  heading(column) {
    const button = make("button", {type: "button", "data-key": column.key, title: column.help ?? `Sort by ${column.title}`},
      column.title);
    button.addEventListener("click", () => this.sortBy(column));
    return make("th", {scope: "col", class: column.kind === "text" ? null : "number"}, button);
  }

  sortBy(column) {
    this.isDescending = this.sortColumn === column ? !this.isDescending : column.kind !== "text";
    this.sortColumn = column;
    this.update();
    announce(`Sorted by ${column.title}, ${this.isDescending ? "largest" : "smallest"} first`);
  }

  setFilter(filter) {
    this.filter = filter;
    this.update();
    announce(plural(this.rows.length, "row"));
  }

  update() {
    const {value, kind} = this.sortColumn;
    const sign = this.isDescending ? -1 : 1;
    const keyed = this.all.filter(this.filter).map((row) => [value(row), row]);
    keyed.sort(kind === "text" ? (a, b) => sign * (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)
                               : (a, b) => sign * (a[0] - b[0]));
    this.rows = keyed.map((pair) => pair[1]);
    this.columns.forEach((column, i) => {
      const cell = this.head.children[i];
      if (column === this.sortColumn) cell.setAttribute("aria-sort", this.isDescending ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    });
    this.table.setAttribute("aria-rowcount", this.rows.length + 1);
    this.current = 0;
    this.element.scrollTop = 0;
    this.draw();
  }

  draw() {
    const room = this.element.clientHeight || 600;
    this.drawnHeight = room;
    const first = Math.max(0, Math.floor(this.element.scrollTop / ROW_HEIGHT) - 10);
    const end = Math.min(this.rows.length, first + Math.ceil(room / ROW_HEIGHT) + 20);
    const focused = document.activeElement?.closest?.("tr[data-row]");
    const hadFocus = focused && this.body.contains(focused);
    this.body.replaceChildren(this.space(first), ...d3.range(first, end).map((i) => this.row(i)),
      this.space(this.rows.length - end));
    if (!this.rows.length)
      this.body.append(make("tr", {}, make("td", {colspan: this.columns.length, class: "empty"}, "Nothing to show.")));
    if (hadFocus) this.body.querySelector(`tr[data-row="${this.current}"]`)?.focus({preventScroll: true});
  }

  space(rows) {
    const cell = make("td", {colspan: this.columns.length});
    Object.assign(cell.style, {height: `${rows * ROW_HEIGHT}px`, padding: 0, border: 0});
    const row = make("tr", {"aria-hidden": "true"}, cell);
    row.hidden = rows === 0;
    return row;
  }

  row(index) {
    const row = this.rows[index];
    const isCurrent = index === this.current;
    return make("tr", {"data-row": index, "aria-rowindex": index + 2, tabindex: isCurrent ? "0" : "-1",
                       "aria-selected": this.onopen ? String(row === this.selected) : null},
      this.columns.map((column) => this.cell(column, row)));
  }

  cell(column, row) {
    const value = column.value(row);
    const content = column.show ? column.show(row) : SHOW[column.kind](value);
    return make("td", {class: column.kind === "text" ? null : "number", title: typeof content === "string" ? content : null},
      content);
  }

  open(index) {
    this.current = index;
    this.selected = this.rows[index];
    this.draw();
    this.onopen?.(this.selected);
  }

  click(event) {
    const row = event.target.closest("tr[data-row]");
    if (row) this.open(Number(row.dataset.row));
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.element.clientHeight / ROW_HEIGHT) - 2);
    const steps = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity};
    if (event.key === "Enter" || event.key === " ") this.open(this.current);
    else if (event.key in steps) this.move(this.current + steps[event.key]);
    else return;
    event.preventDefault();
  }

  move(index) {
    this.current = Math.min(this.rows.length - 1, Math.max(0, index));
    const top = this.current * ROW_HEIGHT;
    const room = this.element.clientHeight - 2 * ROW_HEIGHT;
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    if (top > this.element.scrollTop + room) this.element.scrollTop = top - room;
    this.draw();
    this.body.querySelector(`tr[data-row="${this.current}"]`)?.focus({preventScroll: true});
  }

  select(row) {
    const index = this.rows.indexOf(row);
    if (index < 0) return;
    this.move(index);
    this.open(index);
  }
}
