import { Keyv } from 'keyv';
import { messageOf, StoreError } from '../errors.ts';
import type { TableName } from './keys.ts';

/** One kind of key, typed. It stands over a Keyv and is the only way to it, so that every call has a deadline. Throws StoreError. */
export type Table<Value> = {
  get(key: string): Promise<Value | undefined>;
  /** in the order of `keys`; undefined where there is none */
  getMany(keys: readonly string[]): Promise<(Value | undefined)[]>;
  /** `ttlMs` left out or 0: it stays */
  set(key: string, value: Value, ttlMs?: number): Promise<void>;
  /** all or nothing */
  setMany(entries: readonly { key: string; value: Value }[]): Promise<void>;
  delete(key: string): Promise<boolean>;
  /** true when at least one was there */
  deleteMany(keys: readonly string[]): Promise<boolean>;
};

/** Runs one call on the store: `what` completes "The store could not ...". Fails only with StoreError. */
export type StoreCall = <Result>(what: string, operation: () => Promise<Result>) => Promise<Result>;

type StoreCallOptions = { deadlineMs: number; explain?: (error: unknown) => string };

export function createStoreCall({ deadlineMs, explain = messageOf }: StoreCallOptions): StoreCall {
  return async function callStore(what, operation) {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new StoreError(`The store could not ${what} within ${deadlineMs} ms: try again.`)),
        deadlineMs,
      );
    });
    try {
      return await Promise.race([operation(), tooLate]);
    } catch (error) {
      if (error instanceof StoreError) throw error;
      throw new StoreError(`The store could not ${what}: ${explain(error)}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  };
}

/** The form in which Keyv keeps a value, for writes that go past it. */
export function serialise(value: unknown, ttlMs?: number): string {
  return JSON.stringify({ value, ...(ttlMs ? { expires: Date.now() + ttlMs } : {}) });
}

/** The value that was kept as such a text. */
export function deserialise<Value>(text: string): Value {
  return JSON.parse(text).value;
}

/** `adapter` is a Keyv storage adapter that nobody else uses. */
export function openTable<Value>(name: TableName, adapter: object, call: StoreCall): Table<Value> {
  // Keyv leaves a key alone that already begins with its namespace, but only in some methods: we put the name in front ourselves.
  const keyv = new Keyv<Value>({
    store: adapter,
    namespace: name,
    useKeyPrefix: false,
    throwOnErrors: true,
    emitErrors: false,
    serialize: JSON.stringify,
    deserialize: JSON.parse,
  });
  const full = (key: string) => `${name}:${key}`;
  const store = (what: string, write: () => Promise<unknown>) =>
    call(what, async () => {
      if ((await write()) === false) throw new StoreError(`The store refused to ${what}.`);
    });
  return {
    get: (key) => call(`read ${full(key)}`, () => keyv.get<Value>(full(key))),
    getMany: (keys) => call(`read ${keys.length} of ${name}`, () => keyv.getMany<Value>(keys.map(full))),
    set: (key, value, ttlMs) => store(`write ${full(key)}`, () => keyv.set(full(key), value, ttlMs)),
    setMany: (entries) =>
      store(`write ${entries.length} of ${name}`, () =>
        keyv.setMany(entries.map(({ key, value }) => ({ key: full(key), value }))),
      ),
    delete: (key) => call(`delete ${full(key)}`, () => keyv.delete(full(key))),
    deleteMany: (keys) => call(`delete ${keys.length} of ${name}`, () => keyv.deleteMany(keys.map(full))),
  };
}
