/** An answer with which Discord refuses a request: its HTTP status, its JSON error code and, for forms, where it is wrong. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: number;
  readonly errors: unknown;

  constructor(status: number, code: number, message: string, errors?: unknown) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }

  body(): Record<string, unknown> {
    const { message, code, errors } = this;
    return errors === undefined ? { message, code } : { message, code, errors };
  }
}

export type Problem = { path: readonly PropertyKey[]; code: string; message: string };

/** 50035 with Discord's tree of errors: each level a key of the body, each leaf a list under `_errors`. */
export function invalidForm(problems: readonly Problem[]): ApiError {
  const root: Record<string, unknown> = {};
  for (const { path, code, message } of problems) {
    let node = root;
    for (const key of path) {
      const next = node[String(key)];
      const child: Record<string, unknown> = isTree(next) ? next : {};
      node[String(key)] = child;
      node = child;
    }
    const leaves: unknown[] = Array.isArray(node._errors) ? node._errors : [];
    node._errors = [...leaves, { code, message }];
  }
  return new ApiError(400, 50035, 'Invalid Form Body', root);
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const refusals = {
  unauthorized: () => new ApiError(401, 0, '401: Unauthorized'),
  noSuchRoute: () => new ApiError(404, 0, '404: Not Found'),
  unknownChannel: () => new ApiError(404, 10003, 'Unknown Channel'),
  unknownGuild: () => new ApiError(404, 10004, 'Unknown Guild'),
  unknownMember: () => new ApiError(404, 10007, 'Unknown Member'),
  unknownMessage: () => new ApiError(404, 10008, 'Unknown Message'),
  unknownUser: () => new ApiError(404, 10013, 'Unknown User'),
  unknownWebhook: () => new ApiError(404, 10015, 'Unknown Webhook'),
  unknownInteraction: () => new ApiError(404, 10062, 'Unknown interaction'),
  alreadyAcknowledged: () => new ApiError(400, 40060, 'Interaction has already been acknowledged.'),
  tooLarge: () => new ApiError(413, 40005, 'Request entity too large'),
  tooManyOldEdits: () =>
    new ApiError(429, 30046, 'Maximum number of edits to messages older than 1 hour reached. Try again later.'),
  missingAccess: () => new ApiError(403, 50001, 'Missing Access'),
  notYourMessage: () => new ApiError(403, 50005, 'Cannot edit a message authored by another user'),
  emptyMessage: () => new ApiError(400, 50006, 'Cannot send an empty message'),
  invalidWebhookToken: () => new ApiError(401, 50027, 'Invalid Webhook Token'),
  invalidJson: () => new ApiError(400, 50109, 'The request body contains invalid JSON.'),
};
