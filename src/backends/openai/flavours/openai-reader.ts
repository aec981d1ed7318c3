import { parseChunk } from '../stream/parse-chunk.ts';
import { readEvents } from '../stream/read-events.ts';
import type { Reader } from './flavour.ts';

/** Server-sent events, each a chunk of a chat completion or a completion. */
export const openaiReader: Reader = { texts: readEvents, parse: parseChunk };
