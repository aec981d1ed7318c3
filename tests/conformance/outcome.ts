/** One check: what was checked and how it went. `note` says what is special about it, or what is wrong. */
export type Outcome = { name: string; passed: boolean; note: string };

export const passed = (name: string, note: string): Outcome => ({ name, passed: true, note });
export const failed = (name: string, note: string): Outcome => ({ name, passed: false, note });
