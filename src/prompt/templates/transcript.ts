import type { Template } from '../template.ts';
import { content, joinPieces } from './pieces.ts';

/** No template at all: the text as it is, for base models that continue a transcript. */
export const transcriptTemplate: Template = {
  name: 'transcript',
  stop: [],
  render: async (messages, { opening }) =>
    joinPieces([content([...messages.map((message) => message.content), opening].filter((text) => text !== '').join('\n'))]),
};
