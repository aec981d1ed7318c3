// The words with which servers say why a reply ended. A word that is not known here says neither.

const LENGTHS = ['length', 'max_tokens', 'model_length', 'max_output_tokens'];
const WHOLE = ['stop', 'eos', 'eos_token', 'stop_sequence', 'end_turn', 'complete'];

/** It ran out of tokens. `model_length` is Mistral's: the context was full (https://docs.mistral.ai/api/). */
export function isLength(finish: string | undefined): boolean {
  return finish !== undefined && LENGTHS.includes(finish.toLowerCase());
}

/** The model itself ended it. After a filter, an error or an abort a text may stand in the middle of a thought. */
export function isWhole(finish: string | undefined): boolean {
  return finish !== undefined && WHOLE.includes(finish.toLowerCase());
}
