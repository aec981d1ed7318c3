import type { Segment } from '../chat.ts';
import { PromptTooLongError } from '../errors.ts';

/** Above this share of the budget old turns go, down to the lower one: the beginning of the prompt then stays the same for a while. */
const TRIM_ABOVE = 0.9;
const TRIM_TO = 0.6;

/** What a template usually writes around one message, in tokens. */
const OVERHEAD_PER_SEGMENT = 8;

type Fit = {
  /** with their tokens counted */
  segments: readonly Segment[];
  /** tokens of prompt and reply together */
  contextTokens: number;
  /** tokens kept free for what the model says: the reply, and the reasoning before it where it may think */
  replyTokens: number;
  /** tokens the template adds to each segment; a speaker's name is reckoned on top */
  overheadPerSegment?: number;
};

type Fitted = {
  segments: Segment[];
  /** seq of the newest turn left out, only when this call cut: to be kept with the session, which then recalls later turns only */
  cut: number | undefined;
  /** tokens of what is left, the template's overhead included */
  tokens: number;
};

/**
 * Leaves out the oldest turns when the prompt passes 90 % of the budget, until it is at 60 % or nothing more may go. Only whole
 * turns of the history go, and the greeting goes with the first of them; pinned turns and every other layer stay. What remains of
 * the history begins with a user's turn. Throws PromptTooLongError when even then it does not fit.
 */
export function fit({ segments, contextTokens, replyTokens, overheadPerSegment = OVERHEAD_PER_SEGMENT }: Fit): Fitted {
  const budget = contextTokens - replyTokens;
  const costs = segments.map((segment) => costOf(segment, overheadPerSegment));
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  if (total <= budget * TRIM_ABOVE) return { segments: [...segments], cut: undefined, tokens: total };
  const gone = chooseGone(segments, costs, total - budget * TRIM_TO);
  const left = segments.filter((_, index) => !gone.has(index));
  const tokens = costs.reduce((sum, cost, index) => (gone.has(index) ? sum : sum + cost), 0);
  if (tokens > budget) throw new PromptTooLongError(tokens, Math.max(0, budget));
  return { segments: left, cut: newestOf(segments, gone), tokens };
}

function costOf(segment: Segment, overhead: number): number {
  if (segment.tokens <= 0 && segment.text !== '') {
    throw new Error(`A ${segment.layer} segment has no token count: count all segments before fitting them.`);
  }
  return segment.tokens + overhead + (segment.name === undefined ? 0 : Math.ceil(Buffer.byteLength(segment.name) / 3) + 1);
}

/** The indexes of what goes, oldest first: as many turns as free `excess` tokens, and on to the next user's turn. */
function chooseGone(segments: readonly Segment[], costs: readonly number[], excess: number): Set<number> {
  const gone = new Set<number>();
  let freed = 0;
  const leave = (index: number) => {
    gone.add(index);
    freed += costs[index] ?? 0;
  };
  for (const [index, segment] of segments.entries()) {
    if (!mayGo(segment)) continue;
    if (freed >= excess && segment.role === 'user') break;
    if (gone.size === 0) segments.forEach((other, place) => void (other.layer === 'greeting' && leave(place)));
    leave(index);
  }
  return gone;
}

function mayGo(segment: Segment): boolean {
  return segment.layer === 'history' && segment.seq !== undefined && !segment.pinned;
}

function newestOf(segments: readonly Segment[], gone: ReadonlySet<number>): number | undefined {
  const seqs = segments.flatMap(({ seq }, index) => (gone.has(index) && seq !== undefined ? [seq] : []));
  return seqs.length > 0 ? Math.max(...seqs) : undefined;
}
