import { describe, expect, it } from 'vitest';
import { endsByItself, holdsValue, loops, saysNotTold } from '../../bench/pocket/judge.ts';

describe('holdsValue', () => {
  it.each([
    ['Your favourite colour is teal.', 'teal'],
    ['TEAL, was it?', 'teal'],
    ['*nods* Mushroom pie, then.', 'mushroom pie'],
    ['You are 34.', '34'],
    ['34, 35: which?', '34'],
    ['Was it 33, 34?', '34'],
    ['A 34-year-old, I believe.', '34'],
    ["It's Zorvek's stool.", 'Zorvek'],
    ['Cafe\u0301 au lait', 'café au lait'],
    ['You promised to water\nthe ferns.', 'water the ferns'],
  ])('finds the whole word: %s', (reply, value) => expect(holdsValue(reply, value)).toBe(true));

  it.each([
    ['Your colour is tealish.', 'teal'],
    ['Steal it.', 'teal'],
    ['You are 341.', '34'],
    ['The code is 4711.', '47'],
    ['Mushroom. Pie.', 'mushroom pie'],
    ['You are 3.34.', '34'],
    ['You are 34.5.', '34'],
    ['The code is 12,345.', '12'],
    ['The code is 12,345.', '345'],
    ['Your colour is blue.', 'teal'],
    ['', 'teal'],
    ['anything', ''],
  ])('takes nothing else for it: %s', (reply, value) => expect(holdsValue(reply, value)).toBe(false));

  it('takes a value as it is, not as a pattern', () => {
    expect(holdsValue('It was abc.', 'a.c')).toBe(false);
    expect(holdsValue('It was a.c then.', 'a.c')).toBe(true);
  });

  it.each([
    ['지훈이라고 했죠.', '지훈'],
    ['좋아하는 색은 하늘색이에요.', '하늘색'],
    ['4711이라고 했어요.', '4711'],
    ['스물은 아니고 34살이요.', '34'],
    ['Zorvek이라고 들었어요.', 'Zorvek'],
    ['화분에 물 주기로 약속했죠.', '화분에 물 주기'],
    ['하늘'.normalize('NFD'), '하늘'],
    ['미나 님, 미나님이 그랬죠', '미나'],
    ['미나잖아요.', '미나'],
    ['미나한테는 말했어요.', '미나'],
    ['34살이라고 했어요.', '34'],
    ['번호는 4711번이에요.', '4711'],
    ['서울에서 왔다고 했죠.', '서울'],
  ])('lets particles follow: %s', (reply, value) => expect(holdsValue(reply, value)).toBe(true));

  it.each([
    ['박지훈이라고 했죠.', '지훈'],
    ['47115이라고 했어요.', '4711'],
    ['Zorveks라고 했어요.', 'Zorvek'],
    ['화분에 물을 주기로 했죠.', '화분에 물 주기'],
    ['미나리라고 했죠.', '미나'],
    ['지안나예요.', '지안'],
    ['김치라면이에요.', '김치'],
    ['미나살이에요.', '미나'],
    ['34님이에요.', '34'],
  ])('lets nothing else stand beside it: %s', (reply, value) => expect(holdsValue(reply, value)).toBe(false));
});

describe('saysNotTold', () => {
  it.each([
    "You haven't told me your name.",
    'You haven’t told me that.',
    'NEVER MENTIONED, that colour.',
    'Nobody said. I do not know your city.',
    '아직 이름은 말해 준 적이 없어요.',
    '그건 잘 모르겠어요.',
    '색은 못 들었어요.'.normalize('NFD'),
  ])('hears it: %s', (reply) => expect(saysNotTold(reply)).toBe(true));

  it.each(['Your name is Theo.', 'You told me once.', 'I know it well.', '지훈이라고 했죠.', ''])(
    'hears nothing else: %s',
    (reply) => expect(saysNotTold(reply)).toBe(false),
  );
});

describe('loops', () => {
  it.each([
    'the tram is late, the tram is late again',
    'a a a a a',
    'One two three four. And: ONE, two three four!',
    '비가 와서 길이 젖고 비가 와서 길이 젖고',
  ])('sees four words come twice: %s', (reply) => expect(loops(reply)).toBe(true));

  it.each(['the tram is late and the tram is early', 'a a a a', 'Never again, never again.', ''])(
    'lets shorter repetitions be: %s',
    (reply) => expect(loops(reply)).toBe(false),
  );
});

describe('endsByItself', () => {
  it('wants a complete reply of at most 60 tokens', () => {
    expect(endsByItself({ end: 'complete', tokens: 60 })).toBe(true);
    expect(endsByItself({ end: 'complete', tokens: 61 })).toBe(false);
    expect(endsByItself({ end: 'length', tokens: 20 })).toBe(false);
    expect(endsByItself({ end: 'broken', tokens: 0 })).toBe(false);
  });
});
