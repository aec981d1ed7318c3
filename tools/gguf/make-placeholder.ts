// Run: node tools/gguf/make-placeholder.ts
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { placeholderModel } from './placeholder-model.ts';
import { writeGguf } from './write-gguf.ts';

const target = fileURLToPath(new URL('../../models/pocket.gguf', import.meta.url));
const bytes = writeGguf(placeholderModel());
await writeFile(target, bytes);
process.stdout.write(`${target}: ${bytes.length} bytes\n`);
