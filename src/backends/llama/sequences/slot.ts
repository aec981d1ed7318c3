import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import type { Script } from '../tokens/known-tokens.ts';

/** Whose conversation a sequence holds. */
export type Owner = { session: string; persona: string };

/** A sequence of the context, and what is known of it. */
export type Slot = {
  readonly sequence: LlamaContextSequence;
  owner: Owner | undefined;
  /** what it holds; undefined when nobody's conversation */
  script: Script | undefined;
  /** where the last opening begins, tokens; only for models that cannot rewind */
  openingAt: number;
  busy: boolean;
  /** a saved state holds the same */
  saved: boolean;
  /** the session was forgotten while it was in use */
  forgotten: boolean;
  usedAt: number;
};

export function createSlot(sequence: LlamaContextSequence): Slot {
  const nobody = { owner: undefined, script: undefined, openingAt: 0 };
  return { sequence, ...nobody, busy: false, saved: true, forgotten: false, usedAt: 0 };
}

export function isOwnedBy({ owner }: Slot, { session, persona }: Owner): boolean {
  return owner?.session === session && owner.persona === persona;
}

export async function empty(slot: Slot): Promise<void> {
  await slot.sequence.clearHistory();
  Object.assign(slot, { owner: undefined, script: undefined, saved: true, forgotten: false });
}

export function tokensIn({ script }: Slot): readonly Token[] {
  return script?.tokens ?? [];
}
