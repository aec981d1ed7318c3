import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM_FOLDER = fileURLToPath(new URL('../..', import.meta.url));

/** The personas that ship with the program; an operator's own are put beside them. */
export const PERSONAS_FOLDER = join(PROGRAM_FOLDER, 'personas');
/** The models that ship with the program. */
export const MODELS_FOLDER = join(PROGRAM_FOLDER, 'models');
