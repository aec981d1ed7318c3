import type { Limit } from './buckets.ts';
import type { UploadedFile } from './multipart.ts';

export type RestRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  /** by the names in the route's template */
  parameters: Readonly<Record<string, string>>;
  body: unknown;
  files: UploadedFile[];
};
export type RestAnswer = { status: number; body?: unknown };
export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** such as `/channels/:id/messages`; the first parameter is what limits are counted for */
  template: string;
  /** `open`: the address holds its own token, and neither the bot's token nor its global limit is looked at */
  open?: true;
  limit?: Limit;
  serve: (request: RestRequest) => RestAnswer;
};

export const noContent: RestAnswer = { status: 204 };

export function answer(body: unknown, status = 200): RestAnswer {
  return { status, body };
}

/** A parameter of the route's template. */
export function parameter(request: RestRequest, name: string): string {
  const value = request.parameters[name];
  if (value === undefined) throw new Error(`The route of ${request.path} has no :${name}.`);
  return value;
}
