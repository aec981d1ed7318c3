import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Stage } from '../../../chat.ts';
import { messageOf, TroupeError } from '../../../errors.ts';
import { guessStage, type StageSource } from '../../guess-stage.ts';
import { type GgufHead, type GgufValue, HeadIsLongerError, NotGgufError, parseGguf } from './parse-gguf.ts';
import { bytesOf, dominantType, elementsOf } from './quantisation.ts';

/** What a GGUF file says about itself. */
export type ModelFacts = {
  path: string;
  name: string;
  architecture: string;
  /** weights, of this file alone where a model is split */
  parameters: number;
  /** what most weights are stored as: F16, Q4_K ... */
  quantisation: string;
  sizeBytes: number;
  /** tokens, as trained */
  contextTokens: number | undefined;
  vocabularySize: number;
  /** the Jinja chat template, where it has one */
  template: string | undefined;
  /** how it was trained, by its metadata, name or template */
  stage: Stage;
  stageFrom: StageSource;
  licence: string | undefined;
  bosToken: string | undefined;
  eosToken: string | undefined;
  /** texts of its control, user-defined and unknown tokens: what llama.cpp reads as one token before it looks at anything else */
  controlTexts: readonly string[];
  /** of the head and the file's length */
  hash: string;
};

const FIRST_READ_BYTES = 4 * 2 ** 20;
const LARGEST_HEAD_BYTES = 512 * 2 ** 20;
const GET_A_MODEL = 'name a GGUF file, or download one with an hf: address (see docs/backends.md)';
/** https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, tokenizer.ggml.token_type: unknown, control, user-defined */
const STEERING_TYPES: readonly GgufValue[] = [2, 3, 4];

/**
 * Reads the head of a model file and nothing of its weights: some milliseconds. Throws TroupeError, whose message says what is
 * wrong with which file and what to do.
 */
export async function inspectModel(path: string): Promise<ModelFacts> {
  const { head, headBytes, sizeBytes } = await readHead(path);
  const dataBytes = head.tensors.reduce((end, tensor) => Math.max(end, tensor.offset + bytesOf(tensor)), 0);
  if (head.dataOffset + dataBytes > sizeBytes) throw cutShort(path, sizeBytes, head.dataOffset + dataBytes);
  const text = (key: string) => textOf(head.metadata.get(key));
  const architecture = text('general.architecture');
  if (architecture === undefined) throw unusable(path, 'does not say its architecture, so that llama.cpp cannot run it');
  const tokens = listOf(head.metadata.get('tokenizer.ggml.tokens'));
  const token = (key: string) => textOf(tokens[numberOf(head.metadata.get(`tokenizer.ggml.${key}_token_id`)) ?? -1]);
  const fileName = path.split(/[\\/]/).at(-1) ?? path;
  const name = text('general.name') ?? fileName;
  const template = text('tokenizer.chat_template');
  return {
    path,
    name,
    architecture,
    parameters: head.tensors.reduce((sum, tensor) => sum + elementsOf(tensor), 0),
    quantisation: dominantType(head.tensors),
    sizeBytes,
    contextTokens: numberOf(head.metadata.get(`${architecture}.context_length`)),
    vocabularySize: tokens.length,
    template,
    ...guessStage({
      stage: text('troupe.stage'),
      finetune: text('general.finetune'),
      names: [name, fileName],
      tags: listOf(head.metadata.get('general.tags')).flatMap((tag) => textOf(tag) ?? []),
      template,
    }),
    licence: text('general.license'),
    bosToken: token('bos'),
    eosToken: token('eos'),
    controlTexts: controlTexts(tokens, listOf(head.metadata.get('tokenizer.ggml.token_type'))),
    hash: createHash('sha256').update(headBytes).update(String(sizeBytes)).digest('hex').slice(0, 16),
  };
}

async function readHead(path: string): Promise<{ head: GgufHead; headBytes: Buffer; sizeBytes: number }> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw isMissing(error)
      ? new TroupeError(`There is no model file at ${path}: ${GET_A_MODEL}.`, { cause: error })
      : unusable(path, `cannot be read (${messageOf(error)})`, error);
  });
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw unusable(path, 'is not a file');
    for (let length = FIRST_READ_BYTES; ; length *= 4) {
      const bytes = Buffer.alloc(Math.min(length, stats.size));
      await file.read(bytes, 0, bytes.length, 0);
      const head = parseOrWait(path, bytes, stats.size);
      if (head) return { head, headBytes: bytes.subarray(0, head.dataOffset), sizeBytes: stats.size };
    }
  } finally {
    await file.close();
  }
}

/** Undefined when more of the file must be read. */
function parseOrWait(path: string, bytes: Buffer, sizeBytes: number): GgufHead | undefined {
  try {
    return parseGguf(bytes);
  } catch (error) {
    if (error instanceof NotGgufError) throw unusable(path, error.message, error);
    if (!(error instanceof HeadIsLongerError)) throw error;
    const magic = bytes.subarray(0, 4).toString('latin1');
    if (magic !== 'GGUF') throw unusable(path, sizeBytes === 0 ? 'is empty' : 'is not a GGUF file', error);
    if (bytes.length === sizeBytes) throw cutShort(path, sizeBytes, undefined);
    if (bytes.length >= LARGEST_HEAD_BYTES) throw unusable(path, 'is damaged: its head has no end', error);
    return undefined;
  }
}

/** A token of one character is that character, and steers nothing. */
function controlTexts(tokens: readonly GgufValue[], types: readonly GgufValue[]): string[] {
  return tokens.flatMap((token, id) => {
    const steers = typeof token === 'string' && STEERING_TYPES.includes(types[id] ?? 0) && Array.from(token).length > 1;
    return steers ? [token] : [];
  });
}

function cutShort(path: string, sizeBytes: number, neededBytes: number | undefined): TroupeError {
  const needed = neededBytes === undefined ? 'and ends inside its head' : `of at least ${neededBytes}`;
  return unusable(path, `is cut short: it has ${sizeBytes} bytes ${needed}; download it again`);
}

function unusable(path: string, problem: string, cause?: unknown): TroupeError {
  const advice = problem.includes('download') ? '' : `: ${GET_A_MODEL}`;
  return new TroupeError(`The model file ${path} ${problem}${advice}.`, { cause });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

const textOf = (value: GgufValue | undefined) => (typeof value === 'string' && value !== '' ? value : undefined);
const numberOf = (value: GgufValue | undefined) => (typeof value === 'number' ? value : undefined);
const listOf = (value: GgufValue | undefined): readonly GgufValue[] => (Array.isArray(value) ? value : []);
