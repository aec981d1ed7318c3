import { describe, expect, it } from 'vitest';
import { EditGovernor, EditGovernors } from '../../src/bot/edit-governor.ts';

const PACE = { limit: 5, windowMs: 5_000, floorMs: 1_250 };

function governed() {
  const clock = { now: 0 };
  return { clock, governor: new EditGovernor(PACE, () => clock.now) };
}

/** Asks at every millisecond for `ms`, as a stream that always has new text would. */
function stream(governor: EditGovernor, clock: { now: number }, ms: number): number[] {
  const taken: number[] = [];
  for (const until = clock.now + ms; clock.now < until; clock.now += 1) {
    if (governor.take('edit', false) === 0) taken.push(clock.now);
  }
  return taken;
}

describe('EditGovernor', () => {
  it('lets the first write through at once and keeps edits their distance apart', () => {
    const { governor, clock } = governed();
    expect(governor.take('edit', false)).toBe(0);
    clock.now = 250;
    expect(governor.take('edit', false)).toBe(1_000);
    clock.now = 1_250;
    expect(governor.take('edit', false)).toBe(0);
  });

  it('never takes more than the limit in any window, however long a reply streams', () => {
    const { governor, clock } = governed();
    const taken = stream(governor, clock, 60_000);
    for (const at of taken)
      expect(taken.filter((other) => other > at - PACE.windowMs && other <= at).length).toBeLessThanOrEqual(4);
    expect(taken.length).toBeGreaterThan(40);
  });

  it('keeps one write of the window to spare, so that the last edit of a reply never waits', () => {
    const { governor, clock } = governed();
    for (let moment = 100; moment < 20_000; moment += 997) {
      const fresh = new EditGovernor(PACE, () => clock.now);
      clock.now = 0;
      stream(fresh, clock, moment);
      expect(fresh.take('edit', true)).toBe(0);
    }
    expect(governor.isQuiet()).toBe(true);
  });

  it('counts a write from when it was answered, however late it reached the place', () => {
    const { governor, clock } = governed();
    for (let count = 0; count < 5; count += 1) {
      expect(governor.take('post', true)).toBe(0);
      clock.now += 400;
      governor.arrived('post');
    }
    expect(clock.now).toBe(2_000);
    expect(governor.take('post', true)).toBe(400 + 5_120 - 2_000);
  });

  it('counts posts and edits in separate windows', () => {
    const { governor } = governed();
    for (let count = 0; count < 5; count += 1) expect(governor.take('post', true)).toBe(0);
    expect(governor.take('post', true)).toBe(5_120);
    expect(governor.take('edit', true)).toBe(0);
  });

  it('is one for a channel, whoever speaks there, and lets go of quiet channels', () => {
    const clock = { now: 0 };
    const governors = new EditGovernors(() => clock.now);
    const first = governors.of('a', PACE);
    first.take('post', true);
    expect(governors.of('a', PACE)).toBe(first);
    for (let channel = 0; channel < 1_000; channel += 1) governors.of(`quiet-${channel}`, PACE);
    expect(governors.of('a', PACE)).toBe(first);
    clock.now = 60_000;
    for (let channel = 0; channel < 1_001; channel += 1) governors.of(`later-${channel}`, PACE);
    expect(governors.of('a', PACE)).not.toBe(first);
  });
});
