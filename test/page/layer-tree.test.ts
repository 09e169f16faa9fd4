import { expect, test } from 'vitest';
import { ancestors, hasChildren, isOpen, shownNodes } from '../../src/ui/layer-tree.ts';

const nodes = [
  { name: 'frame', depth: 0 },
  { name: 'frame.number', depth: 1 },
  { name: 'tcp', depth: 0 },
  { name: 'tcp.srcport', depth: 1 },
  { name: 'tcp.flags', depth: 1 },
  { name: 'tcp.flags.ack', depth: 2 },
  { name: 'tcp.window', depth: 1 },
];
const names = (indexes: readonly number[]) => indexes.map((index) => nodes[index]?.name);

test('at first only the highest layer is open, and a field with parts is shut', () => {
  expect(names(shownNodes(nodes, new Map()))).toEqual([
    'frame',
    'tcp',
    'tcp.srcport',
    'tcp.flags',
    'tcp.window',
  ]);
});

test('what was opened and shut by hand holds by name', () => {
  const set = new Map([
    ['frame', true],
    ['tcp.flags', true],
  ]);
  expect(shownNodes(nodes, set)).toHaveLength(nodes.length);
  expect(names(shownNodes(nodes, new Map([['tcp', false]])))).toEqual(['frame', 'tcp']);
});

test('a node knows whether it has parts, and what it is inside of', () => {
  expect(nodes.map((_, index) => hasChildren(nodes, index))).toEqual([
    true,
    false,
    true,
    false,
    true,
    false,
    false,
  ]);
  expect(names(ancestors(nodes, 5))).toEqual(['tcp.flags', 'tcp']);
  expect(ancestors(nodes, 2)).toEqual([]);
  expect([0, 2, 4].map((index) => isOpen(nodes, index, new Map()))).toEqual([false, true, false]);
});
