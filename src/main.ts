// The command line: words into one file of cli/. Commands are imported when they run, so that the quick ones start quickly.
import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { endWell, exitCodeOf, reportError } from './cli/report-error.ts';
import { reasonOf, TroupeError } from './errors.ts';

const LAYOUTS = ['chat', 'folded', 'transcript'];

const packageFile: { version: string } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

const program = new Command('troupe')
  .description('A Discord bot that plays personas, on a model of your own.')
  .version(packageFile.version)
  .showSuggestionAfterError()
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'troupe: ')) });

program
  .command('start')
  .description('the bot if DISCORD_TOKEN is set, else a conversation in this terminal')
  .option('--discord', 'never the terminal: without a token this ends with exit code 78')
  .action(async (options) => endWell((await import('./cli/start.ts')).start(options)));

program
  .command('chat')
  .description('talk to a persona: lines on stdin, replies on stdout')
  .option('--persona <name>', 'who answers')
  .option('--session <name>', 'the conversation to go on with', 'terminal')
  .option('--json', 'one JSON object a reply: {text, reasoning, end, usage}')
  .action(async (options) => endWell((await import('./cli/chat.ts')).chat(options)));

program
  .command('prompt')
  .description('the exact prompt that a message would make')
  .argument('[message]', 'what somebody says; not needed with --messages')
  .option('--persona <name>', 'who would answer')
  .option('--history <file>', 'earlier turns, one JSON object a line: {"role","name","text"}')
  .option('--template <name>', 'render for this template: a name, or a .jinja file')
  .addOption(new Option('--layout <layout>', 'how segments become roles').choices(LAYOUTS))
  .option('--messages <file>', 'a JSON array of {role, content}: render just those')
  .option(
    '--as <name>',
    'who says it, as in a server where several people talk; left out, whoever the history names first, else "User"',
  )
  .option('--json', 'one JSON object')
  .action(async (message, options) => endWell((await import('./cli/prompt.ts')).prompt(message, options)));

program
  .command('peek')
  .description('what the model would say next: logits, probabilities, and what sampling makes of them')
  .argument('<text>', 'what somebody says; with --raw a text to go on with')
  .option('--persona <name>', 'who would answer, with whose sampling')
  .option('--history <file>', 'earlier turns, one JSON object a line: {"role","name","text"}')
  .option('--raw', 'the text as it is: no prompt, no instructions, no control tokens')
  .option('--top <number>', 'so many of the likeliest tokens; 0 is all of them', '10')
  .option('--temperature <number>', "instead of the persona's own")
  .option('--top-p <number>', "instead of the persona's own")
  .option('--top-k <number>', "instead of the persona's own")
  .option('--min-p <number>', "instead of the persona's own")
  .option('--json', 'one JSON object: {promptTokens, raw, shaped, entropyBits}')
  .action(async (text, options) => endWell((await import('./cli/peek.ts')).peek(text, options)));

/** A bare `troupe persona` lists; any word that is no subcommand is told apart from that. */
function listOnlyWhenBare(list: Command): void {
  list.allowExcessArguments().hook('preAction', () => {
    const group = list.parent;
    const [word] = list.args;
    if (!group || word === undefined) return;
    const known = group.commands.map((command) => command.name());
    const extra =
      group.args[0] === list.name()
        ? `\`${group.name()} list\` takes no "${word}"`
        : `unknown command '${group.name()} ${word}'`;
    group.error(`error: ${extra}; there are ${known.join(', ')}.`);
  });
}

const persona = program.command('persona').description('the personas: list, show, check, schema');
listOnlyWhenBare(
  persona
    .command('list', { isDefault: true })
    .description('all personas')
    .option('--json', 'one JSON array')
    .action(async (options) => endWell((await import('./cli/persona.ts')).listPersonas(options))),
);
persona
  .command('show')
  .description('a persona as it plays, with everything it inherits')
  .argument('<name>', 'its name or file name')
  .option('--json', 'one JSON object')
  .action(async (name, options) => endWell((await import('./cli/persona.ts')).showPersona(name, options)));
persona
  .command('check')
  .description('every problem of every persona file; exit code 78 when there is one')
  .argument('[files...]', 'these files instead of personas/')
  .option('--json', 'one JSON array of problems')
  .action(async (files, options) => endWell((await import('./cli/persona.ts')).checkPersonas(files, options)));
persona
  .command('schema')
  .description('the JSON Schema of a persona file')
  .action(async () => endWell((await import('./cli/persona.ts')).printPersonaSchema()));

const session = program.command('session').description('what is remembered: list, show, export, forget');
listOnlyWhenBare(
  session
    .command('list', { isDefault: true })
    .description('all sessions')
    .option('--json', 'one JSON array')
    .action(async (options) => endWell((await import('./cli/session.ts')).listSessions(options))),
);
session
  .command('show')
  .description('a session to read')
  .argument('<name>', 'as session list names it')
  .option('--json', 'one JSON object')
  .action(async (name, options) => endWell((await import('./cli/session.ts')).showSession(name, options)));
session
  .command('export')
  .description('a session as JSON lines, which prompt --history reads')
  .argument('<name>', 'as session list names it')
  .action(async (name) => endWell((await import('./cli/session.ts')).exportSession(name)));
session
  .command('forget')
  .description("erase a member's words everywhere, and the replies to them")
  .requiredOption('--member <id>', "the member's id")
  .option('--json', 'one JSON object of counts')
  .action(async (options) => endWell((await import('./cli/session.ts')).forgetSessions(options)));

const models = program.command('models').description('the models: list, inspect, pull, probe');
listOnlyWhenBare(
  models
    .command('list', { isDefault: true })
    .description('model files and model servers that are here')
    .option('--json', 'one JSON object')
    .action(async (options) => endWell((await import('./cli/models.ts')).listModels(options))),
);
models
  .command('inspect')
  .description('what a model file says of itself')
  .argument('[file]', 'a .gguf file; left out, the one that would answer')
  .option('--json', 'one JSON object')
  .action(async (file, options) => endWell((await import('./cli/models.ts')).inspectModelFile(file, options)));
models
  .command('pull')
  .description('download a model into the data folder, and say where it lies')
  .argument('<address>', 'hf:user/model:Q4_K_M, hf:user/model/file.gguf, or the https:// address of a .gguf file')
  .option('--json', 'one JSON object')
  .action(async (address, options) => endWell((await import('./cli/pull-model.ts')).pullModel(address, options)));
models
  .command('probe')
  .description('ask a model a fixed set of questions and say what it looks like: base, instruct or chat, censored or not')
  .option('--backend <name>', 'a backend of troupe.yaml; left out, the default one')
  .option('--model <file>', 'a .gguf file or an hf: address instead')
  .option('--json', 'one JSON object')
  .action(async (options) => endWell((await import('./cli/probe-model.ts')).probeModel(options)));

program
  .command('doctor')
  .description('what works here and what to do about the rest')
  .option('--json', 'one JSON object')
  .option('--health', 'only whether the bot that runs here is connected to Discord')
  .action(async (options) => endWell((await import('./cli/doctor.ts')).doctor(options)));

program
  .command('setup')
  .description('asks for the Discord token, looks for model servers, writes .env and prints the invite address')
  .action(async () => endWell((await import('./cli/setup.ts')).setup()));

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0); // the reader has enough, as `| head` does
  reportError(new TroupeError(`The output cannot be written (${reasonOf(error)}): make room, or send it elsewhere.`));
  process.exit(1);
});
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error; // nobody reads the notes; the replies go on
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    reportError(error);
    process.exitCode = exitCodeOf(error);
  }
}
