import { isBoolean, isInteger, isNone, isText, isUndefined, type Value } from './values.ts';

/** What a filter, a test or a method is called with. */
export type Arguments = { positional: readonly Value[]; named: ReadonlyMap<string, Value> };

/** The library gives arguments with names as one value at the end. */
export function toArguments(args: readonly Value[]): Arguments {
  const last = args.at(-1);
  if (last?.type !== 'KeywordArgumentsValue') return { positional: args, named: new Map() };
  return { positional: args.slice(0, -1), named: last.value as ReadonlyMap<string, Value> };
}

/** By its place or its name. Undefined when it is left out, or given as none. */
export function argument({ positional, named }: Arguments, place: number, name: string): Value | undefined {
  const given = positional[place] ?? named.get(name);
  return isUndefined(given) || isNone(given) ? undefined : given;
}

export function textArgument(args: Arguments, place: number, name: string): string | undefined {
  const given = argument(args, place, name);
  if (given !== undefined && !isText(given)) throw new Error(`${name} has to be a text`);
  return given?.value;
}

export function wholeArgument(args: Arguments, place: number, name: string): number | undefined {
  const given = argument(args, place, name);
  if (given !== undefined && !isInteger(given)) throw new Error(`${name} has to be a whole number`);
  return given?.value;
}

export function switchArgument(args: Arguments, place: number, name: string): boolean {
  const given = argument(args, place, name);
  if (given !== undefined && !isBoolean(given)) throw new Error(`${name} has to be true or false`);
  return given?.value ?? false;
}
