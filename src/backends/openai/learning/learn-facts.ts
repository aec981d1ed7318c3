import type { Dial } from '../../../chat.ts';
import type { BackendFacts } from '../../backend.ts';
import { guessStage } from '../../guess-stage.ts';
import { takenName } from '../build-body.ts';
import { detectFlavour } from '../flavours/detect-flavour.ts';
import type { Flavour, Served } from '../flavours/flavour.ts';
import type { Server } from '../server.ts';
import { type CutWatch, createCutWatch } from './cut-watch.ts';
import { createHabits, type ModelHabits } from './model-habits.ts';

const ASSUMED_CONTEXT_TOKENS = 8192;

/** What is known of the server and of the model that it serves now. */
export type Known = {
  flavour: Flavour;
  served: Served;
  habits: ModelHabits;
  cuts: CutWatch;
  /** tokens of prompt and reply together: told, assumed, or found out */
  contextTokens(): number;
};

export type Facts = {
  /** Asks the server once; what it said is kept until something fails. Throws BackendError. */
  learn(): Promise<Known>;
  describe(): Promise<BackendFacts>;
  /** Asks the server again next time: it may have been restarted with another model. */
  forget(): void;
};

/** What the server says about itself, and what its models turned out to do; the latter is never forgotten. */
export function createFacts(server: Server): Facts {
  const models = new Map<string, Pick<Known, 'habits' | 'cuts'>>();
  let learned: Promise<Known> | undefined;
  const told = new Set<string>();

  async function ask(): Promise<Known> {
    const flavour = await detectFlavour(server);
    const served = await flavour.learn(server);
    const model = models.get(served.name) ?? { habits: createHabits(), cuts: createCutWatch() };
    models.set(served.name, model);
    return { flavour, served, ...model, contextTokens: () => contextOf(server, served, model.habits).tokens };
  }
  const facts: Facts = {
    forget() {
      learned = undefined;
    },
    learn() {
      learned ??= ask().catch((error: unknown) => {
        facts.forget();
        throw error;
      });
      return learned;
    },
    async describe() {
      const known = await facts.learn();
      const notices = noticesOf(server, known);
      for (const notice of notices.filter((one) => !told.has(one))) server.log.info(notice);
      for (const notice of notices) told.add(notice);
      return describe(server, known, [...notices, ...known.habits.notices]);
    },
  };
  return facts;
}

function contextOf({ settings }: Server, served: Served, habits: ModelHabits) {
  const told = settings.contextTokens ?? served.contextTokens;
  const most = Math.min(served.mostContextTokens ?? Number.POSITIVE_INFINITY, habits.contextTokens ?? Number.POSITIVE_INFINITY);
  const isAssumed =
    habits.contextTokens === undefined && (told === undefined || (settings.contextTokens === undefined && served.unloaded));
  return { tokens: Math.min(told ?? ASSUMED_CONTEXT_TOKENS, most), isAssumed: isAssumed === true };
}

function describe(server: Server, { flavour, served, habits }: Known, notices: readonly string[]): BackendFacts {
  const { settings } = server;
  const { template, controlTexts, name } = served;
  const context = contextOf(server, served, habits);
  return {
    input: settings.mode === 'completion' ? 'pieces' : 'messages',
    model: {
      name,
      ...stageOf(server, served),
      censored: settings.censored,
      ...(template === undefined ? {} : { template }),
      ...(controlTexts === undefined ? {} : { controlTexts }),
    },
    contextTokens: context.tokens,
    ...(context.isAssumed ? { contextAssumed: true as const } : {}),
    honours: honoured(served, habits),
    flavour: flavour.name,
    ...(notices.length > 0 ? { notices } : {}),
  };
}

/** What is to be known of the context; what a model turned out to do says its own words. */
function noticesOf(server: Server, { served, habits }: Known): string[] {
  const { settings, place } = server;
  const { tokens, isAssumed } = contextOf(server, served, habits);
  const { contextTokens: asked } = settings;
  const most = served.mostContextTokens;
  const what = `The server of backend ${place.backend}`;
  if (isAssumed) return [`${what} does not say how long its context is; ${tokens} tokens assumed: set contextTokens.`];
  if (asked === undefined || most === undefined || asked <= most) return [];
  return [`${what} serves ${most} tokens with ${served.name}: prompts are made for that, and not for ${asked}.`];
}

/** A chat that the server lays out is a chat, unless the model's name says that it can only continue text. */
function stageOf({ settings }: Server, { name, template }: Served): Pick<BackendFacts['model'], 'stage' | 'stageFrom'> {
  if (settings.stage !== undefined) return { stage: settings.stage, stageFrom: 'settings' };
  const guessed = guessStage({ names: [name], template });
  if (settings.mode === 'completion' || template !== undefined) return guessed;
  return guessed.stage === 'base' && guessed.stageFrom === 'name' ? guessed : { stage: 'chat' };
}

/** Stop strings are applied by us in any case. */
function honoured({ dials }: Served, habits: ModelHabits): Dial[] {
  const entries = Object.entries(dials) as [Dial, string][];
  const taken = entries.filter(([, field]) => takenName(field, habits) !== undefined).map(([dial]) => dial);
  return [...new Set<Dial>([...taken, 'stop'])];
}
