import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { TroupeError } from '../../errors.ts';

/** Asks a person, or a script that writes the answers into a pipe. */
export type Asker = {
  /** The answer without the spaces around it. Throws TroupeError when the input ends or is interrupted. */
  ask(question: string): Promise<string>;
  /** The same, and a terminal does not show what is typed. */
  askSecret(question: string): Promise<string>;
  close(): void;
};

export function openAsker(input: NodeJS.ReadStream, output: NodeJS.WritableStream): Asker {
  let hidden = false;
  const echo = new Writable({
    write(chunk, _encoding, done) {
      if (!hidden) output.write(chunk);
      done();
    },
  });
  const isTerminal = input.isTTY === true;
  const lines = createInterface({ input, output: echo, terminal: isTerminal });
  lines.on('SIGINT', () => lines.close());
  const answers = lines[Symbol.asyncIterator]();

  /** A terminal edits the line behind its prompt; a pipe may have ended already, with answers that wait here. */
  function show(question: string): void {
    if (!isTerminal) output.write(question);
    else {
      lines.setPrompt(question);
      lines.prompt();
    }
  }

  async function nextAnswer(): Promise<string> {
    const answer = await answers.next();
    if (answer.done)
      throw new TroupeError('The input ended before everything was asked; what was confirmed until then is kept.');
    return answer.value.trim();
  }

  return {
    ask(question) {
      show(question);
      return nextAnswer();
    },
    async askSecret(question) {
      show(question);
      hidden = true;
      try {
        return await nextAnswer();
      } finally {
        hidden = false;
        output.write('\n');
      }
    },
    close: () => lines.close(),
  };
}
