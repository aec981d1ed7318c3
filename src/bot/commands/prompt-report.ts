import type { Segment } from '../../chat.ts';
import { dialsWithoutEffect } from '../dials-without-effect.ts';
import type { PreparedPrompt } from '../prepare-prompt.ts';

/** Everything about a prompt as one text: how it was made, its segments with layer, role, name and tokens, and what is sent. */
export function promptReport(prompt: PreparedPrompt, of: { persona: string; session: string; backend: string }): string {
  const { facts, tokens, template, layout, cut, sampling } = prompt;
  const sent =
    prompt.text === null
      ? [`=== sent: messages; the server's own template makes the text ===`, JSON.stringify(prompt.messages, null, 2)]
      : ['=== sent: the text as the model reads it ===', prompt.text];
  return [
    `persona:  ${of.persona}`,
    `session:  ${of.session}`,
    `backend:  ${of.backend} (${facts.flavour}), model ${facts.model.name}, context ${facts.contextTokens} tokens`,
    `template: ${template}`,
    ...prompt.templateChanges.map((change) => `          ${change}`),
    `layout:   ${layout}`,
    `tokens:   ${tokens}`,
    ...(cut === undefined ? [] : [`cut:      turns up to ${cut} no longer fit and are left out`]),
    `sampling: ${JSON.stringify(sampling)}`,
    ...dialsWithoutEffect(prompt.dials, facts).map((dial) => `notice:   the backend does not honour ${dial}: it has no effect`),
    ...(facts.notices ?? []).map((notice) => `notice:   ${notice}`),
    '',
    ...prompt.segments.flatMap(describeSegment),
    ...sent,
    '',
  ].join('\n');
}

function describeSegment(segment: Segment, index: number): string[] {
  const facts = [
    segment.layer,
    segment.role,
    ...(segment.name === undefined ? [] : [segment.name]),
    ...(segment.seq === undefined ? [] : [`turn ${segment.seq}`]),
    `${segment.tokens} tokens`,
  ];
  return [`=== ${index + 1}. ${facts.join(' · ')} ===`, segment.text, ''];
}
