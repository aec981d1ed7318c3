import { Environment, Interpreter } from '@huggingface/jinja';
import type { Arguments } from './arguments.ts';
import { findFilter } from './filters.ts';
import { passes } from './is-tests.ts';
import { memberOfList, memberOfMap, memberOfText } from './members.ts';
import { operate } from './operators.ts';
import { textOf } from './python-text.ts';
import { bind, loopOf } from './rounds.ts';
import type {
  BinaryNode,
  CallNode,
  FilterBlockNode,
  FilterNode,
  ForNode,
  GivenNode,
  MapNode,
  MemberNode,
  NamedArgumentNode,
  NameNode,
  Node,
  Program,
  SelectNode,
  SliceNode,
  TestNode,
} from './syntax.ts';
import { given } from './syntax.ts';
import {
  checkLength,
  isList,
  isMap,
  isNamespace,
  isText,
  isTrue,
  itemsOf,
  list,
  map,
  numberIn,
  text,
  toValue,
  UNDEFINED,
  type Value,
} from './values.ts';

/** `break` or `continue` on its way out to the loop, with what the blocks in between had written. */
class LoopControl extends Error {
  readonly ends: boolean;
  readonly written: string;

  constructor(ends: boolean, written: string) {
    super('break and continue belong in a loop');
    this.ends = ends;
    this.written = written;
  }
}

/** They write nothing, whatever their value. */
const SILENT = new Set(['Set', 'Macro', 'Comment']);

/**
 * The library's interpreter where it does as Python's Jinja does, ours where templates that people run depend on the difference:
 * equality, membership and order of values, what is printed, loops, filters, tests and the methods of texts. Takes programs whose
 * blocks were gathered (`gatherBlocks`).
 */
export class PythonInterpreter extends Interpreter {
  override evaluate(node: Node | undefined, environment: Environment): Value {
    switch (node?.type) {
      case 'Given':
        return (node as GivenNode).given;
      case 'Identifier':
        return findName((node as NameNode).value, environment);
      case 'Program':
        return this.#block((node as Program).body, environment);
      case 'For':
        return this.#loop(node as ForNode, environment);
      case 'Break':
      case 'Continue':
        throw new LoopControl(node.type === 'Break', '');
      case 'ObjectLiteral':
        return this.#map(node as MapNode, environment);
      case 'BinaryExpression':
        return this.#operate(node as BinaryNode, environment);
      case 'MemberExpression':
        return this.#member(node as MemberNode, environment);
      case 'TestExpression':
        return this.#test(node as TestNode, environment);
      case 'FilterExpression':
        return this.#filter((node as FilterNode).filter, this.evaluate((node as FilterNode).operand, environment), environment);
      case 'FilterStatement':
        return this.#filter(
          (node as FilterBlockNode).filter,
          this.#block((node as FilterBlockNode).body, environment),
          environment,
        );
      default:
        return super.evaluate(node, environment);
    }
  }

  #block(statements: readonly Node[], environment: Environment): Value {
    let written = '';
    for (const statement of statements) {
      try {
        const value = this.evaluate(statement, environment);
        if (!SILENT.has(statement.type)) written += isText(value) ? value.value : textOf(value);
        checkLength(written.length, written);
      } catch (error) {
        throw error instanceof LoopControl ? new LoopControl(error.ends, written + error.written) : error;
      }
    }
    return text(written);
  }

  /** Every round has names of its own, and what it wrote before `break` or `continue` stays. */
  #loop(node: ForNode, environment: Environment): Value {
    const items = this.#itemsFor(node, environment);
    if (items.length === 0) return this.#block(node.defaultBlock, environment);
    let written = '';
    for (const [index, item] of items.entries()) {
      const scope = this.#scopeFor(node.loopvar, item, environment);
      scope.setVariable('loop', loopOf(items, index));
      try {
        written += textOf(this.#block(node.body, scope));
      } catch (error) {
        if (!(error instanceof LoopControl)) throw error;
        written += error.written;
        if (error.ends) break;
      }
      checkLength(written.length, written);
    }
    return text(written);
  }

  #itemsFor({ iterable, loopvar }: ForNode, environment: Environment): readonly Value[] {
    if (iterable.type !== 'SelectExpression') return itemsOf(this.evaluate(iterable, environment));
    const { lhs, test } = iterable as SelectNode;
    const all = itemsOf(this.evaluate(lhs, environment));
    return all.filter((item) => isTrue(this.evaluate(test, this.#scopeFor(loopvar, item, environment))));
  }

  #scopeFor(target: Node, item: Value, environment: Environment): Environment {
    const scope = new Environment(environment);
    bind(target, item, scope);
    return scope;
  }

  #map({ value }: MapNode, environment: Environment): Value {
    const entries = new Map<string | number, Value>();
    for (const [key, held] of value) entries.set(keyOf(this.evaluate(key, environment)), this.evaluate(held, environment));
    return map(entries);
  }

  #operate({ operator, left, right }: BinaryNode, environment: Environment): Value {
    const first = this.evaluate(left, environment);
    if (operator.value === 'and') return isTrue(first) ? this.evaluate(right, environment) : first;
    if (operator.value === 'or') return isTrue(first) ? first : this.evaluate(right, environment);
    return operate(operator.value, first, this.evaluate(right, environment));
  }

  #member(node: MemberNode, environment: Environment): Value {
    const object = this.evaluate(node.object, environment);
    if (node.property.type === 'SliceExpression') return this.#slice(node, object, environment);
    const key = node.computed ? this.evaluate(node.property, environment).value : (node.property as NameNode).value;
    if (isText(object)) return memberOfText(object.value, key);
    if (isMap(object)) return memberOfMap(object.value, key, node.computed);
    const member = isList(object) ? memberOfList(object.value, key) : undefined;
    if (member) return member;
    const held = isNamespace(object) ? object.value : object.builtins;
    return held.get(String(key)) ?? UNDEFINED;
  }

  /** Texts are cut by characters. */
  #slice(node: MemberNode, object: Value, environment: Environment): Value {
    const { start, stop, step } = node.property as SliceNode;
    if (step === undefined && (isText(object) || isList(object))) {
      const [from, to] = [start, stop].map((bound) => numberIn(this.evaluate(bound, environment)));
      return isText(object) ? text(cutText(object.value, from, to)) : list(object.value.slice(from, to));
    }
    const items = isText(object) ? list(itemsOf(object)) : object;
    const sliced = super.evaluate({ ...node, object: given(items) } as Node, environment);
    return isText(object) ? text(itemsOf(sliced).map(textOf).join('')) : sliced;
  }

  #test({ operand, negate, test }: TestNode, environment: Environment): Value {
    return toValue(passes(test.value, this.evaluate(operand, environment)) !== negate);
  }

  #filter(filter: NameNode | CallNode, value: Value, environment: Environment): Value {
    const isCall = filter.type === 'CallExpression';
    const name = isCall ? (filter as CallNode).callee.value : (filter as NameNode).value;
    const args = isCall ? this.#arguments((filter as CallNode).args, environment) : { positional: [], named: new Map() };
    return this.#apply(name, value, { args, filter, environment });
  }

  #apply(name: string, value: Value, call: { args: Arguments; filter: NameNode | CallNode; environment: Environment }): Value {
    const test = /^is (not )?(.+)$/.exec(name);
    if (test?.[2]) return toValue(passes(test[2], value, call.args.positional[0]) !== (test[1] !== undefined));
    const filter = findFilter(name);
    if (filter) {
      const apply = (other: string, item: Value, args: Arguments) =>
        this.#apply(other, item, { ...call, args, filter: named(other) });
      return toValue(filter(value, { ...call.args, apply }));
    }
    const node: FilterNode = { type: 'FilterExpression', operand: given(value), filter: call.filter };
    return super.evaluate(node, call.environment) ?? UNDEFINED;
  }

  #arguments(nodes: readonly Node[], environment: Environment): Arguments {
    const named = new Map<string, Value>();
    const positional: Value[] = [];
    for (const node of nodes) {
      if (node.type === 'KeywordArgumentExpression') {
        const { key, value } = node as NamedArgumentNode;
        named.set(key.value, this.evaluate(value, environment));
      } else positional.push(this.evaluate(node, environment));
    }
    return { positional, named };
  }
}

function findName(name: string, environment: Environment): Value {
  for (let scope: Environment | undefined = environment; scope; scope = scope.parent) {
    const value = scope.variables.get(name);
    if (value) return value;
  }
  return UNDEFINED;
}

function named(name: string): NameNode {
  return { type: 'Identifier', value: name };
}

function keyOf(value: Value): string | number {
  if (isText(value)) return value.value;
  const number = numberIn(value);
  if (number === undefined) throw new Error('the keys of a map have to be texts or numbers');
  return number;
}

function cutText(subject: string, from: number | undefined, to: number | undefined): string {
  if (!/[\ud800-\udfff]/.test(subject)) return subject.slice(from, to);
  return itemsOf(text(subject)).slice(from, to).map(textOf).join('');
}
