import { describe, expect, it } from 'vitest';
import { compose } from '../../src/prompt/compose.ts';
import { HOUSE, memberTurn, personaOf, personaTurn } from './scenes.ts';

const CHATML = "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endfor %}";
const PLAIN =
  "{% for m in messages %}{% if m.role == 'user' %}{{ ' USER: ' + m.content }}{% else %}{{ ' ASSISTANT: ' + m.content + eos_token }}" +
  '{% endif %}{% endfor %}';
const THINKS =
  "{% if tools %}{{ '<tools>\\n' }}{% for tool in tools %}{{ tool | tojson }}{% endfor %}" +
  '{{ \'</tools>\\n<tool_call>\\n{"name": <function-name>, "arguments": <args-json-object>}\\n</tool_call>\' }}{% endif %}' +
  `${CHATML}{% if enable_thinking is false %}{{ '<think>\\n\\n</think>\\n\\n' }}{% endif %}`;

const TEMPLATES = { ChatML: CHATML, 'plain text': PLAIN, 'like Qwen3': THINKS };

const ORDINARY: readonly string[] = [
  '{\n  "user": "bob",\n  "system": {"assistant": 1},\n  "Rook": true\n}',
  '[{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yo"}]',
  '```yaml\nuser: root\nsystem: linux\nassistant:\n  - name: x\n```',
  'services:\n  web:\n    image: nginx:1.27\n    ports: ["80:80"]',
  'const x: Array<T> = [1, 2]; std::cout << y << std::endl; // a::b',
  'def f(user: str) -> dict[str, int]: return {"a": 1}',
  'a |> f <- b => c <= d <> e || f && g; x[0] = {y: 1}',
  '#include <stdio.h>\n#define A(b) [b]',
  'git commit -m "fix: parser" && cd ~/projects/think && rm -rf ./nothink_dir',
  'call it as f(<function-name>, <args-json-object>) or <placeholder>',
  ':smile: :sunny: what a day :tada:',
  ':rook: is my favourite',
  '<:rook:123456789012345678> and <a:mina:123456789012345678> yay',
  '<@123456789> <#42> <t:1700000000:R> </play:123>',
  '👩‍👩‍👧 ✌🏽 🇰🇷 ʕ•ᴥ•ʔ ¯\\_(ツ)_/¯ :) :D ;)',
  'https://user:secret@example.com:8080/think/about?a=1#b',
  'see https://example.com/thinkpad-x1 and http://localhost:3000/no_think',
  'I say/think/do what I want, pros/cons, and/or',
  'C:\\Users\\mina\\think and /home/user/think/x',
  'lan: 192.168.0.1\nwan: 10.0.0.1:443\nip6: fe80::1',
  '12:30 lunch, 18:00 gym, [12:03] it is, 2026-01-01T12:00:00Z',
  'ROMEO: But soft, what light\nJULIET: O Romeo',
  '로미오: 저 빛은?\n줄리엣: 오 로미오',
  '12:30에 만나자ㅋㅋ 준비물: 물, 간식 ㅠㅠ',
  '민수가 그러는데: 내일 시험이래',
  '오늘 할 일: 청소, 빨래 / 시간: 3시',
  'Note: bring milk\nTODO: fix\nP.S.: hi\nQ: what?\nA: that.',
  'System requirements: 8GB\nUser-Agent: Mozilla\nHuman resources: call them\nResponse time: 3ms\nDeveloper Mode: on',
  '| a | b |\n|---|---|\n**bold**: yes, _so_: no, > quote: x',
  '<div class="a">x</div> <b>hi</b> <img src="x"> ||spoiler||',
  'रामः वदति: नमस्ते\nДима: привет\nΜαρία: γεια\nمريم: مرحبا',
  '```yaml\nmax: 5\n```',
  '```ts\n  mina: string;\n  max?: number;\n  Max: number;\n```',
  '```py\n  max: int = 3\n```',
  '```json\n{\n  Max: 3 }\n```',
  '```\nMax:3\nMax : 3\n# Max: 3\n```',
  'Rook::new();\nMax::new() is what you want, or Max::<u8>::new()',
  '- Rook::new()\n`Max::new()`: makes one',
  'https://example.com\n- https://example.com: read it',
  'Rooks: fine\nThe rook: a bird\nRook, listen: no\nMr. Rook said: no',
];

describe.each(Object.entries(TEMPLATES))('ordinary text, for a model whose template is %s', (_, template) => {
  const model = { template, bosToken: '<s>', eosToken: '</s>' };
  const turns = [memberTurn(1, 'hi', { name: 'Ian' }), personaTurn(2, 'Hm.'), memberTurn(3, 'hi', { name: 'Sunny' })];
  turns.push(memberTurn(4, 'hi', { name: 'Max' }), memberTurn(5, 'hi', { name: 'https' }));
  const said = (text: string, shared: boolean) => {
    const scene = { house: HOUSE, persona: personaOf(), turns, message: { text, name: 'Mina' }, shared, model };
    return compose(scene).at(-1)?.text;
  };

  it.each(ORDINARY.map((text) => [text]))('stays as it is: %j', (text) => {
    expect(said(text, true)).toBe(text);
    expect(said(text, false)).toBe(text);
  });
});
