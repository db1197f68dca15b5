// Where the nodes of the lock-order graph stand: columns from left to right in the order in which
// locks are taken, so that only the arrows that close a cycle lead back to the left.
//
// Nodes are {class, index}, edges {from, to} with references to nodes. The layout gives nodes x, y
// and layer, edges isBack and bow (how far they hang through); the same graph is always laid out in the same way.

const NODE_WIDTH = 176, NODE_HEIGHT = 26;
const COLUMN_GAP = 84, ROW_GAP = 8, FRAME_GAP = 26;
const SWEEPS = 6;

// A depth-first walk over all nodes, those first that nothing leads to. What leads to a node that
// is still being walked closes a cycle. The result is the order of the rest: topological.
function breakCycles(nodes) {
  const order = [], state = new Map();
  const starts = d3.sort(nodes, (node) => node.into.length > 0, (node) => node.index);
  for (const start of starts) {
    if (state.has(start)) continue;
    const path = [{node: start, next: 0}];
    state.set(start, "open");
    while (path.length) {
      const top = path[path.length - 1];
      const edge = top.node.out[top.next++];
      if (!edge) {
        state.set(top.node, "done");
        order.push(path.pop().node);
      } else if (!state.has(edge.to)) {
        state.set(edge.to, "open");
        path.push({node: edge.to, next: 0});
      } else {
        edge.isBack = state.get(edge.to) === "open";
      }
    }
  }
  return order.reverse();
}

function assignLayers(order) {
  for (const node of order)
    node.layer = d3.max(node.into.filter((edge) => !edge.isBack), (edge) => edge.from.layer + 1) ?? 0;
  // What nothing leads to stands just before what it leads to.
  for (const node of order) {
    const next = d3.min(node.out.filter((edge) => !edge.isBack), (edge) => edge.to.layer);
    if (node.into.every((edge) => edge.isBack) && next !== undefined) node.layer = next - 1;
  }
}

// Nodes near their neighbours, those of one class together: the mean of the class decides first.
function orderColumn(column, placeOf) {
  const neighbours = (node) => [...node.out.map((edge) => edge.to), ...node.into.map((edge) => edge.from)].filter((other) => other !== node);
  const wish = new Map(column.map((node) => [node, d3.mean(neighbours(node), placeOf) ?? placeOf(node)]));
  const classes = d3.rollup(column, (list) => d3.mean(list, (node) => wish.get(node)), (node) => node.class);
  column.sort((a, b) => classes.get(a.class) - classes.get(b.class) || d3.ascending(a.class, b.class) ||
    wish.get(a) - wish.get(b) || a.index - b.index);
}

// A gap, with room for a frame and its name, between classes.
function placeColumn(column, x) {
  let y = 0;
  column.forEach((node, i) => {
    const isFramed = node.class === column[i - 1]?.class || node.class === column[i + 1]?.class;
    if (i) y += node.class === column[i - 1].class ? ROW_GAP : isFramed ? FRAME_GAP + ROW_GAP : ROW_GAP + 4;
    else if (isFramed) y = FRAME_GAP;
    if (i && !isFramed && column[i - 1].class === column[i - 2]?.class) y += ROW_GAP;
    Object.assign(node, {x, y});
    y += NODE_HEIGHT;
  });
  return y;
}

function framesOf(columns) {
  const frames = [];
  for (const column of columns)
    for (const [name, nodes] of d3.group(column, (node) => node.class))
      if (nodes.length > 1)
        frames.push({name, x: nodes[0].x - 10, y: nodes[0].y - 20, width: NODE_WIDTH + 20,
                     height: nodes[nodes.length - 1].y + NODE_HEIGHT - nodes[0].y + 28});
  return frames;
}

function layoutGraph(nodes, edges) {
  for (const node of nodes) Object.assign(node, {out: [], into: []});
  for (const edge of edges) {
    edge.isBack = false;
    if (edge.from === edge.to) continue;
    edge.from.out.push(edge);
    edge.to.into.push(edge);
  }
  assignLayers(breakCycles(nodes));
  const columns = d3.groups(d3.sort(nodes, (node) => node.layer, (node) => node.index), (node) => node.layer).map(([, list]) => list);
  const place = () => {
    const heights = columns.map((column, i) => placeColumn(column, i * (NODE_WIDTH + COLUMN_GAP)));
    const height = d3.max(heights) ?? 0;
    columns.forEach((column, i) => column.forEach((node) => { node.y += (height - heights[i]) / 2; }));
    return height;
  };
  let height = place();
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const column of sweep % 2 ? [...columns].reverse() : columns) orderColumn(column, (node) => node.y);
    height = place();
  }
  for (const edge of edges) edge.bow = edge.isBack && edge.from.layer - edge.to.layer > 1 ? 30 * (edge.from.layer - edge.to.layer) : 0;
  height = Math.max(height, d3.max(edges, (edge) => edge.bow && (edge.from.y + edge.to.y) / 2 + NODE_HEIGHT + edge.bow * 0.75) ?? 0);
  return {columns, frames: framesOf(columns), height, width: columns.length * (NODE_WIDTH + COLUMN_GAP) - COLUMN_GAP};
}

// From the right side of one node to the left side of another; back below the nodes; or a loop.
function edgePath({from, to, isBack, bow}) {
  const middle = NODE_HEIGHT / 2;
  if (from === to) {
    const x = from.x + NODE_WIDTH, y = from.y;
    return `M${x},${y + 6}C${x + 34},${y + 2} ${x + 34},${y + 24} ${x + 2},${y + 20}`;
  }
  const [x1, x2] = isBack ? [from.x, to.x + NODE_WIDTH + 2] : [from.x + NODE_WIDTH, to.x - 2];
  const shift = isBack ? 6 : -3;
  const y1 = from.y + middle + shift, y2 = to.y + middle + shift;
  const bend = Math.max(40, Math.abs(x2 - x1) / 3) * (isBack ? -1 : 1);
  return `M${x1},${y1}C${x1 + bend},${y1 + bow} ${x2 - bend},${y2 + bow} ${x2},${y2}`;
}
