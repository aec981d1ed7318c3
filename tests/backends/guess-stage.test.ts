import { describe, expect, it } from 'vitest';
import { guessStage } from '../../src/backends/guess-stage.ts';

const CHATML =
  "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n'}}{% endfor %}";
const ONE_TURN = "### Instruction:\n{{ messages[-1]['content'] }}\n\n### Response:\n";

describe('guessStage', () => {
  it('takes the file’s own word before everything else, where it is one of the three', () => {
    const traces = { names: ['Small Chat Base'], finetune: 'Instruct', template: CHATML };
    for (const stage of ['base', 'instruct', 'chat']) {
      expect(guessStage({ ...traces, stage })).toEqual({ stage, stageFrom: 'metadata' });
    }
    expect(guessStage({ names: ['m'], stage: 'improv', template: CHATML })).toEqual({ stage: 'chat', stageFrom: 'template' });
  });

  it.each([
    ['Qwen3-8B-Base', 'base', 'name'],
    ['gemma-3-4b-pt', 'base', 'name'],
    ['Llama-3.1-8B-Instruct', 'chat', 'template'],
    ['gemma-3-4b-it-Q4_K_M.gguf', 'chat', 'template'],
    ['Qwen3-4B-Thinking-2507', 'chat', 'template'],
    ['Yi-34B-Chat', 'chat', 'name'],
    ['EXAONE-3.5-7.8B-Instruct', 'chat', 'template'],
    ['tulu-3-8B-SFT-DPO', 'chat', 'template'],
    ['some-7B-base-SFT', 'chat', 'template'],
    ['gaia-pt-br-4b', 'chat', 'template'],
    ['Qwen3-8B', 'chat', 'template'],
  ])('knows what %s is, though all of them ship a template that writes turns', (name, stage, stageFrom) => {
    expect(guessStage({ names: [name], template: CHATML })).toEqual({ stage, stageFrom });
  });

  it.each([
    ['llama-2-7b.Q4_K_M.gguf', 'base', 'template'],
    ['llama-2-7b-chat.Q4_K_M.gguf', 'chat', 'name'],
    ['mistral-7b-instruct-v0.1.Q4_K_M.gguf', 'instruct', 'name'],
    ['vicuna-13b-v1.5', 'chat', 'name'],
    ['alpaca-7b', 'instruct', 'name'],
    ['database-items', 'base', 'template'],
  ])('goes by the name of %s where there is no template', (name, stage, stageFrom) => {
    expect(guessStage({ names: [name] })).toEqual({ stage, stageFrom });
  });

  it('takes a template that shows one turn for an instruct model’s', () => {
    expect(guessStage({ names: ['m'], template: ONE_TURN })).toEqual({ stage: 'instruct', stageFrom: 'template' });
    expect(guessStage({ names: ['m-chat'], template: ONE_TURN })).toEqual({ stage: 'instruct', stageFrom: 'template' });
    expect(guessStage({ names: ['m-instruct'], template: ONE_TURN })).toEqual({ stage: 'instruct', stageFrom: 'name' });
  });

  it('trusts what it was made into before its names, the first name before the second, and tags least', () => {
    const names = ['Nimbus 8B', 'nimbus-8b-base.gguf'];
    expect(guessStage({ finetune: 'Chat', names })).toEqual({ stage: 'chat', stageFrom: 'metadata' });
    expect(guessStage({ names: ['Nimbus Chat', 'nimbus-8b-base.gguf'] })).toEqual({ stage: 'chat', stageFrom: 'name' });
    expect(guessStage({ names, tags: ['chat'] })).toEqual({ stage: 'base', stageFrom: 'name' });
    expect(guessStage({ names: ['Nimbus'], tags: ['text-generation', 'pretrained'], template: CHATML })).toEqual({
      stage: 'base',
      stageFrom: 'metadata',
    });
  });

  it('reads nothing into sizes, dates and languages', () => {
    const chat = { stage: 'chat', stageFrom: 'template' };
    expect(guessStage({ finetune: '1.4B', names: ['m'], template: CHATML })).toEqual(chat);
    expect(guessStage({ finetune: '2507', names: ['m'], tags: ['en', 'it', 'pt'], template: CHATML })).toEqual(chat);
  });
});
