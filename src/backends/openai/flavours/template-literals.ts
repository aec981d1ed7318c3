/** Shapes of control tokens, as the tokenizers of the known families write them. */
const SHAPES =
  /<[|｜][^<>\s|｜]{1,40}[|｜]?>|<[^<>\s|｜/]{1,40}[|｜]>|\[\|[^\]|\n]{1,24}\|\]|\[\/?[A-Z_]{3,24}\]|<\/?s>|<(?:start|end)_of_turn>|<\/?think>/g;

/** The control tokens that a chat template writes, Jinja or Go. */
export function controlTextsIn(template: string): string[] {
  return [...new Set(template.match(SHAPES) ?? [])];
}
