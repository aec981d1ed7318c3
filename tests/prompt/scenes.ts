// Personas, turns and scenes for the tests of prompts.
import type { House, Turn } from '../../src/chat.ts';
import { resolvePersona } from '../../src/personas/inherit.ts';
import type { Persona, PersonaFile } from '../../src/personas/persona.ts';

export const HOUSE: House = { system: 'Be kind. Be short.', sealed: [], language: 'en' };

export function personaOf(file: Partial<PersonaFile> = {}): Persona {
  return resolvePersona('rook', { name: 'Rook', instructions: 'You are {{char}}, a gruff barista.', ...file });
}

export function memberTurn(seq: number, text: string, change: Partial<Turn> & { name?: string } = {}): Turn {
  const { name = 'Mina', ...rest } = change;
  return {
    seq,
    id: `m${seq}`,
    role: 'user',
    author: { kind: 'member', id: name.toLowerCase(), name },
    source: 'terminal',
    variants: [{ text, messageIds: [] }],
    chosen: 0,
    at: seq,
    ...rest,
  };
}

export function personaTurn(seq: number, text: string, change: Partial<Turn> = {}): Turn {
  return {
    ...memberTurn(seq, text),
    id: `rm${seq - 1}`,
    role: 'assistant',
    author: { kind: 'persona', id: 'rook', name: 'Rook' },
    answers: `m${seq - 1}`,
    ...change,
  };
}
