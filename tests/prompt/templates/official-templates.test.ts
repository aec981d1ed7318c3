import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from '@huggingface/jinja';
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../src/chat.ts';
import { namedTemplates } from '../../../src/prompt/templates/named-templates.ts';
import { assistant, system, user, write } from './named/made-cases.ts';

// The named templates beside the Jinja templates that their models were published with, as far as the data has them.

const SYSTEM = 'You are a helpful assistant';

/** Where a named template is meant to differ: why, and what makes the official text into ours. */
type Difference = { because: string; ours: (official: string) => string };
type Pair = { named: string; official: string; withSystem?: Difference; always?: Difference };

const movedToTheFirstTurn = (opening: string): Difference => ({
  because: 'the system message stays in the first turn, so that the next prompt begins with this one',
  ours: (text) => text.replace(`${SYSTEM}\n\n`, '').replace(opening, `${opening}${SYSTEM}\n\n`),
});

const toldTheSystem: Difference = {
  because: 'the first templates of Phi-3 lose the system message without a word; the later ones write it',
  ours: (text) => `<|system|>\n${SYSTEM}<|end|>\n${text}`,
};

const PAIRS: readonly Pair[] = [
  { named: 'chatml', official: 'teknium/OpenHermes-2.5-Mistral-7B' },
  {
    named: 'llama2',
    official: 'bofenghuang/vigogne-2-70b-chat',
    always: {
      because:
        'Meta begins each exchange with the begin-of-sequence token; this one only the first, and it has a system message of its own',
      ours: (text) => text.replaceAll('</s>', '</s><s>').replace(/<<SYS>>\nVous êtes Vigogne.*?<<\/SYS>>\n\n/s, ''),
    },
  },
  { named: 'llama3', official: 'Llama-3' },
  { named: 'mistral-v1', official: "mistralai/Mistral-7B-Instruct-v0.2 (mistralai 'v1' template with a system prompt)" },
  {
    named: 'mistral-v3',
    official: "Mistral-Large-Instruct-2407 (mistralai 'v3' template; modified to have system prompt at start)",
    withSystem: movedToTheFirstTurn('[INST] '),
  },
  {
    named: 'mistral-v3-tekken',
    official: "Mistral-Nemo-Instruct-2407 (mistralai 'v3-tekken' template; modified to have system prompt at start)",
    withSystem: movedToTheFirstTurn('[INST]'),
  },
  { named: 'mistral-v7', official: "mistralai/Mistral-Large-Instruct-2411 (mistralai 'v7' template)" },
  {
    named: 'gemma',
    official: 'google/gemma-7b-it',
    withSystem: {
      because: 'Gemma 1 rejects a system message; that of Gemma 3 writes it before the first text, as here',
      ours: (text) => text.replace('<start_of_turn>user\n', `<start_of_turn>user\n${SYSTEM}\n\n`),
    },
  },
  { named: 'phi', official: 'Phi-3-mini', withSystem: toldTheSystem },
  { named: 'phi', official: 'Phi-3-medium', withSystem: toldTheSystem },
  { named: 'phi', official: 'Phi-3-small' },
  { named: 'phi', official: 'Phi-3-vision' },
  { named: 'phi4', official: 'phi-4' },
  { named: 'glm4', official: 'ChatGLM4' },
  { named: 'vicuna', official: 'eachadea/vicuna-13b-1.1' },
  { named: 'command-r', official: 'CohereForAI/c4ai-command-r-plus' },
];

/** Of these the data has no official template; the made cases in named/ say what they write. */
const NOT_IN_THE_DATA =
  'mistral-v7-tekken gemma4 phi4-mini qwen3 glm4.5 alpaca harmony deepseek deepseek-r1 exaone exaone3.5 plain'.split(' ');

it('every named template is compared with an official one or said to have none in the data', () => {
  const known = [...new Set([...PAIRS.map(({ named }) => named), ...NOT_IN_THE_DATA])];
  expect(known.toSorted()).toEqual([...namedTemplates.keys()].toSorted());
});

type Case = { name: string; template: string; eos?: string };

const folder = process.env.CONFORMANCE_DATA;

if (folder === undefined) {
  it('the named templates are not compared with official ones: CONFORMANCE_DATA is not set', () => {
    console.warn('CONFORMANCE_DATA is not set: the named templates were not compared with the official ones.');
  });
} else {
  const { conversation, cases } = JSON.parse(readFileSync(join(folder, 'chat-template-cases.json'), 'utf8')) as {
    conversation: [ChatMessage['role'], string][];
    cases: Case[];
  };
  const spoken = conversation.map(([role, content]): ChatMessage => ({ role, content }));
  const conversations: Record<string, ChatMessage[]> = {
    'the conversation of the data': spoken,
    'the same without its system message': spoken.slice(1),
    'one question': [system(SYSTEM), user('Hello')],
    'one question alone': [user('Hello')],
    'a longer one': [
      system(SYSTEM),
      user('a'),
      assistant('b'),
      user('c'),
      assistant('d'),
      user('e'),
      assistant('f'),
      user('g'),
    ],
  };

  describe.each(PAIRS)('$named and $official', ({ named, official, withSystem, always }) => {
    const published = cases.find(({ name }) => name === official);

    it.each(Object.entries(conversations))('write %s the same, or differ as is said', async (_name, messages) => {
      const told = messages[0]?.role === 'system';
      const difference = told ? (withSystem ?? always) : always;
      const text = renderOfficial(published, messages);
      const expected = difference ? difference.ours(text) : text;
      expect(await write(named, messages), difference?.because).toBe(expected);
      if (difference && messages.length > 2) expect(expected).not.toBe(text);
    });
  });
}

/** Where the official template rejects a system message, its text without one. */
function renderOfficial(published: Case | undefined, messages: readonly ChatMessage[]): string {
  if (!published) throw new Error('The data has no such template: the name in PAIRS is wrong.');
  const render = (shown: readonly ChatMessage[]) =>
    new Template(published.template).render({
      messages: shown.map(({ role, content }) => ({ role, content })),
      add_generation_prompt: true,
      bos_token: '',
      eos_token: published.eos ?? '',
    });
  try {
    return render(messages);
  } catch (error) {
    if (messages[0]?.role !== 'system' || !/system role not supported/i.test(String(error))) throw error;
    return render(messages.slice(1));
  }
}
