import type { Environment } from '@huggingface/jinja';
import type { NameNode, Node, TupleNode } from './syntax.ts';
import { isList, map, toValue, UNDEFINED, type Value } from './values.ts';

/** Gives a name to a value, or names to the elements of a list. */
export function bind(target: Node, item: Value, scope: Environment): void {
  if (target.type === 'Identifier') {
    scope.setVariable((target as NameNode).value, item);
    return;
  }
  const names = (target as TupleNode).value;
  if (!isList(item) || item.value.length !== names.length) throw new Error(`a loop wants ${names.length} values in each round`);
  for (const [index, name] of names.entries()) bind(name, item.value[index] ?? UNDEFINED, scope);
}

/** What `loop` tells in a round. */
export function loopOf(items: readonly Value[], index: number): Value {
  const { length } = items;
  const facts = new Map<string, Value>();
  facts.set('index', toValue(index + 1)).set('index0', toValue(index));
  facts.set('revindex', toValue(length - index)).set('revindex0', toValue(length - index - 1));
  facts
    .set('length', toValue(length))
    .set('first', toValue(index === 0))
    .set('last', toValue(index === length - 1));
  facts.set('previtem', items[index - 1] ?? UNDEFINED).set('nextitem', items[index + 1] ?? UNDEFINED);
  return map(facts);
}
