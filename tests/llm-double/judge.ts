// What people would have seen of a reply, held against what the model said. It knows the truth: it made the model.
import type { Dial, EndReason, Sampling } from '../../src/chat.ts';
import { type Family, secretWords } from './families/family.ts';
import type { Exchange } from './flavour-double.ts';
import { countTokens } from './speech.ts';

export const KINDS = ['blank', 'leak', 'cut', 'changed', 'limit', 'dial', 'refused again', 'context'] as const;
export type Kind = (typeof KINDS)[number];
export type Finding = { kind: Kind; detail: string };

/** A reply as it reached the reader, and every exchange with the server that it took. */
export type Outcome = { text: string; end: EndReason | undefined; error: unknown; exchanges: readonly Exchange[] };

/** Parts of tags that no reply of the double contains. */
const TAGS =
  /<\/?think|\[\/?think\]|<\|?channel|channel\|>|\b(analysis|assistantfinal)\b|<\|(start|end|message|return)\|>|<turn\||\|?(start|end)_(thinking|response)|<\|im_|\[\|end/i;

function finding(kind: Kind, detail: string): Finding {
  return { kind, detail };
}

/** A reply that was asked for with room enough for all of it, and with the stop strings of the scene. */
export function judgeReply(family: Family, outcome: Outcome): Finding[] {
  const { text, end, error } = outcome;
  const findings = judgeAny(family, outcome);
  if (error === undefined && text.trim() !== '' && text.trim() !== family.reply) {
    findings.push(finding('changed', `${JSON.stringify(text)} instead of ${JSON.stringify(family.reply)}`));
  }
  if (error === undefined && end !== 'complete') findings.push(finding('changed', `it ended by ${end}`));
  return findings;
}

/** A reply of which only `maxTokens` tokens may be seen. What a backend estimates may be off by half, and is never nothing. */
export function judgeLimit(family: Family, outcome: Outcome, maxTokens: number): Finding[] {
  const findings = judgeAny(family, outcome);
  const { text, end, error, exchanges } = outcome;
  const seen = countTokens(text.trim());
  if (seen > maxTokens * 1.5) findings.push(finding('limit', `${seen} tokens shown of ${maxTokens} allowed`));
  if (error === undefined && end !== 'length') findings.push(finding('limit', `it ended by ${end}, not by length`));
  if (!family.reply.startsWith(text.trim()) && !findings.some(({ kind }) => kind === 'leak')) {
    findings.push(finding('changed', `${JSON.stringify(text)} is not the beginning of the reply`));
  }
  const refused = exchanges.filter(({ refusal }) => refusal !== undefined);
  // It was asked for a second time: what the server refuses is known by now.
  for (const { refusal } of refused) findings.push(finding('refused again', refusal ?? ''));
  return findings;
}

function judgeAny(family: Family, { text, error, exchanges }: Outcome): Finding[] {
  const findings: Finding[] = [];
  if (error !== undefined) findings.push(finding('blank', `it failed: ${String(error)}`));
  else if (text.trim() === '') findings.push(finding('blank', 'nothing was shown'));
  const leaked = leaks(family, text);
  if (leaked.length > 0) findings.push(finding('leak', leaked.join(', ')));
  const last = exchanges.at(-1);
  const cut = last?.speech?.cut;
  if (cut?.by === 'stop' && cut.in !== 'reply') {
    findings.push(finding('cut', `the server applied ${JSON.stringify(last?.heard?.dials.stop)} to the ${cut.in}`));
  }
  if (last?.heard?.numCtx === 'default') {
    findings.push(finding('context', 'no num_ctx was asked for: the server took its silent default'));
  }
  if (last?.heard && last.heard.used < last.heard.prompt) {
    findings.push(finding('context', `the server used ${last.heard.used} of ${last.heard.prompt} tokens of the prompt`));
  }
  return findings;
}

/** The words of the thoughts and the pieces of tags in a text that people see. */
export function leaks(family: Family, text: string): string[] {
  const words = new Set(text.toLowerCase().match(/\p{Script=Hangul}{2,}|[a-z]{3,}/gu));
  const secrets = secretWords(family).filter((word) => words.has(word));
  const tag = TAGS.exec(text)?.[0];
  return tag === undefined ? secrets : [...secrets, tag];
}

/** The dials that the server reads one by one; `maxTokens` and `stop` are judged by what is seen. */
const PLAIN_DIALS = [
  ...(['temperature', 'topP', 'topK', 'minP', 'repeatPenalty', 'frequencyPenalty', 'presencePenalty'] as const),
  ...(['seed', 'dry', 'xtc', 'logitBias'] as const),
] as const;

type Told = { honours: readonly Dial[]; sampling: Sampling; seed: number };

/** What the backend says of the dials, held against what the server read of its last request. */
export function judgeDials({ honours, sampling, seed }: Told, exchange: Exchange | undefined): Finding[] {
  const heard = exchange?.heard?.dials;
  if (!heard) return [];
  const findings: Finding[] = [];
  for (const dial of PLAIN_DIALS) {
    const wanted = wantedOf(dial, { sampling, seed });
    const claimed = honours.includes(dial);
    if (claimed && JSON.stringify(heard[dial]) !== JSON.stringify(wanted)) {
      findings.push(finding('dial', `${dial}: said to be honoured, but the server read ${String(heard[dial])}`));
    }
    if (!claimed && heard[dial] !== undefined) {
      findings.push(finding('dial', `${dial}: said not to be honoured, but the server read ${String(heard[dial])}`));
    }
  }
  return findings;
}

/** What a server should have read for a dial. */
function wantedOf(dial: (typeof PLAIN_DIALS)[number], { sampling, seed }: Pick<Told, 'sampling' | 'seed'>): unknown {
  const { dry, xtc, logitBias } = sampling;
  if (dial === 'seed') return seed;
  if (dial === 'dry') return dry?.multiplier ?? 0;
  if (dial === 'xtc') return xtc?.probability ?? 0;
  return dial === 'logitBias' ? logitBias && Object.entries(logitBias) : sampling[dial];
}

/** How many findings of each kind there are, in one line. */
export function summarise(findings: readonly Finding[]): string {
  return KINDS.map((kind) => `${findings.filter((one) => one.kind === kind).length} ${kind}`).join(', ');
}
