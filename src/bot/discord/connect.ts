import { type Client, Events, GatewayCloseCodes } from 'discord.js';
import { ConfigError, TroupeError } from '../../errors.ts';
import { explainFailure, wrongToken } from './ask-application.ts';
import { botPage } from './intents.ts';

export type Connection = { token: string; apiUrl: string; applicationId: string };

/** Connects and resolves when every server is known. Throws ConfigError for what the operator must change, else TroupeError. */
export async function connect(client: Client, connection: Connection): Promise<Client<true>> {
  let closed: TroupeError | undefined;
  const opened = new Promise<Client<true>>((resolve, reject) => {
    const onClose = ({ code }: { code: number }) => {
      closed = explainClose(code, connection.applicationId);
      reject(closed);
    };
    client.once(Events.ShardDisconnect, onClose);
    client.once(Events.ClientReady, (ready) => {
      client.off(Events.ShardDisconnect, onClose);
      resolve(ready);
    });
  });
  try {
    const [, ready] = await Promise.all([client.login(connection.token), opened]);
    return ready;
  } catch (error) {
    await client.destroy();
    throw closed ?? explainFailure(error, connection.apiUrl);
  }
}

/** The error of a gateway that closed for good: connecting again would end the same way. */
export function explainClose(code: number, applicationId: string): TroupeError {
  if (code === GatewayCloseCodes.AuthenticationFailed) return wrongToken(undefined);
  if (code === GatewayCloseCodes.DisallowedIntents) {
    const message = `Discord does not allow the message content intent for this application: switch it on at ${botPage(applicationId)}, or set this to "auto".`;
    return new ConfigError([{ file: 'discord.intents', message }]);
  }
  const name = GatewayCloseCodes[code] ?? 'unknown code';
  return new TroupeError(
    `Discord closed the connection for good (${code}, ${name}): restart the bot, and look for that code in Discord's documentation.`,
  );
}
