/**
 * What is shown and kept of what the model has said so far. Models that see `Name: text` lines like to begin with their own name:
 * it goes, and nothing shows while the text could still become that name. White space at the beginning goes, at the end too once
 * the reply is whole.
 */
export function cleanReply(said: string, persona: string, whole: boolean): string {
  const text = said.trimStart();
  const label = `${persona}:`;
  const start = text.slice(0, label.length).toLowerCase();
  if (start === label.toLowerCase()) {
    const rest = text.slice(label.length).trimStart();
    return whole ? rest.trimEnd() : rest;
  }
  if (whole) return text.trimEnd();
  return label.toLowerCase().startsWith(start) ? '' : text;
}
