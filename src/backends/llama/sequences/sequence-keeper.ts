import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import type { Logger } from '../../../log.ts';
import type { Script } from '../tokens/known-tokens.ts';
import type { TokenisedPrompt } from '../tokens/tokenise-pieces.ts';
import { cutBack, keptTokens, rewindingOf } from './cut-back.ts';
import { createSlot, empty, isOwnedBy, type Owner, type Slot, tokensIn } from './slot.ts';
import { commonPrefix, type Rewinding, rankSources, type Source } from './sources.ts';
import type { SavedState, StateKind, StateStore } from './states/state-store.ts';
import { createWaitingLine, type WaitingLine } from './waiting-line.ts';

/** A sequence lent for one reply. It holds as much of the prompt as was known somewhere, and nothing else. */
export type Held = {
  readonly sequence: LlamaContextSequence;
  /** What is to be done when exactly so many tokens of the prompt are evaluated, in order. */
  readonly milestones: readonly { at: number; reach(): Promise<void> }[];
  /** Gives it back with what it holds now; `broken`: what it holds is not known. */
  release(how?: 'broken'): Promise<void>;
};

/** `owner` is left out by who only looks: nothing of that is kept. */
export type Asking = {
  owner: Owner | undefined;
  prompt: TokenisedPrompt;
  signal: AbortSignal;
  onWait?(position: number): void;
};

/** A beginning that two sessions share is kept for the persona's next session when it is as long as that. */
const LEAST_SHARED_TOKENS = 32;
/** Scripts without a sequence that are kept; beyond that a session's replies are found again by what they spell. */
const MOST_SCRIPTS = 256;

type Options = { sequences: readonly LlamaContextSequence[]; states: StateStore; mostWaiting: number; log: Logger };

/**
 * Lends a context's sequences to more sessions than there are sequences. A session with a persona gets its own sequence back where
 * that still holds its conversation; else a free one; else the one used longest ago, whose state is saved first. Then the longest
 * beginning of the prompt that is known anywhere is put into it: from a saved state, or from what another session has in common with it.
 */
export class SequenceKeeper {
  readonly #slots: readonly Slot[];
  readonly #states: StateStore;
  readonly #log: Logger;
  readonly #line: WaitingLine;
  readonly #scripts = new Map<string, Script>();
  readonly #rewinding: Rewinding;
  readonly #needsCheckpoints: boolean;
  /** whether sequences have changed hands, so that states are worth saving before they must be */
  #isCrowded = false;
  #clock = 0;

  constructor({ sequences, states, mostWaiting, log }: Options) {
    this.#slots = sequences.map(createSlot);
    this.#states = states;
    this.#log = log;
    this.#line = createWaitingLine(mostWaiting);
    this.#needsCheckpoints = sequences.some(({ needsCheckpoints }) => needsCheckpoints);
    this.#rewinding = rewindingOf(sequences[0]);
  }

  get total(): number {
    return this.#slots.length;
  }

  get waiting(): number {
    return this.#line.length;
  }

  /** What the session's persona read and said last, as tokens. */
  script(owner: Owner): Script | undefined {
    const known = this.#slots.find((slot) => isOwnedBy(slot, owner))?.script ?? this.#scripts.get(keyOf(owner));
    if (known) return known;
    const [longest] = this.#statesOf(owner).toSorted((one, other) => other.tokens.length - one.tokens.length);
    return longest && { tokens: longest.tokens, spans: new Map() };
  }

  /** Undefined when the signal aborts first, 'full' when too many wait already. */
  async take(asking: Asking): Promise<Held | 'full' | undefined> {
    const { owner, signal } = asking;
    if (signal.aborted) return undefined;
    let slot = this.#line.length === 0 ? this.#choose(owner) : undefined;
    while (!slot) {
      const place = this.#line.join(owner?.session ?? '', signal);
      if (!place) return 'full';
      this.#log.debug({ session: owner?.session, position: place.position }, 'a reply waits for a sequence');
      if (!(await place.called)) return undefined;
      slot = this.#choose(owner);
    }
    slot.busy = true;
    try {
      return await this.#prepare(slot, asking);
    } catch (error) {
      await this.#giveBack(slot, 'broken');
      throw error;
    }
  }

  /** Nothing of the session stays in a sequence, in memory or in a file. */
  async forget(session: string): Promise<void> {
    for (const key of this.#scripts.keys()) if (key.startsWith(`${session}\n`)) this.#scripts.delete(key);
    for (const slot of this.#slots.filter(({ owner }) => owner?.session === session)) {
      if (slot.busy) slot.forgotten = true;
      else await this.#alone(slot, () => empty(slot));
    }
    await this.#states.forget(session);
  }

  /** Saves what is not saved yet, the most recently used first. */
  async saveAll(): Promise<void> {
    const unsaved = this.#slots.filter(({ busy }) => !busy).toSorted((one, other) => other.usedAt - one.usedAt);
    for (const slot of unsaved) await this.#save(slot, { leaving: true });
  }

  #statesOf({ session, persona }: Owner): SavedState[] {
    return this.#states.all().filter(({ owner }) => owner.session === session && owner.persona === persona);
  }

  #choose(owner: Owner | undefined): Slot | undefined {
    const idle = this.#slots.filter(({ busy }) => !busy).toSorted((one, other) => one.usedAt - other.usedAt);
    return (owner && idle.find((slot) => isOwnedBy(slot, owner))) ?? idle.find((slot) => slot.owner === undefined) ?? idle[0];
  }

  async #prepare(slot: Slot, { owner, prompt }: Asking): Promise<Held> {
    const isNew = !owner || !isOwnedBy(slot, owner);
    if (isNew && slot.owner) {
      this.#isCrowded = true;
      await this.#save(slot, { leaving: true });
    }
    const shared = isNew ? await this.#bringBest(slot, owner, prompt.tokens) : 0;
    Object.assign(slot, { owner, script: undefined, saved: false, forgotten: false });
    await cutBack(slot.sequence, prompt.tokens);
    return {
      sequence: slot.sequence,
      milestones: this.#milestones(slot, shared, prompt),
      release: (how) => this.#giveBack(slot, how, prompt),
    };
  }

  /**
   * Loads the best source there is. Returns how many tokens of the prompt another session of the persona begins with as well, where no
   * state holds just them yet.
   */
  async #bringBest(slot: Slot, owner: Owner | undefined, prompt: readonly Token[]): Promise<number> {
    const rewinding = this.#rewinding;
    const others = this.#slots.filter((other) => other !== slot && !other.busy && other.owner);
    const live = others.map((other) => ({ tokens: tokensIn(other), other, state: undefined }));
    const saved = this.#states.all().map((state) => ({ tokens: state.tokens, other: undefined, state }));
    const here = keptTokens(slot.sequence, prompt);
    for (const { source } of rankSources([...saved, ...live], prompt, { rewinding, atLeast: here })) {
      const state = source.state ?? (await this.#copy(source.other));
      if (state && (await this.#states.load(slot.sequence, state))) break;
    }
    return !owner
      ? 0
      : this.#unsavedBeginning(owner, prompt, [...saved.filter(({ state }) => state.owner.session !== undefined), ...live]);
  }

  /** What an idle sequence holds, as a state that another can load. */
  async #copy(other: Slot | undefined): Promise<SavedState | undefined> {
    if (!other || other.busy) return undefined;
    let state: SavedState | undefined;
    await this.#alone(other, async () => {
      state = await this.#save(other, { leaving: false });
    });
    return state;
  }

  #unsavedBeginning(
    { session, persona }: Owner,
    prompt: readonly Token[],
    known: readonly (Source & Partial<Known>)[],
  ): number {
    const ofOthers = known.filter(({ other, state }) => {
      const theirs = other?.owner ?? state?.owner;
      return theirs?.persona === persona && theirs.session !== session;
    });
    const most = Math.min(prompt.length - 1, Math.max(0, ...ofOthers.map(({ tokens }) => commonPrefix(tokens, prompt))));
    const kept = this.#states.all().find(({ owner }) => owner.persona === persona && owner.session === undefined);
    return most < LEAST_SHARED_TOKENS || (kept && commonPrefix(kept.tokens, prompt) >= most) ? 0 : most;
  }

  #milestones(slot: Slot, shared: number, { openingAt }: TokenisedPrompt): Held['milestones'] {
    const { sequence, owner } = slot;
    const persona = owner?.persona ?? '';
    const from = owner?.session;
    const about = { owner: { persona }, kind: 'whole' as const, ...(from === undefined ? {} : { from }) };
    const share = async () => void (await this.#states.save(sequence, about));
    const checkpoint = async () => {
      slot.openingAt = openingAt;
      await sequence.takeCheckpoint();
    };
    const milestones = [
      ...(shared > 0 ? [{ at: shared, reach: share }] : []),
      ...(this.#needsCheckpoints ? [{ at: openingAt, reach: checkpoint }] : []),
    ];
    return milestones.filter(({ at }) => at >= sequence.nextTokenIndex).sort((one, other) => one.at - other.at);
  }

  async #giveBack(slot: Slot, how: 'broken' | undefined, prompt?: TokenisedPrompt): Promise<void> {
    try {
      if (how === 'broken' || slot.forgotten || !prompt) await empty(slot);
      else slot.script = { tokens: slot.sequence.contextTokens, spans: prompt.spans };
      this.#clock += 1;
      slot.usedAt = this.#clock;
    } finally {
      slot.busy = false;
    }
    const isAwaited = this.#line.callNext();
    if (!isAwaited && this.#isCrowded && !this.#needsCheckpoints)
      void this.#alone(slot, () => this.#save(slot, { leaving: false }));
  }

  /** Does something to a sequence that nobody uses meanwhile. */
  async #alone(slot: Slot, work: () => Promise<unknown>): Promise<void> {
    slot.busy = true;
    try {
      await work();
      if (slot.forgotten) await empty(slot);
    } catch (error) {
      this.#log.warn({ error }, 'the state of a sequence could not be kept');
    } finally {
      slot.busy = false;
      this.#line.callNext();
    }
  }

  /**
   * Saves what a sequence holds, where that is not saved already.
   * @param leaving the sequence is given to somebody else: what a model that cannot rewind had before its last opening is saved as well
   */
  async #save(slot: Slot, { leaving }: { leaving: boolean }): Promise<SavedState | undefined> {
    const { owner, script, sequence } = slot;
    if (!owner || !script || script.tokens.length === 0) return undefined;
    this.#remember(owner, script);
    const save = (kind: StateKind) => this.#states.save(sequence, { owner, kind });
    const state = slot.saved ? this.#statesOf(owner).find(({ kind }) => kind === 'whole') : await save('whole');
    slot.saved = state !== undefined;
    if (!leaving || !this.#needsCheckpoints || slot.openingAt === 0) return state;
    await sequence.adaptStateToTokens(script.tokens.slice(0, slot.openingAt), false);
    if (sequence.nextTokenIndex === slot.openingAt) await save('opening');
    return state;
  }

  #remember(owner: Owner, script: Script): void {
    const key = keyOf(owner);
    this.#scripts.delete(key);
    this.#scripts.set(key, script);
    const oldest = this.#scripts.size > MOST_SCRIPTS ? this.#scripts.keys().next().value : undefined;
    if (oldest !== undefined) this.#scripts.delete(oldest);
  }
}

type Known = { other: Slot | undefined; state: SavedState | undefined };

function keyOf({ session, persona }: Owner): string {
  return `${session}\n${persona}`;
}
