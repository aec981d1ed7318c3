import type { Dial } from '../../../chat.ts';
import type { PersonaSource } from '../../speaking-here.ts';

export type ShownPersona = {
  name: string;
  id: string;
  description: string;
  source: PersonaSource;
  /** what it answers to */
  triggers: readonly Trigger[];
  /** why some of them cannot work here */
  blind: boolean;
  mature: boolean;
  backend: string;
};
export type Trigger = 'direct' | 'mention' | 'reply' | 'name' | 'always' | 'chance';

export type ShownSession = {
  name: string;
  persona: string | undefined;
  turns: number;
  hidden: number;
  /** ms since the epoch of the first turn; undefined before anybody spoke */
  since: number | undefined;
  /** turns that no longer fit the prompt */
  left: number;
};

export type ShownDial = { dial: Dial; value: string; own: string; range: string; effect: string };

/** Everything commands say, in one language. `ShownX` are facts; how they read is decided here. */
export type Replies = {
  mayNotManage: string;
  notHere: string;
  unknownCommand: string;
  longReply: string;
  persona: {
    unknown(name: string, existing: readonly string[]): string;
    mature(name: string): string;
    set(name: string, always: boolean | undefined): string;
    blind: string;
    show(persona: ShownPersona): string;
    none(existing: readonly string[]): string;
    list(personas: readonly { name: string; description: string; mature: boolean; here: boolean }[]): string;
    clear(name: string | undefined): string;
  };
  session: {
    show(session: ShownSession): string;
    reset(name: string): string;
    undo(lines: readonly { name: string; text: string }[]): string;
    nothingToUndo: string;
  };
  tune: {
    set(dial: ShownDial): string;
    notHonoured(dial: Dial, backend: string): string;
    show(persona: string, dials: readonly ShownDial[]): string;
    reset(persona: string | undefined): string;
    notANumber(dial: Dial, value: string, range: string): string;
    outOfRange(dial: Dial, value: string, range: string): string;
    notStops(value: string, range: string): string;
    range(dial: { min: number; max: number; integer: boolean }): string;
    stopRange: string;
    /** the value of a dial that nobody set */
    unset: string;
    /** the value of a dial with keys of its own that nobody set, and how such a dial is set */
    off: string;
    inFile: string;
    /** one line on what a dial does; `english` is the description that stands with the dial */
    effect(dial: Dial, english: string): string;
  };
  inspect: { prompt(shown: { persona: string; tokens: number; backend: string; template: string; layout: string }): string };
};
