import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../../src/chat.ts';
import {
  learnMarks,
  MODEL_CONVERSATIONS,
  type Shown,
  takesTurns,
  unmarkedTurn,
} from '../../../../src/prompt/templates/jinja/role-marks.ts';

type Role = ChatMessage['role'];
/** How a family writes turns: what it writes before and after a text, by role; `start` before everything. */
type Family = { start: string } & Record<Role, readonly [before: string, after: string]>;

const FAMILIES: Readonly<Record<string, Family>> = {
  'marks of one length': {
    start: '<s>',
    system: ['<|im_start|>system\n', '<|im_end|>\n'],
    user: ['<|im_start|>user\n', '<|im_end|>\n'],
    assistant: ['<|im_start|>assistant\n', '<|im_end|>\n'],
  },
  'a date in the first system turn': {
    start: '<s>',
    system: ['<|system|>\nToday is 26 Jul 2024.\n\n', '<|eot|>'],
    user: ['<|user|>\n', '<|eot|>'],
    assistant: ['<|assistant|>\n', '<|eot|>'],
  },
  'an end token of its own for every role': {
    start: '',
    system: ['<|system_start|>', '<|system_end|>'],
    user: ['<|user_start|>', '<|user_end|>'],
    assistant: ['<|assistant_start|>', '<|assistant_end|>'],
  },
  'words only': { start: '', system: ['', '\n\n'], user: ['USER: ', '\n'], assistant: ['ASSISTANT: ', '</s>\n'] },
  'an empty think block': {
    start: '[gMASK]<sop>',
    system: ['<|system|>\n', ''],
    user: ['<|user|>\n', ''],
    assistant: ['<|assistant|>\n<think></think>\n', ''],
  },
};

function shownBy({ start, ...around }: Family, roles: readonly Role[]): Shown[] {
  let before = start;
  return roles.map((role) => {
    const shown = { role, before: before + around[role][0] };
    before = around[role][1];
    return shown;
  });
}

const rolesOf = (messages: readonly ChatMessage[]) => messages.map(({ role }) => role);
const marksOf = (family: Family) => learnMarks(MODEL_CONVERSATIONS.map((messages) => shownBy(family, rolesOf(messages))));

const USUAL: readonly (readonly Role[])[] = [
  ['system', 'assistant', 'user'],
  ['assistant', 'user', 'assistant', 'user'],
  ['system', 'user', 'user', 'assistant', 'user', 'user'],
  ['user', 'assistant', 'assistant', 'user'],
];

describe('the marks of roles', () => {
  for (const [what, family] of Object.entries(FAMILIES)) {
    it(`are found in templates with ${what}, whoever speaks after whom`, () => {
      const marks = marksOf(family);
      for (const roles of USUAL) expect(unmarkedTurn(shownBy(family, roles), marks), roles.join()).toBeUndefined();
    });

    it(`are missed in templates with ${what} where a turn has none or another’s`, () => {
      const marks = marksOf(family);
      const greeting = (before: string): Shown[] => [
        { role: 'system', before: family.start + family.system[0] },
        { role: 'assistant', before },
      ];
      for (const before of ['', family.system[1], family.system[1] + family.user[0]]) {
        expect(unmarkedTurn(greeting(before), marks), before).toBe(1);
      }
      const second = (before: string): Shown[] => [...shownBy(family, ['user']), { role: 'user', before }];
      const opened = family.user[1] + family.assistant[0];
      for (const before of ['', family.user[1], opened, opened + family.user[0]]) {
        expect(unmarkedTurn(second(before), marks), before).toBe(1);
      }
    });

    it(`are missed in templates with ${what} where a later system message stands in a reply`, () => {
      const marks = marksOf(family);
      const later = (before: string): Shown[] => [...shownBy(family, ['user', 'assistant']), { role: 'system', before }];
      const [begun, closed] = [family.assistant[1] + family.user[0], family.assistant[1]];
      for (const before of ['', closed, `${closed} `, closed + family.assistant[0], `${begun}<|system|>`]) {
        expect(unmarkedTurn(later(before), marks), before).toBe(2);
      }
      expect(unmarkedTurn(later(`${closed}<|system|>`), marks)).toBeUndefined();
      expect(unmarkedTurn(later(begun), marks)).toBeUndefined();
    });
  }

  it('let the system message stand in the first user’s turn, or in the last', () => {
    const family: Family = { start: '<s>', system: ['', ''], user: ['[INST] ', ' [/INST]'], assistant: [' ', '</s>'] };
    const inside = (roles: readonly Role[]): Shown[] =>
      shownBy(family, roles).map((shown, index) => {
        if (index === 0 && shown.role === 'system') return { ...shown, before: '<s>[INST] <<SYS>>\n' };
        return index === 1 && roles[0] === 'system' ? { ...shown, before: '\n<</SYS>>\n\n' } : shown;
      });
    const marks = learnMarks(MODEL_CONVERSATIONS.map((messages) => inside(rolesOf(messages))));
    expect(unmarkedTurn(inside(['system', 'user', 'assistant', 'user']), marks)).toBeUndefined();
    expect(unmarkedTurn(inside(['system', 'assistant', 'user']), marks)).toBe(1);
    expect(unmarkedTurn(inside(['assistant', 'user']), marks)).toBe(0);
  });

  it('are not asked for where a template has none', () => {
    const bare: Family = { start: '', system: ['', '\n'], user: ['', '\n'], assistant: ['', '\n'] };
    for (const roles of USUAL) expect(unmarkedTurn(shownBy(bare, roles), marksOf(bare))).toBeUndefined();
    for (const roles of USUAL) expect(unmarkedTurn(shownBy(bare, roles), learnMarks([]))).toBeUndefined();
  });
});

it('a conversation takes turns when the user begins and nobody speaks twice', () => {
  const taking = (roles: readonly Role[]) => takesTurns(roles.map((role) => ({ role, content: 'x' })));
  for (const messages of MODEL_CONVERSATIONS) expect(takesTurns(messages)).toBe(true);
  for (const roles of USUAL) expect(taking(roles), roles.join()).toBe(false);
  expect(taking(['user', 'assistant', 'system', 'user'])).toBe(false);
  expect(taking([])).toBe(true);
});
