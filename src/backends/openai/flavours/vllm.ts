import { z } from 'zod';
import { LOCAL_DIALS, openaiCall, templateSwitch } from '../build-body.ts';
import { askPage, type Body, type Server } from '../server.ts';
import { switchesByPrompt, thinkingByPrompt } from './ask-template.ts';
import type { Asked, Call, DialFields, Flavour, Served } from './flavour.ts';
import { chooseModel, listedContext, listedNames, listModels } from './list-models.ts';
import { openaiReader } from './openai-reader.ts';
import { countApart, lengthsBetween } from './parted-counts.ts';
import { chooseEffort, isGptOss, knownThinking, SWITCHES } from './thinking-models.ts';

/** https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html */
const DIALS: DialFields = { ...LOCAL_DIALS, repeatPenalty: 'repetition_penalty' };

const versionSchema = z.object({ version: z.string() });
const tokensSchema = z.object({ tokens: z.array(z.int()), token_strs: z.array(z.string()).nullish() });

/** Control tokens of the families that people serve. Each is one token wherever it stands, so it can part texts. */
const PARTINGS: readonly string[] = [
  ...['<|im_end|>', '<|eot_id|>', '<end_of_turn>', '<turn|>', '</s>', '<|end|>', '<|endoftext|>', '<｜end▁of▁sentence｜>'],
  ...['[|endofturn|]', '<|END_OF_TURN_TOKEN|>', '<eos>', '<|user|>'],
];

export const vllm: Flavour = {
  name: 'vllm',
  async detect(server) {
    if (!versionSchema.safeParse(await askPage(server, `${server.rootUrl}/version`)).success) return false;
    const list = await listModels(server);
    return list.some(({ owned_by, max_model_len }) => owned_by === 'vllm' || max_model_len !== undefined);
  },
  async learn(server) {
    const list = await listModels(server);
    const name = chooseModel(list, server);
    const contextTokens = listedContext(list, name);
    const names = listedNames(list, name);
    const thinking = knownThinking(names) ?? (await thinkingByPrompt(server, name));
    return {
      name,
      names,
      thinking,
      ...(thinking === 'switchable' && (await switchesByPrompt(server, name)) ? { hasOurSwitch: true as const } : {}),
      dials: DIALS,
      ...(contextTokens === undefined ? {} : { contextTokens, contextLimit: contextTokens }),
    };
  },
  call(asked) {
    const call = openaiCall(asked, thinkingSwitch(asked));
    // 0 turns top_k off here only since vLLM 0.9; -1 always has.
    return call.body.top_k === 0 ? { ...call, body: { ...call.body, top_k: -1 } } : call;
  },
  // Only where it was started with --reasoning-parser.
  sendsThoughtsApart: () => false,
  isSwitchedOff,
  mayFileReplyAsThought,
  reader: openaiReader,
  tokenise,
};

/**
 * A reasoning parser takes all for thought until it sees the mark that closes one, and a model that does not think never writes it:
 * https://github.com/vllm-project/vllm/issues/17349 and 19839. That it does not think is known of its family, or because its switch
 * was turned off in this very request, and its template is known to read that; unless thoughts and replies of it came after that all
 * the same.
 */
function mayFileReplyAsThought(asked: Asked, call: Call): boolean {
  const { request, served, habits } = asked;
  if (request.thinking !== 'off' || habits.partsThoughts) return false;
  // An adapter may have taught thinking to a model that did not know it.
  const own = namesOf(served).slice(0, namesOf(served).indexOf(served.name) + 1);
  return knownThinking(own) === 'none' || isSwitchedOff(asked, call);
}

function isSwitchedOff({ served }: Asked, { body }: Call): boolean {
  const kwargs = z.record(z.string(), z.unknown()).safeParse(body.chat_template_kwargs);
  return served.hasOurSwitch === true && kwargs.success && SWITCHES.every((name) => kwargs.data[name] === false);
}

function namesOf({ name, names = [name] }: Served): readonly string[] {
  return names;
}

function thinkingSwitch(asked: Asked): Body {
  // gpt-oss has no chat template in vLLM; how much it thinks is told by OpenAI's field.
  if (!isGptOss(namesOf(asked.served))) return templateSwitch(asked);
  return { reasoning_effort: chooseEffort(asked.request.thinking, asked.habits.efforts ?? ['low', 'medium', 'high']) };
}

/**
 * vLLM tokenises one text a request, so texts are parted by a control token of the model, whose id shows where each of them ends.
 * Source: https://docs.vllm.ai/en/latest/api/vllm/entrypoints/serve/tokenize/protocol.html
 */
async function tokenise(server: Server, model: string, texts: readonly string[]): Promise<readonly number[]> {
  const ask = async (prompt: string, further: Body = {}) => {
    const body = { model, prompt, add_special_tokens: false, ...further };
    return tokensSchema.parse(await server.tell(`${server.rootUrl}/tokenize`, body));
  };
  const apart = () => countApart(texts, async (text) => (await ask(text)).tokens.length);
  if (texts.length === 1) return apart();
  const { tokens: ids, token_strs: pieces } = await ask(PARTINGS.join(''), { return_token_strs: true });
  const index = pieces?.findIndex((piece) => PARTINGS.includes(piece)) ?? -1;
  const [parting, id] = [pieces?.[index], ids[index]];
  if (parting === undefined || id === undefined || texts.some((text) => text.includes(parting))) return apart();
  const { tokens } = await ask(texts.join(parting));
  const counts = lengthsBetween(tokens, id);
  return counts.length === texts.length ? counts : apart();
}
