import { type CommandCall, commandData } from '../interactions/command-options.ts';
import { type CommandResult, INTERACTION, type Interactions } from '../interactions/interactions.ts';
import type { Payload } from '../world/payloads.ts';
import type { Command, World } from '../world/world.ts';

export type ButtonPress = { channelId: string; userId: string; messageId: string; customId: string };
export type CommandControls = {
  /** The registered commands of the application, or of a guild. */
  commands: (guildId?: string) => readonly Command[];
  /**
   * A member runs a slash command. Resolves when an answer is seen: at once, or after a deferral by its edit. Rejects when
   * the member's client would not let it be sent, and when no response comes within 3 s.
   */
  runCommand: (call: CommandCall) => Promise<CommandResult>;
  /** A member types an option; gives the choices that are offered. The option `focused` holds what is typed so far. */
  autocomplete: (call: CommandCall & { focused: string }) => Promise<CommandResult['choices']>;
  /** A member clicks a button. */
  pressButton: (press: ButtonPress) => Promise<CommandResult>;
};

/** What members do with slash commands and buttons. */
export function commandControls(world: World, interactions: Interactions): CommandControls {
  return {
    commands: (guildId = '') => world.commands.get(guildId) ?? [],
    runCommand: async (call) => {
      const { channelId, userId, name, subcommand, locale = 'en-US' } = call;
      const what = `/${name}${subcommand === undefined ? '' : ` ${subcommand}`}`;
      return interactions.start({ type: INTERACTION.command, what, data: commandData(world, call), channelId, userId, locale });
    },
    autocomplete: async (call) => {
      const { channelId, userId, focused, locale = 'en-US' } = call;
      const data = commandData(world, call, focused);
      const what = `/${call.name} ${focused}`;
      const result = await interactions.start({ type: INTERACTION.autocomplete, what, data, channelId, userId, locale });
      return result.choices;
    },
    pressButton: async ({ channelId, userId, messageId, customId }) => {
      const source = world.findMessage(channelId, messageId);
      const found = source !== undefined && holdsButton(source.components, customId);
      if (!found) throw new Error(`Message ${messageId} has no button ${customId}.`);
      const data: Payload = { custom_id: customId, component_type: 2, id: 1 };
      return interactions.start({ type: INTERACTION.component, what: `button ${customId}`, data, channelId, userId, source });
    },
  };
}

function holdsButton(components: unknown, customId: string): boolean {
  if (Array.isArray(components)) return components.some((one: unknown) => holdsButton(one, customId));
  if (typeof components !== 'object' || components === null) return false;
  const enabled =
    'custom_id' in components &&
    components.custom_id === customId &&
    !('disabled' in components && components.disabled === true);
  return enabled || ('components' in components && holdsButton(components.components, customId));
}
