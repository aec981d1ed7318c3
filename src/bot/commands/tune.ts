import type { Sampling } from '../../chat.ts';
import { BackendError } from '../../errors.ts';
import type { Persona } from '../../personas/persona.ts';
import { DIALS, KEYED_DIALS, type KeyedDial, type NumericDial, resolveSampling } from '../../personas/sampling.ts';
import { speakingHere } from '../speaking-here.ts';
import { type Command, type CommandContext, type CommandReply, privately, publicly, textOption } from './command.ts';
import { readDialValue } from './dial-value.ts';
import type { Replies, ShownDial } from './wording/replies.ts';
import { repliesIn } from './wording/replies-in.ts';

type TunedDial = NumericDial | 'stop';

const TUNED_DIALS: readonly { name: TunedDial; describe: string }[] = [
  ...DIALS,
  { name: 'stop', describe: 'Texts that end the reply and are not shown.' },
];
const LONGEST_VALUE = 500;

export const tune: Command = {
  name: 'tune',
  description: 'Turn the sampling dials of this channel',
  subcommands: [
    {
      name: 'set',
      description: 'Turn one dial, in this channel only',
      changes: true,
      options: [
        {
          type: 'choice',
          name: 'dial',
          description: 'Which dial',
          required: true,
          choices: TUNED_DIALS.map((dial) => dial.name),
        },
        {
          type: 'text',
          name: 'value',
          description: 'A number; for stop a text (\\n for a line break) or a JSON array of texts',
          required: true,
          maxLength: LONGEST_VALUE,
        },
      ],
      run: setDial,
    },
    {
      name: 'show',
      description: 'Show every dial: value, range and what it does',
      changes: false,
      options: [],
      run: showDials,
    },
    { name: 'reset', description: 'Put all dials back to what the persona has', changes: true, options: [], run: resetDials },
  ],
};

async function setDial(context: CommandContext): Promise<CommandReply> {
  const { bot, channel } = context;
  const replies = repliesIn(context.language);
  const dial = TUNED_DIALS.find((candidate) => candidate.name === textOption(context, 'dial'))?.name;
  if (!dial) return privately(replies.unknownCommand);
  const read = readDialValue(dial, textOption(context, 'value') ?? '', replies.tune);
  if ('problem' in read) return privately(read.problem);
  await bot.settings.change(channel.id, { sampling: read.change });
  const { persona, settings } = await speakingHere(context);
  const shown = showDial(dial, samplingOf(persona, settings.sampling), replies.tune);
  const warning = persona === undefined ? undefined : await warnIfNotHonoured(context, persona, dial);
  return publicly([replies.tune.set(shown), ...(warning ? [warning] : [])].join('\n'));
}

async function showDials(context: CommandContext): Promise<CommandReply> {
  const { tune: replies, persona: others } = repliesIn(context.language);
  const { persona, settings } = await speakingHere(context);
  if (!persona) return privately(others.none(context.bot.personas.all().map((one) => one.name)));
  const sampling = samplingOf(persona, settings.sampling);
  const dials = TUNED_DIALS.map(({ name }) => showDial(name, sampling, replies));
  const keyed = KEYED_DIALS.map((dial) => showKeyedDial(dial, sampling, replies));
  return privately(replies.show(persona.name, [...dials, ...keyed]));
}

async function resetDials(context: CommandContext): Promise<CommandReply> {
  await context.bot.settings.change(context.channel.id, { sampling: undefined });
  const { persona } = await speakingHere(context);
  return publicly(repliesIn(context.language).tune.reset(persona?.name));
}

type BothSamplings = { own: Sampling; here: Sampling };

function samplingOf(persona: Persona | undefined, channel: Partial<Sampling>): BothSamplings {
  const own = resolveSampling(persona?.sampling ?? {});
  return { own, here: resolveSampling(own, channel) };
}

function showDial(dial: TunedDial, { own, here }: BothSamplings, replies: Replies['tune']): ShownDial {
  const numeric = DIALS.find((candidate) => candidate.name === dial);
  const described = TUNED_DIALS.find((candidate) => candidate.name === dial)?.describe ?? '';
  return {
    dial,
    value: writeValue(here[dial], replies.unset),
    own: writeValue(own[dial], replies.unset),
    range: numeric ? replies.range(numeric) : replies.stopRange,
    effect: replies.effect(dial, described),
  };
}

/** A command cannot set it, and it counts here all the same. As code, for there may be asterisks in it. */
function showKeyedDial(
  { name, describe }: { name: KeyedDial; describe: string },
  { own, here }: BothSamplings,
  replies: Replies['tune'],
): ShownDial {
  const write = (value: unknown) => (value === undefined ? replies.off : `\`${JSON.stringify(value)}\``);
  return {
    dial: name,
    value: write(here[name]),
    own: write(own[name]),
    range: replies.inFile,
    effect: replies.effect(name, describe),
  };
}

function writeValue(value: Sampling[TunedDial], unset: string): string {
  return value === undefined ? unset : JSON.stringify(value);
}

/** A backend that cannot be asked now is no reason to refuse the setting: it will hold once the backend is back. */
async function warnIfNotHonoured(
  { bot, language }: CommandContext,
  persona: Persona,
  dial: TunedDial,
): Promise<string | undefined> {
  try {
    const { honours } = await bot.backend(persona.backend).describe();
    return honours.includes(dial) ? undefined : repliesIn(language).tune.notHonoured(dial, persona.backend);
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    bot.log.warn({ error }, 'the backend could not be asked which dials it honours');
    return undefined;
  }
}
