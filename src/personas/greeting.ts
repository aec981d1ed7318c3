import { expandMacros } from './macros.ts';
import type { Persona } from './persona.ts';

/** The first words of a persona to somebody, as its prompt says that it said them; empty when it has none. */
export function greetingOf({ name, greeting }: Pick<Persona, 'name' | 'greeting'>, user: string): string {
  return expandMacros(greeting.trim(), { char: name, user });
}
