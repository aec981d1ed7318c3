import type { Interpreter, parse } from '@huggingface/jinja';
import type { Value } from './values.ts';

// The parts of the library's syntax tree that we run ourselves; it does not export its types.

export type Program = ReturnType<typeof parse>;
export type Node = NonNullable<Parameters<Interpreter['evaluate']>[0]>;
export type NameNode = Node & { value: string };
export type ForNode = Node & { loopvar: Node; iterable: Node; body: Node[]; defaultBlock: Node[] };
export type SelectNode = Node & { lhs: Node; test: Node };
export type BinaryNode = Node & { operator: { value: string }; left: Node; right: Node };
export type MemberNode = Node & { object: Node; property: Node; computed: boolean };
export type SliceNode = Node & { start?: Node; stop?: Node; step?: Node };
export type MapNode = Node & { value: ReadonlyMap<Node, Node> };
export type TupleNode = Node & { value: Node[] };
export type TestNode = Node & { operand: Node; negate: boolean; test: NameNode };
export type CallNode = Node & { callee: NameNode; args: Node[] };
export type FilterNode = Node & { operand: Node; filter: NameNode | CallNode };
export type FilterBlockNode = Node & { filter: NameNode | CallNode; body: Node[] };
export type NamedArgumentNode = Node & { key: NameNode; value: Node };
/** Ours: a value that is known already. */
export type GivenNode = Node & { given: Value };

/** A node of ours for what the library goes on with. */
export function given(value: Value): Node {
  const node: GivenNode = { type: 'Given', given: value };
  return node;
}

const BLOCKS = ['body', 'alternate', 'defaultBlock'] as const;

/**
 * Makes every block of statements one program of its own, in place: the library runs blocks where nobody can reach in, and programs
 * through `evaluate`.
 */
export function gatherBlocks(program: Program): Program {
  const gather = (node: unknown): void => {
    for (const child of childrenOf(node)) gather(child);
    if (!isNode(node) || node === program) return;
    for (const block of BLOCKS) {
      const statements: unknown = Reflect.get(node, block);
      if (!Array.isArray(statements) || statements.length === 0) continue;
      Reflect.set(node, block, [Reflect.construct(program.constructor, [statements])]);
    }
  };
  gather(program);
  return program;
}

function childrenOf(node: unknown): readonly unknown[] {
  if (Array.isArray(node)) return node;
  if (node instanceof Map) return [...node.keys(), ...node.values()];
  return isNode(node) ? Object.values(node) : [];
}

function isNode(node: unknown): node is object {
  return typeof node === 'object' && node !== null;
}
