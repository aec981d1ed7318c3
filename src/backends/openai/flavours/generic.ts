import { LOCAL_DIALS, mayThink, openaiCall, templateSwitch } from '../build-body.ts';
import type { Body } from '../server.ts';
import type { Asked, Flavour } from './flavour.ts';
import { chooseModel, listedContext, listedNames, listModels } from './list-models.ts';
import { openaiReader } from './openai-reader.ts';
import { chooseEffort, knownThinking } from './thinking-models.ts';

/** Any other server: it is asked for what most of them know, and what it refuses is left out. */
export const generic: Flavour = {
  name: 'generic',
  async learn(server) {
    const { settings } = server;
    const list = settings.model !== undefined && settings.contextTokens !== undefined ? [] : await listModels(server);
    const name = chooseModel(list, server);
    const contextTokens = listedContext(list, name);
    return {
      name,
      thinking: knownThinking(listedNames(list, name)) ?? 'none',
      dials: LOCAL_DIALS,
      ...(contextTokens === undefined ? {} : { contextTokens }),
    };
  },
  call: (asked) => openaiCall(asked, thinkingSwitch(asked)),
  sendsThoughtsApart: () => false,
  // A field for thoughts that is null tells nothing: SGLang sends it without a parser as well.
  tookOff: (_asked, usage) => usage?.completion_tokens_details?.reasoning_tokens === 0,
  reader: openaiReader,
};

/** Some hand arguments to the template, others take OpenAI's field. A model that is not known to think is asked nothing. */
function thinkingSwitch(asked: Asked): Body {
  if (!mayThink(asked)) return {};
  const effort = chooseEffort(asked.request.thinking, asked.habits.efforts);
  return { ...templateSwitch(asked), reasoning_effort: effort };
}
