import { inspectModel } from '../../backends/llama/gguf/inspect-model.ts';
import { askForModels, type FoundServer, findServers } from '../../config/find-servers.ts';
import type { Config } from '../../config.ts';
import { messageOf, TroupeError } from '../../errors.ts';
import { isAddress } from '../model-files.ts';
import type { Asker } from './asker.ts';

/** Variables for .env; undefined turns one off. */
export type Variables = Record<string, string | undefined>;
type Choice = { baseUrl: string; model: string };
type Say = (line: string) => void;

const PATIENCE_MS = 5_000;

/** Asks which model is to answer until an answer can be used. Gives nothing when everything is to stay as it is. */
export async function askForModel(config: Config, asker: Asker, say: Say): Promise<Variables | undefined> {
  const choices = (await findServers()).flatMap(choicesOf);
  if (choices.length === 0) say('No model server answers on this machine (Ollama, LM Studio, llama-server ...).');
  else say('These models are served on this machine:');
  for (const [index, { baseUrl, model }] of choices.entries()) say(`  ${index + 1}  ${model}  at ${baseUrl}`);
  say(
    `Type ${choices.length > 0 ? 'a number, ' : ''}the address of an OpenAI-compatible server (…/v1), or the path of a .gguf file.`,
  );
  for (;;) {
    const answer = await asker.ask(`Model (Enter: ${describeCurrent(config)}): `);
    if (answer === '') return undefined;
    const chosen = choices[Number(answer) - 1];
    const variables = chosen ? servedBy(chosen) : await readAnswer(answer, asker, say);
    if (variables) return variables;
  }
}

function describeCurrent({ model, discord }: Config): string {
  if (model.openaiBaseUrl !== undefined) return `keep ${model.openaiBaseUrl}`;
  if (model.llama !== undefined) return `keep ${model.llama}`;
  return discord.token === undefined ? 'none, the demonstration model answers in the terminal' : 'none for now';
}

function choicesOf({ baseUrl, models }: FoundServer): Choice[] {
  return models.map((model) => ({ baseUrl, model }));
}

/** A key in .env would go before LLAMA_MODEL, so it is turned off with the rest; the line itself stays, behind a `#`. */
function inFile(model: string): Variables {
  return { LLAMA_MODEL: model, OPENAI_BASE_URL: undefined, OPENAI_MODEL: undefined, OPENAI_API_KEY: undefined };
}

function servedBy({ baseUrl, model }: Choice): Variables {
  return { OPENAI_BASE_URL: baseUrl, OPENAI_MODEL: model };
}

async function readAnswer(answer: string, asker: Asker, say: Say): Promise<Variables | undefined> {
  if (/^https?:\/\//i.test(answer) && !/\.gguf$/i.test(answer)) return askServer(answer.replace(/\/+$/, ''), asker, say);
  if (isAddress(answer)) return inFile(answer);
  if (/^\d+$/.test(answer)) {
    say(`There is no number ${answer} above.`);
    return undefined;
  }
  try {
    const { name } = await inspectModel(answer);
    say(`${answer} holds ${name}.`);
    return inFile(answer);
  } catch (error) {
    if (!(error instanceof TroupeError)) throw error;
    say(messageOf(error));
    return undefined;
  }
}

async function askServer(baseUrl: string, asker: Asker, say: Say): Promise<Variables | undefined> {
  const key = await asker.askSecret('Its API key (Enter: none): ');
  const server = await askForModels(baseUrl, AbortSignal.timeout(PATIENCE_MS), key === '' ? undefined : key);
  if (!server) say(`${baseUrl} did not answer as an OpenAI-compatible server with ${key === '' ? 'no' : 'this'} key.`);
  if (!server && !/^y/i.test(await asker.ask('Use it all the same? [y/N] '))) return undefined;
  const first = server?.models[0];
  if (server && server.models.length > 1) say(`It serves ${server.models.slice(0, 20).join(', ')}.`);
  const model = await asker.ask(`Name of the model (Enter: ${first ?? 'the one it has loaded'}): `);
  return { OPENAI_BASE_URL: baseUrl, OPENAI_MODEL: model || first, ...(key !== '' && { OPENAI_API_KEY: key }) };
}
