import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { madeModel } from '../made-model/made-model.ts';
import { writeGguf } from '../made-model/write-gguf.ts';
import { makeFolder, runTroupe } from './run-troupe.ts';

const model = writeGguf(madeModel());

/** The address of a model on a server of this machine, which counts how often it sent it. */
async function serveModel(bytes: Buffer = model): Promise<{ address: string; sent(): number; close(): void }> {
  let sent = 0;
  const server = createServer((request, response) => {
    if (request.url !== '/made.gguf') return response.writeHead(404).end();
    response.writeHead(200, { 'content-length': bytes.length });
    if (request.method !== 'HEAD') sent += 1;
    return response.end(request.method === 'HEAD' ? undefined : bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(close);
  const place = server.address();
  const port = typeof place === 'object' ? place?.port : undefined;
  return { address: `http://127.0.0.1:${port}/made.gguf`, sent: () => sent, close };
}

it('downloads a model into the data folder, shows how far it is, and says where it lies', async () => {
  const folder = await makeFolder();
  const { address } = await serveModel();
  const { code, stdout, stderr } = await runTroupe(['models', 'pull', address], { folder });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\S.*models.*made\.gguf\n$/);
  expect((await readFile(path.resolve(folder, stdout.trim()))).equals(model)).toBe(true);
  expect(stderr).toMatch(/\[#{24}\] 100 % {2}/);
  expect(stderr).toMatch(/Downloaded: Made model, F16, .+, chat\. To use it, put LLAMA_MODEL=http.+ into \.env\.\n$/);
});

it('does not download what is there already, also without the server', async () => {
  const folder = await makeFolder();
  const { address, close } = await serveModel();
  await runTroupe(['models', 'pull', address], { folder });
  close();
  const { code, stdout } = await runTroupe(['models', 'pull', address, '--json'], { folder });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ name: 'Made model', stage: 'chat', bytes: model.length, downloaded: false });
});

it('says what is wrong with an address, a server that has no such file, and a file that is no model', async () => {
  const folder = await makeFolder();
  const { address } = await serveModel(Buffer.from('this is no model'));
  const outcomes = [];
  for (const asked of ['models/mine.gguf', address.replace('made', 'other'), address]) {
    outcomes.push(await runTroupe(['models', 'pull', asked], { folder }));
  }
  expect(outcomes).toMatchObject([
    { code: 2, stdout: '', stderr: expect.stringMatching(/"models\/mine\.gguf" is no address of a model: write it like hf:/) },
    { code: 1, stdout: '', stderr: expect.stringMatching(/cannot be downloaded into .+ \(the server says 404 Not Found\)/) },
    { code: 1, stdout: '', stderr: expect.stringMatching(/made\.gguf is not a GGUF file/) },
  ]);
});
