import { join } from 'node:path';
import { type ApplicationFacts, askApplication } from '../bot/discord/ask-application.ts';
import { chooseIntents } from '../bot/discord/intents.ts';
import { inviteUrl } from '../bot/discord/invite-url.ts';
import { type Config, loadConfig } from '../config.ts';
import { ConfigError, messageOf, TroupeError } from '../errors.ts';
import { print } from './print.ts';
import { askForModel, type Variables } from './setup/ask-for-model.ts';
import { type Asker, openAsker } from './setup/asker.ts';
import { saveVariables } from './setup/save-variables.ts';

const WHERE_TOKENS_ARE = 'https://discord.com/developers/applications, your application, "Bot", "Reset Token"';

/** Asks for token and model, writes them into .env as soon as each is confirmed, and prints the invite address. */
export async function setup(): Promise<undefined> {
  const config = loadConfig();
  const file = join(config.places.folder, '.env');
  const asker = openAsker(process.stdin, process.stdout);
  try {
    const { application, hasToken } = await setUpDiscord(config, asker, file);
    const named = Object.keys(config.backends)[0];
    if (named === undefined) await save(file, await askForModel(config, asker, say));
    else say(`troupe.yaml names the backend ${named}; it answers.`);
    if (application) sayHowToInvite(config, application);
    say(hasToken ? 'Next: npm start' : 'Next: npm start, which opens a conversation in this terminal.');
  } finally {
    asker.close();
  }
}

function say(line: string): void {
  print([line]);
}

async function save(file: string, variables: Variables | undefined): Promise<void> {
  if (!variables) return;
  await saveVariables(file, variables);
  const names = Object.keys(variables).filter((name) => variables[name] !== undefined);
  say(`Written to ${file}: ${names.join(', ')}.`);
}

/** Whether a token is set in the end, and its application where Discord has confirmed it. */
type Token = { hasToken: boolean; application?: ApplicationFacts | undefined };

async function setUpDiscord({ discord }: Config, asker: Asker, file: string): Promise<Token> {
  const { token, apiUrl } = discord;
  const { application: current } = token === undefined ? {} : await check(token, apiUrl);
  if (current) say(`The token of ${current.name} is set, and Discord accepts it.`);
  else say(`A bot on Discord needs a token: ${WHERE_TOKENS_ARE}.`);
  const skip = token === undefined ? 'none, only talk in the terminal' : 'keep the one that is set';
  for (;;) {
    const answer = await asker.askSecret(`Discord bot token (Enter: ${skip}): `);
    if (answer === '') return { hasToken: token !== undefined, application: current };
    const { application, isRefused } = await check(answer, apiUrl);
    if (isRefused) continue;
    if (!application && !/^y/i.test(await asker.ask('Keep this token without asking Discord? [y/N] '))) continue;
    await save(file, { DISCORD_TOKEN: answer });
    return { hasToken: true, application };
  }
}

/** Asks Discord whose token this is, and says what is wrong where it does not tell. */
async function check(token: string, apiUrl: string): Promise<{ application?: ApplicationFacts; isRefused: boolean }> {
  try {
    return { application: await askApplication(token, apiUrl), isRefused: false };
  } catch (error) {
    if (!(error instanceof TroupeError)) throw error;
    say(messageOf(error));
    return { isRefused: error instanceof ConfigError };
  }
}

function sayHowToInvite({ discord }: Config, application: ApplicationFacts): void {
  say(`Invite ${application.name} to a server: ${inviteUrl(application.id)}`);
  for (const sentence of chooseIntents(discord.intents, application).missing) say(sentence);
}
