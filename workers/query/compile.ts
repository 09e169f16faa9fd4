import type { View } from '../api.ts';
import type { Core } from '../core.ts';
import type { Node } from './ast.ts';
import { comparisonAtom, existenceAtoms, membershipAtom, type Atom } from './atoms.ts';
import { Bitset } from './bitset.ts';
import { project } from './project.ts';
import { domainRows } from './source.ts';

/** The rows of a view that a checked filter selects. */
export type Selection = (view: View) => Bitset;

/**
 * Checks a filter against the fields. Each test is evaluated where its field lives and brought to the view; the logical operators
 * combine rows of the view.
 */
export function compileNode(core: Core, node: Node): Selection {
  switch (node.kind) {
    case 'exists': {
      const atoms = existenceAtoms(core, node.operand);
      return (view) => {
        const found = new Bitset(domainRows(core, view));
        for (const atom of atoms(view)) found.unite(evaluate(core, atom, view));
        return found;
      };
    }
    case 'comparison': {
      const atom = comparisonAtom(core, node);
      return (view) => evaluate(core, atom, view);
    }
    case 'membership': {
      const atom = membershipAtom(core, node);
      return (view) => evaluate(core, atom, view);
    }
    case 'not': {
      const operand = compileNode(core, node.operand);
      return (view) => {
        const found = operand(view);
        found.invert();
        return found;
      };
    }
    case 'and':
    case 'or':
    case 'xor':
      return chain(core, node.kind, node.operands);
  }
}

function chain(core: Core, kind: 'and' | 'or' | 'xor', nodes: readonly Node[]): Selection {
  const operands = nodes.map((node) => compileNode(core, node));
  return (view) => {
    let found: Bitset | undefined;
    for (const operand of operands) {
      const next = operand(view);
      if (found === undefined) found = next;
      else if (kind === 'and') found.intersect(next);
      else if (kind === 'or') found.unite(next);
      else found.differ(next);
    }
    return found ?? new Bitset(domainRows(core, view));
  };
}

function evaluate(core: Core, atom: Atom, view: View): Bitset {
  return project(core, atom.select(), atom.domain, view);
}
