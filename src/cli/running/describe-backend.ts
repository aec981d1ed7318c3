import type { Backend, BackendFacts } from '../../backends/backend.ts';
import { BackendError, ConfigError } from '../../errors.ts';

/**
 * What is true of a backend, or why it cannot say so now: a server that is down may be up when somebody speaks. One that refuses (a
 * model file that is none, a wrong key) will refuse for ever: that throws ConfigError, whose place is `because`, the setting to change.
 */
export async function describeBackend(backend: Backend, because: string): Promise<BackendFacts | BackendError> {
  try {
    return await backend.describe();
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    if (error.failure === 'rejected') throw new ConfigError([{ file: because, message: error.message }], { cause: error });
    return error;
  }
}
