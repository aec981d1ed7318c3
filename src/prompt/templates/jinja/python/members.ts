import { toArguments } from './arguments.ts';
import { TEXT_METHODS } from './text-methods.ts';
import {
  callable,
  checkCount,
  isInteger,
  isMap,
  isText,
  itemsOf,
  list,
  NONE,
  numberIn,
  text,
  toValue,
  UNDEFINED,
  type Value,
} from './values.ts';

type Entries = Map<string | number, Value>;

const MAP_METHODS: Readonly<Record<string, (entries: Entries, args: readonly Value[]) => Value>> = {
  get: (entries, [key, otherwise]) => entries.get(key?.value as string | number) ?? otherwise ?? NONE,
  items: (entries) => list(Array.from(entries, ([key, held]) => list([toValue(key), held]))),
  keys: (entries) => list(Array.from(entries.keys(), toValue)),
  values: (entries) => list([...entries.values()]),
  update: (entries, args) => {
    const { positional, named } = toArguments(args);
    const [more] = positional;
    if (more !== undefined && !isMap(more)) throw new Error('update wants a map');
    for (const [key, held] of [...(more?.value ?? []), ...named]) entries.set(key, held);
    checkCount(entries.size);
    return NONE;
  },
  setdefault: (entries, [key, otherwise = NONE]) => {
    if (!isText(key) && !isInteger(key)) throw new Error('setdefault wants a key');
    const held = entries.get(key.value) ?? otherwise;
    entries.set(key.value, held);
    checkCount(entries.size);
    return held;
  },
};

const LIST_METHODS: Readonly<Record<string, (items: Value[], args: readonly Value[]) => Value>> = {
  append: (items, [item = UNDEFINED]) => {
    items.push(item);
    checkCount(items.length);
    return NONE;
  },
  extend: (items, [more = UNDEFINED]) => {
    const added = itemsOf(more);
    checkCount(items.length + added.length);
    for (const item of [...added]) items.push(item);
    return NONE;
  },
  insert: (items, [place, item = UNDEFINED]) => {
    items.splice(numberIn(place) ?? 0, 0, item);
    checkCount(items.length);
    return NONE;
  },
  pop: (items, [place]) => {
    const [item] = items.splice(numberIn(place) ?? -1, 1);
    if (item === undefined) throw new Error('pop wants a list with something in that place');
    return item;
  },
};

/** `map.name` is a method before it is a key, `map[name]` a key before it is a method, as in Jinja. */
export function memberOfMap(entries: Entries, key: unknown, computed: boolean): Value {
  const held = typeof key === 'string' || typeof key === 'number' ? entries.get(key) : undefined;
  if (held && computed) return held;
  const method = typeof key === 'string' && Object.hasOwn(MAP_METHODS, key) ? MAP_METHODS[key] : undefined;
  if (method) return callable((args) => method(entries, args));
  return held ?? (key === 'cycle' && entries.has('revindex0') ? cycleOf(entries) : UNDEFINED);
}

/** An element of a list, or a method that changes it. */
export function memberOfList(items: Value[], key: unknown): Value | undefined {
  if (typeof key === 'number') return items.at(key) ?? UNDEFINED;
  const method = typeof key === 'string' && Object.hasOwn(LIST_METHODS, key) ? LIST_METHODS[key] : undefined;
  return method && callable((args) => method(items, args));
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
