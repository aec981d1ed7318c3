import type { ChatMessage } from '../../chat.ts';
import { remembering } from '../remembering.ts';
import type { Template } from '../template.ts';
import { closeThought } from './jinja/close-thought.ts';
import type { Rendering } from './jinja/ladder.ts';
import { parseTemplate } from './jinja/parse-template.ts';
import type { JinjaSource } from './jinja/render-text.ts';
import { RenderThread } from './jinja/render-thread.ts';
import { content, joinPieces } from './pieces.ts';

type RenderSettings = Parameters<Template['render']>[1];

/** A template that can also say what it had to do to a conversation. */
export type JinjaTemplate = Omit<Template, 'explain'> & {
  /** Like `render`, with the rung of the ladder that was taken and what changed. */
  explain(messages: readonly ChatMessage[], settings: RenderSettings): Promise<Rendering>;
};

const thread = new RenderThread();
/** The same template is opened anew for every prompt. */
const parseOnce = remembering(parseTemplate, { isSame: (one, other) => one.source === other.source });

/**
 * A model's Jinja chat template. It gives back one flat text, in which the contents are found again, so that what people said stays
 * content (see jinja/ladder.ts). It runs in a thread of its own, with limits of time and memory. Throws TemplateError when the source
 * does not parse, and from `render` when the template rejects every form of the conversation, leaves a message out or passes a limit.
 */
export function jinjaTemplate(jinja: JinjaSource): JinjaTemplate {
  const { name, source, bosToken, eosToken, specialTokens } = jinja;
  parseOnce(jinja);
  const explain: JinjaTemplate['explain'] = async (messages, { opening, thinking = 'off', now = Date.now() }) => {
    const job = { jinja: { name, source, bosToken, eosToken, specialTokens }, messages, thinking, now };
    const shown = await thread.render(job);
    const rendering = thinking === 'off' ? closeThought(shown) : shown;
    return { ...rendering, pieces: joinPieces([...rendering.pieces, content(opening)]) };
  };
  return {
    name,
    stop: eosToken ? [eosToken] : [],
    explain,
    render: async (messages, settings) => (await explain(messages, settings)).pieces,
  };
}
