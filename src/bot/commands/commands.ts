import type { Command } from './command.ts';
import { inspect } from './inspect.ts';
import { persona } from './persona.ts';
import { session } from './session.ts';
import { tune } from './tune.ts';

/** Every slash command. What Discord is told, what runs and what docs/commands.md says all come from this table. */
export const COMMANDS: readonly Command[] = [persona, session, tune, inspect];
