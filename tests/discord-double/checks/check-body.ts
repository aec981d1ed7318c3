import type { MessageBody } from 'discord-api-spec/zod';
import { config, locales, type ZodMiniType } from 'zod/mini';
import { invalidForm, type Problem, refusals } from '../rest/api-error.ts';

// Without a locale zod's mini build says only "Invalid input".
config(locales.en());

const LONGEST_CONTENT = 2000;
const LONGEST_EMBEDS = 6000;
const COMPONENTS_V2 = 1 << 15;

/** The body, or 50035 with every problem that Discord's published schema finds in it. */
export function checkBody<T>(schema: ZodMiniType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalidForm(parsed.error.issues.map(({ path, code, message }) => ({ path, code: code.toUpperCase(), message })));
}

/** What the schemas miss of a message: 2,000 characters and 6,000 in all embeds. */
export function checkMessage(body: MessageBody, path: readonly string[] = []): void {
  const problems: Problem[] = [];
  // In UTF-16 units, the strictest way to count.
  if ((body.content ?? '').length > LONGEST_CONTENT) {
    problems.push({ path: [...path, 'content'], code: 'BASE_TYPE_MAX_LENGTH', message: 'Must be 2000 or fewer in length.' });
  }
  if (embedLength(body.embeds ?? []) > LONGEST_EMBEDS) {
    problems.push({
      path: [...path, 'embeds'],
      code: 'MAX_EMBED_SIZE_EXCEEDED',
      message: 'Embed size exceeds maximum size of 6000',
    });
  }
  if (problems.length > 0) throw invalidForm(problems);
}

/** 50006 when a message would show nothing. */
export function checkNotEmpty(body: MessageBody & { sticker_ids?: unknown[] | null; poll?: unknown }, files: number): void {
  const parts = [body.embeds, body.sticker_ids, body.components, body.attachments].map((list) => list?.length ?? 0);
  const shown = (body.content ?? '').trim().length + files + parts.reduce((sum, length) => sum + length, 0);
  if (shown === 0 && (body.poll ?? null) === null) throw refusals.emptyMessage();
  if ((body.flags ?? 0) & COMPONENTS_V2 && (body.content ?? '') !== '') {
    throw invalidForm([
      {
        path: ['content'],
        code: 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
        message: "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
      },
    ]);
  }
}

function embedLength(embeds: readonly Record<string, unknown>[]): number {
  const counted = embeds.flatMap(({ title, description, footer, author, fields }) => [
    title,
    description,
    footer,
    author,
    fields,
  ]);
  return textLength(counted);
}

function textLength(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (Array.isArray(value)) return value.reduce((sum: number, part: unknown) => sum + textLength(part), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce((sum, [key, part]) => sum + (key.endsWith('url') ? 0 : textLength(part)), 0);
}
