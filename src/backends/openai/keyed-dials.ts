import type { Dial, Sampling } from '../../chat.ts';
import type { Asked, DialFields } from './flavours/flavour.ts';
import type { Body } from './server.ts';

/**
 * What stands in the field of a dial that has keys of its own: whether it is on, also where it is not, for a server may have been started
 * with it. Biases go as pairs: among the keys of an object a number would be taken for a token's id.
 * https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
 */
export function keyedDials({ dry, xtc, logitBias = {} }: Sampling): Partial<Record<Dial, unknown>> {
  const biases = Object.entries(logitBias);
  return {
    dry: dry?.multiplier ?? 0,
    xtc: xtc?.probability ?? 0,
    logitBias: biases.length > 0 ? biases : undefined,
  };
}

/** The fields that say how such a dial works, where it is on and has a field. */
export function furtherFields({ request, totalLimit }: Pick<Asked, 'request' | 'totalLimit'>, fields: DialFields): Body {
  const { dry, xtc } = request.sampling;
  const ofDry = dry && {
    dry_base: dry.base,
    dry_allowed_length: dry.allowedLength,
    // Servers count the prompt as well, so that what looks back over all of the reply looks no further than a reply can be long.
    dry_penalty_last_n: dry.range === 0 ? totalLimit : dry.range,
    dry_sequence_breakers: dry.breakers,
  };
  return {
    ...(fields.dry !== undefined && dry && dry.multiplier > 0 ? ofDry : {}),
    ...(fields.xtc !== undefined && xtc && xtc.probability > 0 ? { xtc_threshold: xtc.threshold } : {}),
  };
}
