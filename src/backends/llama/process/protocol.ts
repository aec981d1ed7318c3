// What the bot's process and the engine's process say to each other, over Node's IPC channel with structured clones.
import type { ReplyPart, ReplyRequest } from '../../../chat.ts';
import type { BackendFailure } from '../../../errors.ts';
import type { PeekRequest, TokenOdds } from '../../backend.ts';
import type { ModelFacts } from '../gguf/inspect-model.ts';
import type { LlamaSettings } from '../settings.ts';

/** The model that an engine process is to load; the first thing it is told, and told once. */
export type OpenOrder = {
  /** of the backend, for its errors */
  name: string;
  /** path of a GGUF file */
  file: string;
  settings: LlamaSettings;
  /** where states are saved, in a folder of their own; left out, none are */
  dataFolder?: string;
};

/** What is asked of the engine. `id` is the asker's own, and stands in every report on it. */
export type Order =
  | { type: 'open'; id: number; order: OpenOrder }
  | { type: 'reply'; id: number; request: ReplyRequest }
  /** stop this reply within one token; it still ends with its end part. Or this look, which then fails */
  | { type: 'stop'; id: number }
  | { type: 'peek'; id: number; request: PeekRequest }
  | { type: 'count'; id: number; texts: readonly string[] }
  | { type: 'forget'; id: number; session: string }
  /** let everything go and end the process */
  | { type: 'close'; id: number };

/** What an opened engine is. */
export type EngineFacts = {
  model: ModelFacts;
  /** tokens of prompt and reply together, of each sequence */
  contextTokens: number;
  /** 'cuda', 'vulkan', 'metal', or 'none' */
  gpu: string;
  sequences: number;
};

/** What the last report on an order carries. */
export type Answers = {
  open: EngineFacts;
  peek: TokenOdds;
  count: number[];
  forget: undefined;
  close: undefined;
  reply: undefined;
};

export type Report =
  | { type: 'parts'; id: number; parts: readonly ReplyPart[] }
  | { type: 'done'; id: number; value: Answers[keyof Answers] }
  | { type: 'failed'; id: number; failure: BackendFailure; message: string }
  /** a line of pino's JSON */
  | { type: 'log'; line: string };
