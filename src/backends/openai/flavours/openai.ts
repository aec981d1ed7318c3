import { OPENAI_DIALS, openaiCall } from '../build-body.ts';
import { OPENAI_URL } from '../settings.ts';
import type { Asked, DialFields, Flavour, Served } from './flavour.ts';
import { namedModel } from './list-models.ts';
import { openaiReader } from './openai-reader.ts';
import { chooseEffort } from './thinking-models.ts';

/** What a model takes while it reasons: https://platform.openai.com/docs/guides/reasoning */
const REASONING_DIALS: DialFields = { maxTokens: 'max_completion_tokens', seed: 'seed' };
/** Since GPT-5.1 it can be told not to, and then takes these as well. */
const RESTING_DIALS: DialFields = { ...REASONING_DIALS, temperature: 'temperature', topP: 'top_p' };

/** The smallest context of the models that reason, o1-mini's: https://platform.openai.com/docs/models. No page of the API tells it. */
const LEAST_CONTEXT_TOKENS = 128_000;

/** o-series, GPT-5 and later, fine-tuned ones too; those named `chat` are made for conversation and do not reason. */
const REASONING = /^(ft:)?(o\d|codex|gpt-([5-9]|\d\d)(?!.*chat))/;
const CAN_REST = /^(ft:)?gpt-(5\.[1-9]|[6-9]|\d\d)/;

export const openai: Flavour = {
  name: 'openai',
  isAt: (baseUrl) => new URL(baseUrl).host === new URL(OPENAI_URL).host,
  async learn(server) {
    // The first of its many models may be one that cannot chat; and its list tells no context length.
    const model = namedModel(server);
    return { name: model, ...abilities(model) };
  },
  call: (asked) => openaiCall(asked, reasoning(asked)),
  sendsThoughtsApart: () => true,
  reader: openaiReader,
};

function abilities(model: string): Omit<Served, 'name'> {
  if (!REASONING.test(model)) return { thinking: 'none', dials: OPENAI_DIALS };
  return { leastContextTokens: LEAST_CONTEXT_TOKENS, ...reasoningAbilities(model) };
}

function reasoningAbilities(model: string): Omit<Served, 'name'> {
  if (model.includes('-pro')) return { thinking: 'always', dials: REASONING_DIALS, efforts: ['high'] };
  if (CAN_REST.test(model)) {
    const efforts = ['none', 'low', 'medium', 'high'];
    return { thinking: 'switchable', dials: RESTING_DIALS, thinkingDials: REASONING_DIALS, efforts };
  }
  const lowest = model.includes('gpt-5') ? ['minimal'] : [];
  return { thinking: 'always', dials: REASONING_DIALS, efforts: [...lowest, 'low', 'medium', 'high'] };
}

function reasoning({ request, served, habits }: Asked) {
  if (served.thinking === 'none') return {};
  return { reasoning_effort: chooseEffort(request.thinking, habits.efforts ?? served.efforts) };
}
