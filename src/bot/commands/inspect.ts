import { resolveSampling } from '../../personas/sampling.ts';
import { preparePrompt } from '../prepare-prompt.ts';
import { speakingHere } from '../speaking-here.ts';
import { type Command, type CommandContext, type CommandReply, privately, textOption } from './command.ts';
import { promptReport } from './prompt-report.ts';
import { repliesIn } from './wording/replies-in.ts';

/** Stands where the member's next message will stand, when none was given. */
const PLACEHOLDER = '(your next message)';

/** Discord's limit on a message. */
const LONGEST_MESSAGE = 2_000;

export const inspect: Command = {
  name: 'inspect',
  description: 'Open the lid of a persona',
  subcommands: [
    {
      name: 'prompt',
      description: 'The exact prompt of the next reply, with its layers and token counts',
      changes: false,
      options: [
        {
          type: 'text',
          name: 'text',
          description: 'As if this was the next message',
          required: false,
          maxLength: LONGEST_MESSAGE,
        },
      ],
      run: inspectPrompt,
    },
  ],
};

async function inspectPrompt(context: CommandContext): Promise<CommandReply> {
  const { bot, channel, member } = context;
  const replies = repliesIn(context.language);
  const { persona, settings, session } = await speakingHere(context);
  if (!persona) return privately(replies.persona.none(bot.personas.all().map((one) => one.name)));
  const backend = bot.backend(persona.backend);
  const prompt = await preparePrompt(backend, bot.tokenCounter, {
    house: bot.house(),
    persona,
    turns: (await bot.sessions.recall(session)).turns,
    message: { text: textOption(context, 'text') ?? PLACEHOLDER, name: member.name },
    shared: channel.shared,
    sampling: resolveSampling(persona.sampling, settings.sampling),
  });
  const { tokens, template, layout } = prompt;
  const file = { name: 'prompt.txt', text: promptReport(prompt, { persona: persona.name, session, backend: backend.name }) };
  return privately(
    replies.inspect.prompt({
      persona: persona.name,
      tokens,
      template,
      layout,
      backend: `${backend.name} (${prompt.facts.model.name})`,
    }),
    file,
  );
}
