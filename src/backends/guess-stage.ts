import type { Stage } from '../chat.ts';
import { turnsOf } from './turns-of-template.ts';

/** What told the stage: the model file's metadata, its name, its chat template, or the operator's settings. */
export type StageSource = 'metadata' | 'name' | 'template' | 'settings';
export type GuessedStage = { stage: Stage; stageFrom: StageSource };

/** What a model says about itself, as far as it says it. */
type Traces = {
  /** a stage by name, as files of ours have it (`troupe.stage`) */
  stage?: string | undefined;
  /** what the base model was made into: `general.finetune` of a GGUF file; often no more than a size or a date */
  finetune?: string | undefined;
  /** names of the model, the most trusted first; a file's name without its folder */
  names: readonly string[];
  /** search words of its publisher: `general.tags` */
  tags?: readonly string[];
  /** its Jinja chat template */
  template?: string | undefined;
};

/** A training that a word tells of. `tuned` is after the base stage; whether for one turn or for many only the template tells. */
type Training = 'base' | 'tuned' | 'chat';

const STAGES: readonly Stage[] = ['base', 'instruct', 'chat'];

/** Words as publishers use them. Those of a family (vicuna, alpaca) stand for files that have no template. */
const WORDS: Readonly<Record<Training, readonly string[]>> = {
  chat: ['chat', 'conversational', 'dialog', 'dialogue', 'openchat', 'vicuna', 'roleplay', 'rp'],
  tuned: [
    ...['instruct', 'instruction', 'instructed', 'it', 'alpaca', 'assistant', 'finetuned', 'sft'],
    ...['dpo', 'rlhf', 'orpo', 'kto', 'ppo', 'grpo', 'rlvr', 'thinking', 'reasoning', 'reasoner'],
  ],
  base: ['base', 'pt', 'pretrain', 'pretrained', 'foundation'],
};

/** Two letters that are a stage at the end of a name (gemma-3-4b-it, -pt) are languages where tags are listed. */
const LANGUAGES: readonly string[] = ['it', 'pt'];

/**
 * The stage of a model by what it says about itself. What its metadata calls it comes first, then its names, then its tags. Base
 * models often ship the chat template of their family, and "Instruct" is today the name of models that talk in turns: so a word for
 * base counts for more than a template, and a template that writes turns for more than the word "instruct". A word for a later
 * training counts for more than one for an earlier (`7B-base-SFT`). Without any word, the template tells: many turns, one, or none.
 * Source of the keys: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export function guessStage({ stage, finetune, names, tags = [], template }: Traces): GuessedStage {
  const own = STAGES.find((known) => known === stage);
  if (own) return { stage: own, stageFrom: 'metadata' };
  const traces: readonly (readonly [StageSource, Training | undefined])[] = [
    ['metadata', trainingIn(wordsOf(finetune ?? ''))],
    ...names.map((name) => ['name', trainingIn(wordsOf(name))] as const),
    ['metadata', trainingIn(tags.flatMap(wordsOf).filter((word) => !LANGUAGES.includes(word)))],
  ];
  const [stageFrom, training] = traces.find(([, found]) => found) ?? ['template', undefined];
  if (training === 'base') return { stage: 'base', stageFrom };
  const turns = turnsOf(template);
  if (turns === 'one') return { stage: 'instruct', stageFrom: training === 'tuned' ? stageFrom : 'template' };
  if (training === 'chat') return { stage: 'chat', stageFrom };
  if (turns === 'many') return { stage: 'chat', stageFrom: 'template' };
  return { stage: training === 'tuned' ? 'instruct' : 'base', stageFrom };
}

/** The latest training among the words. */
function trainingIn(words: readonly string[]): Training | undefined {
  const trainings = ['chat', 'tuned', 'base'] as const;
  return trainings.find((training) => words.some((word) => WORDS[training].includes(word)));
}

/** Without the Portuguese of Brazil, which is written pt-BR. */
function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .replace(/\bpt[-_ ]?br\b/g, ' ')
    .split(/[^\p{L}\p{N}]+/u);
}
