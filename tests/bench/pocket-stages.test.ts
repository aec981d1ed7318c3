import { describe, expect, it } from 'vitest';
import type { Case, Study } from '../../bench/pocket/case.ts';
import { forStage } from '../../bench/pocket.ts';
import type { Persona } from '../../src/personas/persona.ts';
import { DEFAULT_SAMPLING } from '../../src/personas/sampling.ts';

describe('the studies of a stage', () => {
  const sayingAtMost = (maxTokens: number) =>
    ({ persona: { id: 'rook', sampling: { ...DEFAULT_SAMPLING, maxTokens } } as Persona }) as Case;
  const study: Study = { name: 's', own: true, figures: [], cases: () => [sayingAtMost(320), sayingAtMost(20)] };

  it('are played once and stop every reply at sixty tokens', async () => {
    const staged = forStage(study);
    expect(staged.own).toBe(false);
    expect((await staged.cases(2)).map(({ persona }) => persona.sampling.maxTokens)).toEqual([60, 20]);
    expect((await study.cases(2)).map(({ persona }) => persona.sampling.maxTokens)).toEqual([320, 20]);
  });
});
