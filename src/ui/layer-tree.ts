/** What the tree needs of a node. */
export interface TreeNode {
  readonly name: string;
  readonly depth: number;
}

/** Whether a node has others under it. */
export function hasChildren(nodes: readonly TreeNode[], index: number): boolean {
  const [node, next] = [nodes[index], nodes[index + 1]];
  return node !== undefined && next !== undefined && next.depth > node.depth;
}

/** The highest layer: what one looks for first. */
function highestLayer(nodes: readonly TreeNode[]): TreeNode | undefined {
  return nodes.findLast((node) => node.depth === 0);
}

/** Whether a node is open: as it was set by name, else only the highest layer is. */
export function isOpen(
  nodes: readonly TreeNode[],
  index: number,
  set: ReadonlyMap<string, boolean>,
): boolean {
  const node = nodes[index];
  return node !== undefined && (set.get(node.name) ?? node === highestLayer(nodes));
}

/** Indexes of the nodes that are not inside a shut one. */
export function shownNodes(nodes: readonly TreeNode[], set: ReadonlyMap<string, boolean>): readonly number[] {
  const shown: number[] = [];
  let shutDepth = Infinity;
  nodes.forEach((node, index) => {
    if (node.depth > shutDepth) return;
    shutDepth = hasChildren(nodes, index) && !isOpen(nodes, index, set) ? node.depth : Infinity;
    shown.push(index);
  });
  return shown;
}

/** Indexes of the nodes that a node is inside of, the outermost last. */
export function ancestors(nodes: readonly TreeNode[], index: number): readonly number[] {
  const found: number[] = [];
  let depth = nodes[index]?.depth ?? 0;
  for (let at = index - 1; at >= 0 && depth > 0; at--) {
    const node = nodes[at];
    if (node !== undefined && node.depth < depth) {
      found.push(at);
      depth = node.depth;
    }
  }
  return found;
}
