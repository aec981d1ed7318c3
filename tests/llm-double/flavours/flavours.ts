import type { Flavour } from './flavour.ts';
import { generic } from './generic.ts';
import { llamaServer } from './llama-server.ts';
import { lmStudio } from './lm-studio.ts';
import { ollama } from './ollama.ts';
import { openRouter } from './openrouter.ts';
import { vllm } from './vllm.ts';

/** The servers of the matrix. api.openai.com stands apart: there it is the refusals that matter. */
export const FLAVOURS: readonly Flavour[] = [llamaServer, ollama, lmStudio, vllm, openRouter, generic];
