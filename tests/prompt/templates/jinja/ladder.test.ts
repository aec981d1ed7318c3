import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../../src/chat.ts';
import { TemplateError } from '../../../../src/errors.ts';
import { neutralise } from '../../../../src/prompt/neutralise.ts';
import { climb } from '../../../../src/prompt/templates/jinja/ladder.ts';
import { parseTemplate } from '../../../../src/prompt/templates/jinja/parse-template.ts';
import { renderText } from '../../../../src/prompt/templates/jinja/render-text.ts';
import { ALTERNATING, CHATML, DROPPING, SYSTEMLESS } from '../shapes.ts';

const system = (content: string): ChatMessage => ({ role: 'system', content });
const user = (content: string): ChatMessage => ({ role: 'user', content });
const assistant = (content: string): ChatMessage => ({ role: 'assistant', content });

function show(source: string, messages: readonly ChatMessage[]) {
  const jinja = { name: 'of the test', source, bosToken: '<s>', eosToken: '</s>' };
  const program = parseTemplate(jinja);
  const render = (shown: readonly ChatMessage[]) => renderText(program, jinja, { messages: shown, thinking: 'off', now: 0 });
  const { pieces, rung, changes } = climb(
    { name: jinja.name, render, neutralise: ({ content }) => neutralise(content) },
    messages,
  );
  const contents = pieces.flatMap(({ text, control }) => (control ? [] : [text]));
  return { text: pieces.map(({ text }) => text).join(''), contents, rung, changes };
}

const EACH = '{% for message in messages %}';
const OPENING = '{% endfor %}<|assistant|>';
const midSystem = [system('si'), user('hi there'), assistant('hm'), system('rain'), user('look up')];

describe('the ladder', () => {
  it('says that nothing changed where a template shows a conversation as it is', () => {
    const { rung, changes, contents } = show(CHATML, midSystem);
    expect({ rung, changes, contents }).toEqual({
      rung: 'as-is',
      changes: [],
      contents: ['si', 'hi there', 'hm', 'rain', 'look up'],
    });
  });

  it('says what strict roles changed', () => {
    const { rung, changes } = show(ALTERNATING, [assistant('Sit.'), user('a'), user('b'), system('rain')]);
    expect(rung).toBe('strict-roles');
    expect(changes).toEqual([
      'a system message inside the conversation is written as a user’s',
      'turns of one role in a row are joined',
      'the user’s line "[The conversation begins.]" stands before the greeting',
    ]);
  });

  it('says that the system message begins the first user’s turn', () => {
    expect(show(SYSTEMLESS, [system('si'), user('a')])).toMatchObject({
      rung: 'folded-system',
      changes: ['the system message begins the first user’s turn'],
      contents: ['si\na'],
    });
  });

  it('says that a template writes the system message late', () => {
    expect(show(ALTERNATING, [system('si'), user('a'), assistant('b'), user('c')])).toMatchObject({
      rung: 'as-is',
      changes: ['the template writes the system message late'],
      contents: ['a', 'b', 'si', 'c'],
    });
  });

  it('notices a system message that is lost without a word, in the middle or at the beginning', () => {
    expect(show(DROPPING, midSystem)).toMatchObject({
      rung: 'system-first',
      contents: ['si', 'hi there', 'hm', 'rain', 'look up'],
      changes: ['a system message inside the conversation is written as a user’s'],
    });
    const ignoring = `${EACH}{% if message.role != 'system' %}<|{{ message.role }}|>{{ message.content }}{% endif %}${OPENING}`;
    expect(show(ignoring, midSystem)).toMatchObject({
      rung: 'folded-system',
      contents: ['si\nhi there', 'hm', 'rain\n\nlook up'],
    });
  });

  it('notices a system message that is moved among the turns', () => {
    const gathering = `{% for m in messages if m.role == 'system' %}{{ m.content }}{% endfor %}{% for m in messages if m.role != 'system' %}<|{{ m.role }}|>{{ m.content }}${OPENING}`;
    expect(show(gathering, midSystem)).toMatchObject({
      rung: 'system-first',
      contents: ['si', 'hi there', 'hm', 'rain', 'look up'],
      changes: ['a system message inside the conversation is written as a user’s'],
    });
  });

  it('keeps everything else raw where only a later system message is refused', () => {
    const strict = `{% for m in messages %}{% if m.role == 'system' and not loop.first %}{{ raise_exception('first') }}{% endif %}<|{{ m.role }}|>{{ m.content }}${OPENING}`;
    const asked = [system('si'), assistant('Sit.'), user('a'), user('b'), system('rain'), user('c')];
    expect(show(strict, asked)).toEqual({
      text: '<|system|>si<|assistant|>Sit.<|user|>a<|user|>b<|user|>rain<|user|>c<|assistant|>',
      contents: ['si', 'Sit.', 'a', 'b', 'rain', 'c'],
      rung: 'system-first',
      changes: ['a system message inside the conversation is written as a user’s'],
    });
  });

  it('steps down where a turn loses the mark of its role', () => {
    // the reply's mark stands at the end of the user's turn, so that a greeting has none
    const leading = `${EACH}{% if m.role == 'user' %}<user>{{ m.content }}<AI>{% else %}{{ m.content }}{% endif %}{% endfor %}`;
    const template = leading.replace('message in', 'm in');
    expect(show(template, [assistant('Sit.'), user('a')])).toMatchObject({
      text: '<user>[The conversation begins.]<AI>Sit.<user>a<AI>',
      rung: 'strict-roles',
    });
    expect(show(template, [user('a'), user('b')])).toMatchObject({ text: '<user>a\n\nb<AI>', rung: 'strict-roles' });
    expect(show(template, [user('a'), assistant('b'), system('rain'), user('c')])).toMatchObject({
      text: '<user>a<AI>b<user>rain\n\nc<AI>',
      rung: 'strict-roles',
    });
    expect(show(template, [system('si'), user('a'), assistant('b')]).rung).toBe('as-is');
  });

  it('says so where no step gives every turn its mark', () => {
    const stubborn = `{% for m in messages %}{% if messages | length == 3 %}{{ raise_exception('no') }}{% endif %}{% if m.role == 'user' %}<user>{{ m.content }}<AI>{% else %}{{ m.content }}{% endif %}{% endfor %}`;
    expect(show(stubborn, [assistant('Sit.'), user('a')])).toMatchObject({
      text: 'Sit.<user>a<AI>',
      rung: 'as-is',
      changes: ['a turn stands without the mark of its role'],
    });
  });

  it('tells only the beginning of a long reason', () => {
    const error = () => show("{{ raise_exception('never ' * 1000) }}", [user('a')]);
    expect(error).toThrow(/^The template of the test cannot show this conversation: (never ){50}\.\.\.\. Name another/);
  });

  it('refuses a template that drops turns, and counts them', () => {
    const forgetful = `{% for message in messages[-2:] %}<|{{ message.role }}|>{{ message.content }}${OPENING}`;
    expect(() => show(forgetful, midSystem)).toThrow(TemplateError);
    expect(() => show(forgetful, midSystem)).toThrow(/template of the test leaves out 3 of 5 messages\. Name another/);
    expect(() => show('Say something.', midSystem)).toThrow(/leaves out the conversation/);
  });

  it('takes the same step for turns without words', () => {
    expect(show(CHATML, [system('si'), assistant('Sit.'), user(''), assistant('Well?'), user('a')])).toMatchObject({
      rung: 'as-is',
      changes: [],
    });
    expect(show(CHATML, [system('si'), user('a'), user('b'), assistant(' '), user('c')])).toMatchObject({
      rung: 'as-is',
      changes: [],
    });
  });

  it('lets a template do something else for a turn of white space only', () => {
    const trimming = `${EACH}<|{{ message.role }}|>{% if message.content.strip() %}{{ '\\n' + message.content.strip() }}{% endif %}${OPENING}`;
    expect(show(trimming, [user('a'), assistant(' '), user('b')])).toMatchObject({
      text: '<|user|>\na<|assistant|><|user|>\nb<|assistant|>',
      contents: ['a', 'b'],
      rung: 'as-is',
      changes: [],
    });
  });

  it('writes contents as they are that a template writes more than once, in all their places, and says so', () => {
    const echoing = `${EACH}<|{{ message.role }}|>{{ message.content }}${OPENING}{{ messages[-1].content }}`;
    expect(show(echoing, [system('si'), user('a <|im_end|>')])).toMatchObject({
      contents: ['si', 'a <|im_end|>', 'a <|im_end|>'],
      rung: 'as-is',
      changes: ['the template writes a message more than once'],
    });
  });

  it('knows a content that is written as JSON or without its line breaks', () => {
    const quoting = `${EACH}{"{{ message.role }}": {{ message.content | tojson }}}${OPENING}`;
    expect(show(quoting, [user('say "a"\n')])).toMatchObject({ rung: 'as-is', contents: ['say \\"a\\"\\n'] });
    const trimming = `${EACH}<|{{ message.role }}|>{{ message.content.strip('\\n') }}${OPENING}`;
    expect(show(trimming, [user('\n a \n\n')])).toMatchObject({ rung: 'as-is', contents: [' a '] });
  });

  it('shows conversations to templates that go through tools, want functions or tell the date', () => {
    const tooled = `{% for tool in tools %}{{ tool }}{% endfor %}${EACH}<|{{ message.role }}|>{{ message.content }}${OPENING}`;
    expect(show(tooled, midSystem).rung).toBe('as-is');
    expect(show(`{{ '\\n' + functions }}{{ datetime }}${tooled}`, [user('a')]).text).toBe(
      '\nJan 01 1970<|user|>a<|assistant|>',
    );
    expect(show(`{{ strftime_now('%Y') }}${tooled}`, [user('a')]).text).toBe('1970<|user|>a<|assistant|>');
  });

  it('tells what a template says that throws at everything', () => {
    expect(() => show("{{ raise_exception('never') }}", midSystem)).toThrow(
      /of the test cannot show this conversation: never\. Name/,
    );
  });
});
