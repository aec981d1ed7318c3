import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { askForModels, findServers } from '../../src/config/find-servers.ts';
import { startLlmDouble } from '../llm-double/llm-double.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function double(options: Parameters<typeof startLlmDouble>[0]) {
  const server = await startLlmDouble(options);
  closing.push(server.close);
  return server;
}

it('finds the ports where a model server answers, and leaves out silence, refusal and other programs', async () => {
  const silent = http.createServer(() => undefined).listen(0, '127.0.0.1');
  closing.push(
    () => silent.closeAllConnections(),
    () => silent.close(),
  );
  const good = await double({ models: [{ id: 'qwen', owned_by: 'library' }, { id: 'gemma' }] });
  const web = await double({ models: { page: { status: 200, body: '<html>hello</html>' } } });
  const gone = await double({});
  await gone.refuse();
  const ports = [(silent.address() as AddressInfo).port, good.port, web.port, gone.port];
  const began = performance.now();
  expect(await findServers(ports, AbortSignal.timeout(300))).toEqual([
    { name: 'Ollama', baseUrl: good.baseUrl, models: ['qwen', 'gemma'] },
  ]);
  expect(performance.now() - began).toBeLessThan(2_000);
});

it('makes up no name for a server that says none at a port of its own, and takes one without models', async () => {
  const server = await double({ models: [{ id: 'qwen' }] });
  expect(await askForModels(server.baseUrl, AbortSignal.timeout(1_000))).toMatchObject({ name: 'a server' });
  const empty = await double({ models: { page: { status: 200, body: '{"object":"list","data":null}' } } });
  expect(await askForModels(empty.baseUrl, AbortSignal.timeout(1_000))).toMatchObject({ models: [] });
});

it('shows the key to a server that wants one', async () => {
  const server = await double({});
  await askForModels(server.baseUrl, AbortSignal.timeout(1_000), 'the-key');
  expect(server.requests[0]?.headers.authorization).toBe('Bearer the-key');
});
