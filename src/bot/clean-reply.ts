/**
 * What is shown and kept of what the model has said so far. Models that see `Name: text` lines like to begin with their own name:
 * it goes, and nothing shows while the text could still become that name. White space at both ends goes; at the end it comes back
 * when more text follows.
 */
export function cleanReply(said: string, persona: string, whole: boolean): string {
  const text = said.trimStart();
  const label = `${persona}:`;
  const start = text.slice(0, label.length).toLowerCase();
  if (start === label.toLowerCase()) return text.slice(label.length).trim();
  return !whole && label.toLowerCase().startsWith(start) ? '' : text.trimEnd();
}
