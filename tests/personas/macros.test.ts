import { expect, it } from 'vitest';
import { expandMacros } from '../../src/personas/macros.ts';

const names = { char: 'Rook', user: 'Mina' };

it('expands char and user in any case and in their older spelling', () => {
  const text = '{{char}} {{CHAR}} {{ Char }} <BOT> <char> {{user}} {{User}} <USER>';
  expect(expandMacros(text, names)).toBe('Rook Rook Rook Rook Rook Mina Mina Mina');
});

it('leaves unknown macros and those without a value as they are written', () => {
  const text = '{{random:a,b}} {{super}} {{ time }} {char} {{char <BOTS> {{}}';
  expect(expandMacros(text, names)).toBe(text);
  expect(expandMacros('{{char}} {{user}}', { char: 'Rook' })).toBe('Rook {{user}}');
});

it('never reads its own output again', () => {
  expect(expandMacros('{{user}} {{char}}', { char: '{{user}}', user: '{{char}}$&<BOT>' })).toBe('{{char}}$&<BOT> {{user}}');
  expect(expandMacros('{{{{char}}}}', names)).toBe('{{Rook}}');
});
