import { setTimeout as sleep } from 'node:timers/promises';
import { sanitise } from '../safety/sanitise.ts';
import type { EditGovernor } from './edit-governor.ts';
import { nonceFor } from './nonce.ts';
import type { Outgoing } from './outgoing.ts';
import { splitText } from './split-text.ts';

/** Discord's typing indicator lasts 10 s. */
const TYPING_EVERY_MS = 8_000;

type Shown = { id: string; text: string };

export type SpeakerOptions = {
  outgoing: Outgoing;
  governor: EditGovernor;
  /** id of the message that is answered: nonces follow from it */
  triggerId: string;
  /** told when typing or a text that still grows could not be shown; the last text is what counts */
  onTrouble: (error: unknown) => void;
};

/**
 * Shows one growing reply as posts and edits. `show` never waits: it only names the newest text, and one loop writes it when the
 * governor gives leave, so that the reader of the model's tokens is never held up by Discord. `finish` writes the last text before
 * anything else and gives the ids of the messages.
 */
export class Speaker {
  readonly #outgoing: Outgoing;
  readonly #governor: EditGovernor;
  readonly #triggerId: string;
  readonly #onTrouble: (error: unknown) => void;
  #keep: (text: string) => Promise<void> = async () => undefined;
  readonly #shown: Shown[] = [];
  readonly #finishing = new AbortController();
  readonly #typing = new AbortController();
  #latest = '';
  #loop: Promise<void> | undefined;
  #isTroubled = false;
  #pieces: { of: string; are: readonly string[] } = { of: '', are: [] };

  constructor(place: SpeakerOptions) {
    this.#outgoing = place.outgoing;
    this.#governor = place.governor;
    this.#triggerId = place.triggerId;
    this.#onTrouble = place.onTrouble;
  }

  /** Shows that an answer is being made, until its first text. */
  startTyping(): void {
    void this.#keepTyping(); // ends by itself; what goes wrong in it is reported, never thrown
  }

  /** From now on `keep` is awaited with the text so far before any of it is shown; where it fails nothing is. `finish` does not ask. */
  keepBeforeShowing(keep: (text: string) => Promise<void>): void {
    this.#keep = keep;
  }

  /** The newest text of a reply that goes on. */
  show(text: string): void {
    this.#latest = text;
    this.#typing.abort();
    if (!this.#isTroubled) this.#loop ??= this.#writeWhileItGrows();
  }

  /** Writes the whole text and gives the ids of the messages that show it. Throws what the place threw. */
  async finish(text: string): Promise<string[]> {
    this.#latest = text;
    await this.leave();
    await this.#write(true);
    return this.#shown.map((message) => message.id);
  }

  /** Stops writing and leaves what stands. */
  async leave(): Promise<void> {
    this.#typing.abort();
    this.#finishing.abort();
    await this.#loop;
  }

  /** As much of a text as fits into the messages that were begun, one at least: what is left to say when there is no more time. */
  begunOf(text: string): string {
    const pieces = this.#split(text);
    return pieces.slice(0, Math.max(1, this.#shown.length)).join('');
  }

  async #keepTyping(): Promise<void> {
    const { signal } = this.#typing;
    while (!signal.aborted) {
      const wait = this.#governor.take('typing', true);
      try {
        if (wait === 0) await this.#outgoing.showTyping();
      } catch (error) {
        return this.#onTrouble(error);
      }
      await sleepUnless(signal, wait || TYPING_EVERY_MS);
    }
  }

  async #writeWhileItGrows(): Promise<void> {
    try {
      while (!this.#finishing.signal.aborted) {
        const text = this.#latest;
        await this.#write(false);
        if (text === this.#latest) break; // nothing new: the next `show` starts again
      }
    } catch (error) {
      this.#isTroubled = true; // no more before the last write, which succeeds or fails by itself
      this.#onTrouble(error);
    } finally {
      this.#loop = undefined;
    }
  }

  /** Brings what is shown to the newest text, piece by piece. One that is not the last ends when `finish` is called. */
  async #write(last: boolean): Promise<void> {
    let index = 0;
    for (;;) {
      const piece = this.#latestPieces()[index]; // read anew each time: the text may have grown while the governor made it wait
      if (piece === undefined) break;
      const wait = this.#shown[index]?.text === piece ? 0 : await this.#put(index, piece, last);
      if (wait === 0) index += 1;
      else await this.#waitFor(wait, last);
      if (!last && this.#finishing.signal.aborted) return;
    }
    if (last) await this.#removeFrom(index);
  }

  #latestPieces(): readonly string[] {
    if (this.#pieces.of !== this.#latest) this.#pieces = { of: this.#latest, are: this.#split(this.#latest) };
    return this.#pieces.are;
  }

  #split(text: string): string[] {
    const clean = sanitise(text);
    const { maxLength } = this.#outgoing;
    const pieces = maxLength === Number.POSITIVE_INFINITY ? [clean] : splitText(clean, maxLength);
    return pieces.filter((piece) => piece.trim() !== '');
  }

  async #waitFor(ms: number, last: boolean): Promise<void> {
    await (last ? sleep(ms) : sleepUnless(this.#finishing.signal, ms));
  }

  /** A block that closed late can need one message less than while it was open. */
  async #removeFrom(index: number): Promise<void> {
    for (const message of this.#shown.splice(index)) await this.#outgoing.remove(message.id);
  }

  /** Posts or edits one piece and gives 0, or does nothing and gives the ms that the governor makes it wait. */
  async #put(index: number, piece: string, last: boolean): Promise<number> {
    const message = this.#shown[index];
    const wait = this.#governor.take(message ? 'edit' : 'post', last);
    if (wait > 0) return wait;
    if (!last) await this.#keep(this.#latest);
    if (message) {
      await this.#outgoing.edit(message.id, piece);
      this.#governor.arrived('edit');
      message.text = piece;
      return 0;
    }
    const id = await this.#outgoing.post(piece, nonceFor(this.#triggerId, 'reply', index));
    this.#governor.arrived('post');
    this.#shown.push({ id, text: piece });
    return 0;
  }
}

async function sleepUnless(signal: AbortSignal, ms: number): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error; // the abort is what ends the sleep
  }
}
