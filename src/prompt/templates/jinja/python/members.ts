import { toArguments } from './arguments.ts';
import { TEXT_METHODS } from './text-methods.ts';
import { callable, itemsOf, list, NONE, numberIn, text, toValue, UNDEFINED, type Value } from './values.ts';

type Entries = ReadonlyMap<string | number, Value>;

const MAP_METHODS: Readonly<Record<string, (entries: Entries, args: readonly Value[]) => Value>> = {
  get: (entries, [key, otherwise]) => entries.get(key?.value as string | number) ?? otherwise ?? NONE,
  items: (entries) => list(Array.from(entries, ([key, held]) => list([toValue(key), held]))),
  keys: (entries) => list(Array.from(entries.keys(), toValue)),
  values: (entries) => list([...entries.values()]),
};

/** `map.name` is a method before it is a key, `map[name]` a key before it is a method, as in Jinja. */
export function memberOfMap(entries: Entries, key: unknown, computed: boolean): Value {
  const held = typeof key === 'string' || typeof key === 'number' ? entries.get(key) : undefined;
  if (held && computed) return held;
  const method = typeof key === 'string' && Object.hasOwn(MAP_METHODS, key) ? MAP_METHODS[key] : undefined;
  if (method) return callable((args) => method(entries, args));
  return held ?? (key === 'cycle' && entries.has('revindex0') ? cycleOf(entries) : UNDEFINED);
}

/** A method of a text, or one of its characters. */
export function memberOfText(subject: string, key: unknown): Value {
  if (typeof key === 'number') return itemsOf(text(subject)).at(key) ?? UNDEFINED;
  const method = typeof key === 'string' && Object.hasOwn(TEXT_METHODS, key) ? TEXT_METHODS[key] : undefined;
  return method ? callable((args) => toValue(method(subject, toArguments(args)))) : UNDEFINED;
}

/** `loop.cycle('a', 'b')`: one after the other, round by round. */
function cycleOf(loop: Entries): Value {
  const index = numberIn(loop.get('index0')) ?? 0;
  return callable((args) => args[index % Math.max(1, args.length)] ?? UNDEFINED);
}
