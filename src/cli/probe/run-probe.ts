import type { Backend } from '../../backends/backend.ts';
import { TroupeError } from '../../errors.ts';
import { type Asker, createAsker, type Heard } from './ask-model.ts';
import type { Judgement, Question } from './question.ts';
import { QUESTIONS } from './questions.ts';
import { type Evidence, findingsOf } from './weigh.ts';

type Progress = { question: Question; number: number; of: number };
type Probing = {
  signal: AbortSignal;
  /** before each question; `number` counts from 1 */
  onQuestion(progress: Progress): void;
};

/**
 * Asks the whole set, one question after another. Whether it refuses is asked only of a model that follows instructions or talks in
 * turns: a text that goes on refuses nothing. Throws BackendError when the backend cannot answer, TroupeError when it was stopped.
 */
export async function runProbe(backend: Backend, { signal, onQuestion }: Probing): Promise<Evidence[]> {
  const asker = createAsker(backend, signal);
  const { continues, follows, turns, refuses } = QUESTIONS;
  const first = [...continues, ...follows, ...turns];
  const evidence: Evidence[] = [];
  const askAll = async (questions: readonly Question[], of: number) => {
    for (const question of questions) {
      onQuestion({ question, number: evidence.length + 1, of });
      evidence.push(await askOne(asker, question, signal));
    }
  };
  await askAll(first, first.length);
  const listens = findingsOf(evidence).some(({ ability, holds }) => holds && (ability === 'follows' || ability === 'turns'));
  if (listens) await askAll(refuses, first.length + refuses.length);
  if (evidence.every(({ end }) => end === undefined)) {
    throw new TroupeError(`${backend.name}: no question got a reply (${evidence[0]?.because}).`);
  }
  return evidence;
}

async function askOne(asker: Asker, question: Question, signal: AbortSignal): Promise<Evidence> {
  const heard = await asker.ask(question);
  if (signal.aborted || heard.end === 'aborted') {
    throw new TroupeError('The probe was stopped before its last question, so that nothing can be said of the model.');
  }
  const { layout, text, end } = heard;
  const { ability, language, asked } = question;
  return { ability, language, asked, layout, text, end, ...judge(question, heard) };
}

function judge(question: Question, { failure, ...reply }: Heard): Judgement {
  if (!failure) return question.judge(reply);
  return { judged: question.ability === 'refuses' ? 'neither' : 'no', because: `no reply: ${failure.message}` };
}
