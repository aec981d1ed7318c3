import type { Backend, BackendFacts } from '../backends/backend.ts';
import { roomForReply } from '../backends/reasoning-budget.ts';
import type { ChatMessage, House, Layout, Rendered, Sampling, Segment, Thinking, Turn } from '../chat.ts';
import type { Persona } from '../personas/persona.ts';
import { compose } from '../prompt/compose.ts';
import { fit } from '../prompt/fit.ts';
import { chooseLayout, layOut, layoutStops, messagesWithOpening, personaStops } from '../prompt/layout.ts';
import { explainRender, openTemplate, type Template } from '../prompt/template.ts';
import type { TokenCounter } from './token-counter.ts';

export type PromptRequest = {
  house: House;
  persona: Persona;
  /** turns after the session's cut, in order, without the message itself */
  turns: readonly Turn[];
  /** `at`: when it was said, ms */
  message: { text: string; name: string; at?: number };
  /** a place with several people: user turns are written `Name: text` */
  shared: boolean;
  sampling: Sampling;
  /** instead of the persona's own */
  layout?: Layout;
  template?: string;
};

export type PreparedPrompt = {
  rendered: Rendered;
  segments: readonly Segment[];
  messages: readonly ChatMessage[];
  /** the whole prompt as the model reads it; null where the server has the template and none was named */
  text: string | null;
  /** tokens of all segments, scaffolding included as far as it is ours */
  tokens: number;
  template: string;
  /** what the template could not show as the conversation has it, for people */
  templateChanges: readonly string[];
  layout: Layout;
  /** how much the model may think: nothing in a transcript, which it only continues */
  thinking: Thinking;
  /** what is sent: the dials with the stops that template and layout need, which may be people's names */
  sampling: Sampling;
  /** the dials as they were asked for */
  dials: Sampling;
  /** seq of the newest turn that no longer fits, when this prompt was cut */
  cut: number | undefined;
  facts: BackendFacts;
};

function templateFor(request: PromptRequest, layout: Layout, facts: BackendFacts): Template | undefined {
  const named = request.template ?? request.persona.template;
  if (facts.input === 'messages' && named === 'auto') return undefined;
  return openTemplate(named, { ...facts.model, layout });
}

/** A server that writes the template itself also knows where the reply ends. */
function templateStops(template: Template | undefined, { input }: BackendFacts): readonly string[] {
  return input === 'pieces' && template ? template.stop : [];
}

function mergeStops(...lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())].filter((stop) => stop !== '');
}

/**
 * Makes the whole prompt of the next reply: composes the segments, counts and fits them, lays them out and renders them for what
 * the backend takes. Throws BackendError, TemplateError, PromptTooLongError.
 */
export async function preparePrompt(backend: Backend, counter: TokenCounter, request: PromptRequest): Promise<PreparedPrompt> {
  const { persona, shared, message, sampling } = request;
  const facts = await backend.describe();
  const layout = request.layout ?? chooseLayout(persona.layout, facts.model.stage);
  const thinking = layout === 'transcript' ? 'off' : persona.thinking;
  const template = templateFor(request, layout, facts);
  const counted = await counter.count(backend, compose({ ...request, model: facts.model }));
  const { contextTokens } = facts;
  const replyTokens = roomForReply({ sampling, thinking, contextTokens });
  const fitted = fit({ segments: counted, contextTokens, replyTokens });
  const laidOut = layOut(fitted.segments, { layout, shared, char: persona.name, user: message.name });
  if (thinking !== 'off') laidOut.opening = ''; // what such a model says first is a thought
  const now = request.turns[0]?.at ?? message.at ?? Date.now();
  const shown = await (template && explainRender(template, laidOut.messages, { opening: laidOut.opening, thinking, now }));
  const pieces = shown?.pieces;
  const messages = messagesWithOpening(laidOut);
  const rendered: Rendered = facts.input === 'pieces' && pieces ? { input: 'pieces', pieces } : { input: 'messages', messages };
  return {
    rendered,
    segments: fitted.segments,
    messages,
    text: pieces ? pieces.map((piece) => piece.text).join('') : null,
    tokens: fitted.tokens,
    template: template?.name ?? 'server',
    templateChanges: shown?.changes ?? [],
    layout,
    thinking,
    sampling: {
      ...sampling,
      stop: mergeStops(personaStops(sampling.stop, laidOut), templateStops(template, facts), layoutStops(laidOut)),
    },
    dials: sampling,
    cut: fitted.cut,
    facts,
  };
}
