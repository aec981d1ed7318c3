import type { Template } from '../template.ts';
import { chatml, qwen3 } from './named/chatml.ts';
import { commandR } from './named/command-r.ts';
import { deepseek, deepseekR1 } from './named/deepseek.ts';
import { exaone, exaone35 } from './named/exaone.ts';
import { gemma, gemma4 } from './named/gemma.ts';
import { glm4, glm45 } from './named/glm.ts';
import { harmony } from './named/harmony.ts';
import { llama2, llama3 } from './named/llama.ts';
import { mistralV1, mistralV3, mistralV3Tekken, mistralV7, mistralV7Tekken } from './named/mistral.ts';
import { phi, phi4, phi4Mini } from './named/phi.ts';
import { alpaca, vicuna } from './named/plain-text.ts';
import { type Family, familyTemplate } from './named/scaffolding.ts';
import { plainTemplate } from './plain.ts';

const FAMILIES: readonly Family[] = [
  chatml,
  llama2,
  llama3,
  mistralV1,
  mistralV3,
  mistralV3Tekken,
  mistralV7,
  mistralV7Tekken,
  gemma,
  gemma4,
  phi,
  phi4,
  phi4Mini,
  qwen3,
  glm4,
  glm45,
  alpaca,
  vicuna,
  harmony,
  deepseek,
  deepseekR1,
  commandR,
  exaone,
  exaone35,
];

/** Every template that is asked for by its name, in the order in which people are told of them. */
export const namedTemplates: ReadonlyMap<string, Template> = new Map(
  [...FAMILIES.map(familyTemplate), plainTemplate()].map((template) => [template.name, template]),
);
