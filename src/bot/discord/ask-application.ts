import { type APIApplication, ApplicationFlags, DiscordAPIError, REST, Routes } from 'discord.js';
import { ConfigError, messageOf, TroupeError } from '../../errors.ts';

export type ApplicationFacts = { id: string; name: string; hasMessageContent: boolean };

const PATIENCE_MS = 10_000;

/**
 * Asks Discord which application a token belongs to and whether it may read message content. Throws ConfigError for a token that
 * Discord does not accept and TroupeError when Discord cannot be asked.
 */
export async function askApplication(token: string, apiUrl: string): Promise<ApplicationFacts> {
  const rest = new REST({ api: apiUrl, timeout: PATIENCE_MS, retries: 1 });
  try {
    rest.setToken(token);
    const application = await rest.get(Routes.currentApplication());
    if (!isApplication(application)) throw new Error('the answer is not an application of Discord');
    const flags = application.flags ?? 0;
    const granted = ApplicationFlags.GatewayMessageContent | ApplicationFlags.GatewayMessageContentLimited;
    return { id: application.id, name: application.name, hasMessageContent: (flags & granted) !== 0 };
  } catch (error) {
    throw explainFailure(error, apiUrl);
  } finally {
    rest.clearHashSweeper();
    rest.clearHandlerSweeper();
  }
}

/** The error of a token that Discord does not know. */
export function wrongToken(cause: unknown): ConfigError {
  const message =
    'Discord does not accept this token: make a new one under "Bot" at https://discord.com/developers/applications and put it into .env.';
  return new ConfigError([{ file: 'DISCORD_TOKEN', message }], { cause });
}

/** The error of a Discord that cannot be reached. */
export function explainFailure(error: unknown, apiUrl: string): TroupeError {
  if (error instanceof TroupeError) return error;
  if (error instanceof DiscordAPIError && error.status === 401) return wrongToken(error);
  return new TroupeError(
    `Discord cannot be reached at ${apiUrl} (${reasonOf(error)}): check the network, and DISCORD_API_URL if it is set.`,
    { cause: error },
  );
}

/** Node wraps a refused connection twice and leaves the message of the innermost error empty: its code says it then. */
function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return messageOf(inner) || (inner instanceof Error && 'code' in inner ? String(inner.code) : 'no connection');
}

function isApplication(value: unknown): value is APIApplication {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string' && 'name' in value;
}
