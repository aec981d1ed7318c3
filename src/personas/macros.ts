/** What the macros stand for. A macro whose value is not given here stays as it is written. */
type MacroValues = { char?: string; user?: string; super?: string };

const MACRO = /\{\{\s*(char|user|super)\s*\}\}|<(BOT|CHAR|USER)>/gi;

/**
 * Replaces `{{char}}`, `{{user}}`, `{{super}}` and the older `<BOT>`, `<CHAR>`, `<USER>`, in any case. Each is expanded once and
 * what it gives is never read again, so a name cannot smuggle in a macro. Unknown macros stay verbatim. Only for texts that an
 * operator wrote: what people say is never expanded.
 */
export function expandMacros(text: string, values: MacroValues): string {
  return text.replace(MACRO, (written: string, braced: string | undefined, angled: string | undefined) => {
    switch ((braced ?? angled ?? '').toLowerCase()) {
      case 'char':
      case 'bot':
        return values.char ?? written;
      case 'user':
        return values.user ?? written;
      case 'super':
        return values.super ?? written;
      default:
        return written;
    }
  });
}

/** Whether the text builds on its parent's. */
export function asksForSuper(text: string): boolean {
  return /\{\{\s*super\s*\}\}/i.test(text);
}
