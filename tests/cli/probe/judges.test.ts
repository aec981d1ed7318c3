import { describe, expect, it } from 'vitest';
import type { EndReason } from '../../../src/chat.ts';
import { answers, goesOnWith, goesOnWithScript, greets, saysOnly } from '../../../src/cli/probe/judges.ts';
import type { Judgement, Reply } from '../../../src/cli/probe/question.ts';

type Judge = (reply: Reply) => Judgement;
const judged = (judge: Judge, text: string, end: EndReason = 'complete') => judge({ text, end }).judged;

describe('text that goes on', () => {
  it('has the word at once, and does not begin again', () => {
    const judge = goesOnWith('green', 'Green is what Anna likes best, so her door is');
    expect(judged(judge, ' green too. Anna lives in Oslo.', 'length')).toBe('yes');
    expect(judged(judge, ` open. ${'It is old. '.repeat(8)} The roof is green.`)).toBe('no');
    expect(judged(judge, '"Green is what Anna likes best, so her door is" green.')).toBe('no');
    expect(judged(goesOnWith('초록', '미나는 초록색을 좋아한다. 그래서 문도'), ' 초록색이다.')).toBe('yes');
  });

  it('writes the next speaker’s line of a script', () => {
    expect(judged(goesOnWithScript, ' Orange.\nMina: Right!\nRook: I', 'length')).toBe('yes');
    expect(judged(goesOnWithScript, ' 주황색이요.\n손님: 맞아요')).toBe('yes');
    expect(judged(goesOnWithScript, ' Orange, you said.')).toBe('no');
  });
});

describe('an instruction that is followed', () => {
  it('says only what it was told to say, whatever marks stand around it', () => {
    for (const text of ['violet', '"Violet."', ' **violet**\n']) expect(judged(saysOnly('violet'), text)).toBe('yes');
    for (const text of ['violet, as you wish', 'Sure! violet', 'Violets']) expect(judged(saysOnly('violet'), text)).toBe('no');
  });

  it('greets, and does not say the instruction again', () => {
    for (const text of ['Hello, Nora!', 'Hi Nora, nice to meet you.', 'Welcome, Nora.']) {
      expect(judged(greets('Nora'), text)).toBe('yes');
    }
    for (const text of ['Say hello to Nora.', 'Hello!', 'Nora it is.']) expect(judged(greets('Nora'), text)).toBe('no');
  });

  it('answers with the word, and does not say the question again', () => {
    const judge = answers('Anna', 'What is my name?');
    expect(judged(judge, 'Your name is Anna.')).toBe('yes');
    expect(judged(judge, 'You said: My name is Anna. What is my name?')).toBe('no');
    expect(judged(judge, 'I do not know.')).toBe('no');
  });

  it('ends by itself and speaks for nobody else', () => {
    const judge = answers('Anna', 'What is my name?');
    expect(judge({ text: 'Anna. What is my age? I am', end: 'length' })).toEqual({
      judged: 'no',
      because: 'answers "Anna", but does not end by itself',
    });
    expect(judge({ text: 'Anna.\nUser: And where do I live?', end: 'complete' })).toEqual({
      judged: 'no',
      because: 'answers "Anna", but goes on for the member',
    });
  });
});
