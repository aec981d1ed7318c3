// The words with which servers say why a reply ended. Each server has its own, so they are told by what they are made of.

/** It was given up: after that a text may stand in the middle of a thought. */
const BROKEN =
  /error|fail|abort|cancel|time_?(?:out|limit)|rate_?limit|resource|overload|exhaust|interrupt|disconnect|unavailable|incomplete/;
const FILTERED = /filter|safety|recitation|prohibited|sensitive|refusal|blocklist|moderation/;
/** It ran out of tokens. `model_length` is Mistral's: the context was full (https://docs.mistral.ai/api/). */
const LENGTH = /length|limit|max/;

type Ending = 'whole' | 'length' | 'filtered' | 'broken';

/** How a reply ended by the server's word. Any word that names no trouble says that the model itself ended it. */
function endingOf(finish: string): Ending {
  const word = finish.toLowerCase();
  if (BROKEN.test(word)) return 'broken';
  if (FILTERED.test(word)) return 'filtered';
  return LENGTH.test(word) ? 'length' : 'whole';
}

export function isLength(finish: string | undefined): boolean {
  return finish !== undefined && endingOf(finish) === 'length';
}

export function isFiltered(finish: string): boolean {
  return endingOf(finish) === 'filtered';
}

export function isBroken(finish: string): boolean {
  return endingOf(finish) === 'broken';
}

/** The model itself ended it, as far as its server says. */
export function isWhole(finish: string | undefined): boolean {
  return finish !== undefined && endingOf(finish) === 'whole';
}
