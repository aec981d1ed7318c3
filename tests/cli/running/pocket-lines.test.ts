import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { pocketLines } from '../../../src/cli/running/pocket-lines.ts';
import { unreachableBackend } from '../../../src/cli/running/unreachable-backend.ts';
import { chooseDefaultBackend } from '../../../src/config/default-backend.ts';
import { USUAL_PORTS } from '../../../src/config/find-servers.ts';
import { loadConfig } from '../../../src/config.ts';
import { BackendError, ConfigError } from '../../../src/errors.ts';
import { startLlmDouble } from '../../llm-double/llm-double.ts';
import { makeFolder, runTroupe } from '../run-troupe.ts';

const POCKET = path.join(import.meta.dirname, '..', '..', '..', 'models', 'pocket.gguf');
const WHAT_IT_IS =
  /^Pocket answers: a demonstration model of \d+\.\d million parameters\. It plays personas and remembers this conversation; it knows nothing else\.$/;
const HOW_TO_CHANGE_IT = /^`npm run setup` changes that: /;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server that takes a question and never answers. */
async function startHanging(port = 0): Promise<number> {
  const server = http.createServer(() => undefined);
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function startModel(port = 0, models = [{ id: 'qwen', owned_by: 'library' }, { id: 'gemma' }]) {
  const server = await startLlmDouble({ port, models });
  closing.push(server.close);
  return server;
}

/** What `start` opens on one of the usual ports: some of them may be taken on this machine. */
async function onUsualPort<Server>(start: (port: number) => Promise<Server>): Promise<Server> {
  for (const port of USUAL_PORTS) {
    try {
      return await start(port);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    }
  }
  throw new Error(`All of the ports ${USUAL_PORTS.join(', ')} are taken on this machine.`);
}

describe('the lines about Pocket', () => {
  /** `load` stands for the loading of the model. */
  async function lines(ports: readonly number[], load: () => Promise<void> = async () => undefined): Promise<string[]> {
    const standard = await chooseDefaultBackend(loadConfig({ variables: {}, folder: await makeFolder() }), 'terminal');
    const backend = unreachableBackend('pocket');
    const describe = () => load().then(() => backend.describe());
    return pocketLines({ backend: { ...backend, describe }, standard, file: POCKET, ports });
  }

  it('are three: what it is, which servers answer with their models, and how to change it', async () => {
    const many = Array.from({ length: 7 }, (_, index) => ({ id: `m${index}` }));
    const [one, two] = [await startModel(), await startModel(0, many)];
    const told = await lines([one.port, two.port]);
    expect(told).toEqual([expect.stringMatching(WHAT_IT_IS), expect.any(String), expect.stringMatching(HOW_TO_CHANGE_IT)]);
    expect(told[1]).toBe(
      `Model servers that answer on this machine: Ollama at ${one.baseUrl} (qwen, gemma); ` +
        `a server at ${two.baseUrl} (m0, m1, m2, m3, m4 and 2 more).`,
    );
  });

  it('name the ports where nobody answers', async () => {
    const gone = await startModel();
    await gone.refuse();
    expect((await lines([gone.port]))[1]).toBe(
      `No model server answers on this machine (asked at the usual ports: ${gone.port}).`,
    );
  });

  it('wait for no server that hangs, and lose none that answered while the model was loading', async () => {
    const [hanging, model] = [await startHanging(), await startModel()];
    const began = performance.now();
    const told = await lines([hanging, model.port], async () => {
      while (performance.now() - began < 700); // as loading does, it lets nothing else run
    });
    expect(told[1]).toBe(`Model servers that answer on this machine: Ollama at ${model.baseUrl} (qwen, gemma).`);
    expect(performance.now() - began).toBeLessThan(3_000);
  });

  it('are not said of a model that cannot answer', async () => {
    const refused = () => Promise.reject(new BackendError('pocket', 'rejected', 'it is damaged.'));
    await expect(lines([await startHanging()], refused)).rejects.toThrow(ConfigError);
    const busy = () => Promise.reject(new BackendError('pocket', 'unreachable', 'it is closed.'));
    expect(await lines([], busy)).toEqual([
      expect.stringMatching(/^Missing: the model does not answer yet \(pocket: it is closed/),
    ]);
  });
});

describe.each([['start'], ['chat']])('%s', (command) => {
  it('tells on stderr alone, where nothing is configured, what Pocket is and which servers answer', async () => {
    await onUsualPort(startHanging);
    const model = await onUsualPort(startModel);
    const { code, stdout, stderr } = await runTroupe([command], { folder: await makeFolder(), input: 'Hello\n' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^[^\n]+\n$/);
    const [title, what, servers, change, remembered, ...rest] = stderr.split('\n');
    expect([title, what, servers, change, remembered]).toEqual([
      'Troupe in the terminal; you talk to Sunny.',
      expect.stringMatching(WHAT_IT_IS),
      expect.stringContaining(`Ollama at ${model.baseUrl} (qwen, gemma)`),
      expect.stringMatching(HOW_TO_CHANGE_IT),
      expect.stringMatching(/^Remembered in .*, session terminal\.$/), // nobody types, so no word of /help
    ]);
    expect(rest.join('\n')).toMatch(/^\nSunny: [^\n]+\n$/);
  });

  it('tells of the model that is configured, and nothing of Pocket', async () => {
    const model = await startModel();
    const { stderr } = await runTroupe([command], {
      folder: await makeFolder(),
      environment: { OPENAI_BASE_URL: model.baseUrl },
      input: 'Hello\n',
    });
    expect(stderr).toContain('Model: qwen (generic)');
    expect(stderr).not.toMatch(/Pocket|demonstration|npm run setup|Model servers/);
  });
});
