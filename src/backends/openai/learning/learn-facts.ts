import type { Dial, ReplyRequest } from '../../../chat.ts';
import type { BackendFacts } from '../../backend.ts';
import { guessStage } from '../../guess-stage.ts';
import { takenName } from '../build-body.ts';
import { detectFlavour } from '../flavours/detect-flavour.ts';
import type { Flavour, Served } from '../flavours/flavour.ts';
import type { Server } from '../server.ts';
import { type CutWatch, createCutWatch } from './cut-watch.ts';
import { keepFresh } from './keep-fresh.ts';
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
  /** tokens that thinking and reply may count on besides the prompt: more than that where it was only assumed and surely is more */
  windowTokens(): number;
  /** the context to ask a server for that serves what it is asked: told or assumed, never what was found out to fit */
  askedContextTokens(): number;
};

export type Facts = {
  /** What the last description was made of, so that a reply gets what its prompt was made for; asks the server where there was none. Throws BackendError. */
  learn(): Promise<Known>;
  /** Asks the server; what it said is kept until something fails, and asked for again now and then. Throws BackendError. */
  describe(): Promise<BackendFacts>;
  /** Asks the server again next time: it may have been restarted with another model. */
  forget(): void;
};

/** What one model turned out to do, and what its server said of it last. */
type Model = Pick<Known, 'habits' | 'cuts'> & { served?: Served };

/** What the server says about itself, and what its models turned out to do; of the latter only what hangs on the context is forgotten. */
export function createFacts(server: Server, now: () => number): Facts {
  const models = new Map<string, Model>();
  const told = new Set<string>();
  let last: Pick<Known, 'flavour' | 'served'> | undefined;

  async function ask(): Promise<Known> {
    const flavour = await detectFlavour(server, last?.flavour);
    const before =
      last?.flavour === flavour ? { name: last.served.name, of: (name: string) => models.get(name)?.served } : undefined;
    const served = await flavour.learn(server, before);
    last = { flavour, served };
    const model: Model = models.get(served.name) ?? { habits: createHabits(), cuts: createCutWatch() };
    models.set(served.name, model);
    noteContext(model, served);
    const context = () => contextOf(server, served, model.habits);
    return {
      flavour,
      served,
      habits: model.habits,
      cuts: model.cuts,
      contextTokens: () => context().tokens,
      askedContextTokens: () => context().asked,
      windowTokens: () => windowOf(context(), served),
    };
  }
  const failed = (error: unknown) => server.log.debug({ error }, 'the server could not be asked again what it serves');
  const fresh = keepFresh({ ask, now, failed });
  const facts: Facts = {
    learn: fresh.kept,
    forget: fresh.forget,
    async describe() {
      const known = await fresh.get();
      const notices = noticesOf(server, known);
      for (const notice of notices.filter((one) => !told.has(one))) server.log.info(notice);
      for (const notice of notices) told.add(notice);
      return describe(server, known, [...notices, ...known.habits.notices]);
    },
  };
  return facts;
}

/** A server that was started anew may serve another context: what was found out about the one before is true no more. */
function noteContext(model: Model, served: Served): void {
  const { contextTokens, contextLimit } = model.served ?? served;
  if (contextTokens !== served.contextTokens || contextLimit !== served.contextLimit) {
    model.habits.forgetContext();
    model.cuts.forgetContext();
  }
  model.served = served;
}

function contextOf({ settings }: Server, served: Served, habits: ModelHabits) {
  const told = settings.contextTokens ?? served.contextTokens;
  const asked = Math.min(told ?? ASSUMED_CONTEXT_TOKENS, served.contextLimit ?? Number.POSITIVE_INFINITY);
  const isGuess = settings.contextTokens === undefined && served.unloaded === true && served.contextLimit === undefined;
  const isAssumed = habits.contextTokens === undefined && (told === undefined || isGuess);
  return { asked, tokens: Math.min(asked, habits.contextTokens ?? asked), isAssumed };
}

/** Prompts are kept to what is assumed; a limit of the reply reserves nothing, so it need not be. */
function windowOf({ tokens, isAssumed }: ReturnType<typeof contextOf>, { leastContextTokens = 0 }: Served): number {
  return isAssumed ? Math.max(tokens, leastContextTokens) : tokens;
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
  const most = served.contextLimit;
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

/** A model may take fewer dials while it thinks than else: people are told when a reply was made so. */
export function tellDialsLeftOut(
  { served, habits }: Known,
  { request, server }: { request: ReplyRequest; server: Server },
): void {
  const { dials, thinkingDials } = served;
  if (request.thinking === 'off' || !thinkingDials) return;
  const left = (Object.keys(dials) as Dial[]).filter((dial) => !(dial in thinkingDials));
  if (left.length === 0) return;
  const what = `${served.name} of backend ${server.place.backend} takes no ${left.join(' and no ')} while it thinks`;
  const sentence = `${what}: such a setting has no effect on replies with thinking.`;
  if (habits.notice('dials while thinking', sentence)) server.log.info(sentence);
}

/** Stop strings are applied by us in any case. */
function honoured({ dials }: Served, habits: ModelHabits): Dial[] {
  const entries = Object.entries(dials) as [Dial, string][];
  const taken = entries.filter(([, field]) => takenName(field, habits) !== undefined).map(([dial]) => dial);
  return [...new Set<Dial>([...taken, 'stop'])];
}
