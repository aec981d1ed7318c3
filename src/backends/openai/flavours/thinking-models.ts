import type { ThinkingKind } from './flavour.ts';

// The names of families that think, as their publishers write them, for servers that do not say it. A name that is missing costs
// little: the first thought that is seen tells as much. Sources: the model cards on huggingface.co, and
// https://docs.ollama.com/capabilities/thinking, read in November 2026.

const GPT_OSS = /gpt[-_.]?oss/;

/** They think whatever they are told. */
const ALWAYS: readonly RegExp[] = [
  GPT_OSS,
  /\bdeepseek[-_/.]?r\d|\br1[-_.](distill|0528|1776)|deepseek-reasoner/,
  /\bqwq\b|\bqvq\b/,
  /magistral/,
  /phi[-_.]?4.*reasoning/,
  /exaone[-_.]?deep/,
  /[-_.:](thinking|reasoner|think)\b/,
  /\bminimax[-_.]?m\d/,
  /\bo[134](-mini|-pro|-preview)?\b/,
  /\bgpt-5(?!.*chat)/,
  /\bgrok-(3-mini|4)/,
  /\bgemini-(2\.5-pro|3)/,
];

/** They can be told. */
const SWITCHABLE: readonly RegExp[] = [
  /qwen[-_.]?3(?!.*(coder|instruct|embed|rerank|guard))/,
  /deepseek[-_/.]?(chat-)?v?(3\.[1-9]|[4-9])|deepseek-chat/,
  /glm[-_.]?(4\.[5-9]|[5-9]|z1)/,
  /gemma[-_.]?[4-9]/,
  /exaone[-_.]?[4-9]/,
  /smollm[-_.]?3/,
  /granite[-_.]?(3\.[2-9]|[4-9])/,
  /hunyuan|\bhy[-_.]?\d/,
  /nemotron/,
  /command[-_.]?a[-_.]?reasoning/,
  /cogito/,
  /seed[-_.]?oss/,
  /ernie[-_.]?4\.5/,
  /hyperclova|kanana[-_.]?2|solar[-_.]?(pro|open)|a\.x/,
  /mistral-(small-4|medium-3\.5)|ministral.*reasoning/,
  /olmo[-_.]?3/,
  /kimi[-_.]?k/,
  /\bgemini-2\.5-flash/,
  /\bclaude-(3[.-]7|(opus|sonnet|haiku)-[4-9])/,
];

/** They have a namesake that thinks, and never do so themselves. */
const NEVER: readonly RegExp[] = [/qwen[-_.]?3.*(coder|instruct)/];

/** Whether a model of this name thinks. The folder or publisher before the name counts as part of it. */
export function thinkingByName(name: string): ThinkingKind {
  return knownThinking([name]) ?? 'none';
}

/** The same by several names of one model, of which the first that says anything decides; undefined where none does. */
export function knownThinking(names: readonly string[]): ThinkingKind | undefined {
  return names.map(familyThinking).find((kind) => kind !== undefined);
}

/** How much it thinks is told by OpenAI's words on every server, and no template of its own has a switch. */
export function isGptOss(names: readonly string[]): boolean {
  return names.some((name) => GPT_OSS.test(name.toLowerCase()));
}

function familyThinking(name: string): ThinkingKind | undefined {
  const low = name.toLowerCase();
  const isOneOf = (family: readonly RegExp[]) => family.some((pattern) => pattern.test(low));
  if (isOneOf(ALWAYS)) return 'always';
  if (isOneOf(SWITCHABLE)) return 'switchable';
  return isOneOf(NEVER) ? 'none' : undefined;
}

/** What a template calls its switch; each of them takes true or false. */
export const SWITCHES = ['enable_thinking', 'thinking', 'reasoning'] as const;

/** Whether a model with this Jinja chat template thinks: the template reads a switch, or knows the marks of thoughts. */
export function thinkingByTemplate(template: string, name: string): ThinkingKind {
  if (switchesOf(template).length > 0) return 'switchable';
  const marked = /<think>|\[THINK\]|<\|channel\|>analysis|\breasoning_effort\b/.test(template);
  return marked || thinkingByName(name) === 'always' ? 'always' : 'none';
}

/** The switches that a template reads; a word inside a text that it writes is none. */
export function switchesOf(template: string): string[] {
  const code = (template.match(/\{[{%][\s\S]*?[}%]\}/g) ?? []).join('\n').replace(/'[^']*'|"[^"]*"/g, "''");
  return SWITCHES.filter((name) => new RegExp(`(?<![\\w.])${name}(?![\\w(])`).test(code));
}

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;

/** Words in the order in which they come nearest to what a persona wants. */
const NEAREST: Readonly<Record<'off' | 'low' | 'full', readonly string[]>> = {
  off: EFFORTS,
  low: ['low', 'minimal', 'medium', 'high', 'xhigh', 'max', 'none'],
  full: ['high', 'xhigh', 'max', 'medium', 'low', 'minimal', 'none'],
};

/** The word for how much to think that comes nearest, of those that the model takes. */
export function chooseEffort(
  thinking: 'off' | 'low' | 'full',
  words: readonly string[] = ['none', 'low', 'high'],
): string | undefined {
  return NEAREST[thinking].find((word) => words.includes(word)) ?? words[0];
}

/** The words that a template or a refusal names in quotes. */
export function effortsIn(text: string): string[] {
  return EFFORTS.filter((word) => new RegExp(`['"\`]${word}['"\`]`).test(text));
}
