import { expect, it } from 'vitest';
import { strftime } from '../../../src/prompt/templates/strftime.ts';

const morning = new Date(Date.UTC(2026, 2, 4, 0, 5, 9));

it('writes dates as Python does, in English and UTC on every machine', () => {
  expect(strftime(morning, '%A, %d %B %Y; %a %b %y; %m')).toBe('Wednesday, 04 March 2026; Wed Mar 26; 03');
  expect(strftime(morning, '%H:%M:%S %I %p %-d %-m 100%% %z')).toBe('00:05:09 12 AM 4 3 100% +0000');
});

it('leaves formats it does not know as they are written', () => {
  expect(strftime(morning, '%Q %-Q %')).toBe('%Q %-Q %');
});
