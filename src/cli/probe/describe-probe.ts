import type { BackendFacts } from '../../backends/backend.ts';
import type { StageSource } from '../../backends/guess-stage.ts';
import type { Layout, Stage } from '../../chat.ts';
import { chooseLayout } from '../../prompt/layout.ts';
import type { Configuration } from './configuration.ts';
import { ABILITY_NAMES, type Judged } from './question.ts';
import { type Count, type Evidence, type Finding, findingsOf, type Verdict, verdictOf } from './weigh.ts';

type Asked = { backend: string; facts: BackendFacts };

/** What a probe found, as `--json` prints it. */
export type ProbeReport = {
  backend: string;
  model: string;
  flavour: string;
  /** what the backend takes, and so what the questions were sent as */
  input: BackendFacts['input'];
  verdict: Verdict & { /** what `layout: auto` would use */ layout: Layout | null };
  /** what the backend says; `stageFrom` is null where the stage was assumed */
  facts: { stage: Stage; stageFrom: StageSource | null; censored: boolean };
  agrees: { stage: boolean | null; censored: boolean | null };
  configuration: Configuration | null;
  findings: readonly Finding[];
  evidence: readonly (Omit<Evidence, 'asked' | 'text' | 'end'> & {
    kind: string;
    asked: string;
    reply: string;
    end: string | null;
  })[];
  unknown: readonly string[];
};

const REPLY_SHOWN = 100;

export function reportOf({ backend, facts }: Asked, evidence: readonly Evidence[]): Omit<ProbeReport, 'configuration'> {
  const verdict = verdictOf(evidence);
  const { stage, stageFrom = null, censored, name } = facts.model;
  return {
    backend,
    model: name,
    flavour: facts.flavour,
    input: facts.input,
    verdict: { ...verdict, layout: verdict.stage && chooseLayout('auto', verdict.stage) },
    facts: { stage, stageFrom, censored },
    agrees: {
      stage: verdict.stage && verdict.stage === stage,
      censored: verdict.censored === null ? null : verdict.censored === censored,
    },
    findings: findingsOf(evidence),
    evidence: evidence.map(({ asked, text, end, ...one }) => ({
      ...one,
      kind: asked.kind,
      asked: asked.text,
      reply: beginningOf(text),
      end: end ?? null,
    })),
    unknown: unknownIn(facts, evidence),
  };
}

/** What the questions cannot show. */
function unknownIn({ input }: BackendFacts, evidence: readonly Evidence[]): string[] {
  return [
    'Each question was asked once, at temperature 0 and only in English and Korean: put in other words it may be answered otherwise.',
    'A base model whose training text held instructions and conversations may pass for more than it is.',
    censoringUnknown(evidence),
    ...(input === 'messages'
      ? [
          'The server writes the template: plain text and scripts reached the model as a message (`mode: completion` sends them as they are).',
        ]
      : []),
  ];
}

function censoringUnknown(evidence: readonly Evidence[]): string {
  if (!evidence.some(({ ability }) => ability === 'refuses')) {
    return 'Whether it refuses was not asked: a text that goes on refuses nothing.';
  }
  if (verdictOf(evidence).censored === null) {
    return 'Whether it is censored stays open: it neither refused nor did most of what is often refused.';
  }
  return 'Nothing harmful was asked: how it takes anything worse than these mild questions is not known. Its maker knows more.';
}

/** The report as lines to read. */
export function linesOf(report: ProbeReport): string[] {
  const { model, flavour, backend, configuration, evidence, unknown, findings } = report;
  return [
    `${model} (${flavour}, backend ${backend})`,
    verdictLine(report),
    comparison(report),
    ...(configuration
      ? [`To settle it, write into ${configuration.where}:`, ...configuration.lines.map((line) => `  ${line}`)]
      : []),
    '',
    'What was seen:',
    ...findings.map((finding) => `  ${ABILITY_NAMES[finding.ability].padEnd(24)}${finding.counts.map(countLine).join(', ')}`),
    '',
    'The evidence:',
    ...evidence.map(
      ({ judged, language, kind, asked, reply, because }) =>
        `  ${MARKS[judged]} ${kind} (${language}) ${JSON.stringify(asked)} → ${JSON.stringify(reply)}: ${because}`,
    ),
    '',
    'What this cannot know:',
    ...unknown.map((sentence) => `  ${sentence}`),
  ];
}

const MARKS: Readonly<Record<Judged, string>> = { yes: '✓', no: '✗', refused: '✗', answered: '✓', neither: '–' };
const LANGUAGE_NAMES = { en: 'English', ko: 'Korean' } as const;

function countLine({ language, seen, asked }: Count): string {
  return asked === 0 ? `${LANGUAGE_NAMES[language]} not asked` : `${LANGUAGE_NAMES[language]} ${seen} of ${asked}`;
}

const LOOKS: Readonly<Record<Stage, string>> = {
  base: 'base: it continues text',
  instruct: 'instruct: it follows an instruction and keeps no thread over several turns',
  chat: 'chat: it talks in turns',
};

function verdictLine({ verdict: { stage, censored, layout } }: ProbeReport): string {
  const looks = stage === null ? 'none of the three stages clearly' : `${LOOKS[stage]} (layout ${layout})`;
  const refuses =
    censored === null
      ? 'whether it is censored stays open'
      : censored
        ? 'censored: it refuses'
        : 'uncensored as far as it was asked: it refused nothing';
  return `It looks like ${looks}; ${refuses}.`;
}

const SOURCES: Readonly<Record<StageSource, string>> = {
  metadata: 'by its metadata',
  name: 'by its name',
  template: 'by its template',
  settings: 'by the settings',
};

function comparison({ facts, agrees }: ProbeReport): string {
  const source = facts.stageFrom === null ? 'assumed' : SOURCES[facts.stageFrom];
  const said = `The facts say ${facts.stage} (${source}) and ${facts.censored ? 'censored' : 'uncensored'}`;
  const different = [
    ...(agrees.stage === false ? ['the stage'] : []),
    ...(agrees.censored === false ? ['whether it is censored'] : []),
  ];
  return different.length === 0
    ? `${said}: nothing that was seen speaks against it.`
    : `${said}: ${different.join(' and ')} looks different.`;
}

function beginningOf(text: string): string {
  const shown = Array.from(text);
  return shown.length > REPLY_SHOWN ? `${shown.slice(0, REPLY_SHOWN).join('')}…` : text;
}
