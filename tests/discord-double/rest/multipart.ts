import { ApiError, refusals } from './api-error.ts';

export type UploadedFile = { index: string; name: string; text: string; size: number };
export type ReadBody = { body: unknown; files: UploadedFile[] };

/** Reads a request body: JSON, or a form with `payload_json` and `files[n]`. */
export async function readBody(contentType: string | undefined, bytes: Buffer): Promise<ReadBody> {
  if (bytes.length === 0) return { body: undefined, files: [] };
  if (contentType?.startsWith('multipart/form-data')) return readForm(contentType, bytes);
  if (contentType?.startsWith('application/json')) return { body: parseJson(bytes.toString('utf8')), files: [] };
  throw new ApiError(400, 50035, 'Invalid Form Body', {
    _errors: [{ code: 'CONTENT_TYPE_INVALID', message: 'Expected "Content-Type" header to be one of {"application/json"}.' }],
  });
}

async function readForm(contentType: string, bytes: Buffer): Promise<ReadBody> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData();
  const files: UploadedFile[] = [];
  let body: unknown = {};
  for (const [key, value] of form) {
    if (key === 'payload_json') body = parseJson(typeof value === 'string' ? value : await value.text());
    const index = /^files\[(\d+)\]$/.exec(key)?.[1];
    if (index !== undefined && typeof value !== 'string') {
      files.push({ index, name: value.name, text: await value.text(), size: value.size });
    }
  }
  return { body, files };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refusals.invalidJson();
  }
}
