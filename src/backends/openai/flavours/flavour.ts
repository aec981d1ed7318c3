import type { Dial, ReplyRequest } from '../../../chat.ts';
import type { ModelHabits } from '../learning/model-habits.ts';
import type { Body, Server } from '../server.ts';
import type { OpenaiSettings } from '../settings.ts';
import type { Chunk, ServerUsage } from '../stream/parse-chunk.ts';

export const FLAVOUR_NAMES = ['llama-server', 'ollama', 'lm-studio', 'vllm', 'openrouter', 'openai', 'generic'] as const;
export type FlavourName = (typeof FLAVOUR_NAMES)[number];

/** Which field of a request holds a dial. A dial without a field is not honoured. */
export type DialFields = Readonly<Partial<Record<Dial, string>>>;

/** Whether a model thinks before it answers: never, when it is told to, or whatever it is told. */
export type ThinkingKind = 'none' | 'switchable' | 'always';

/** What a server says of the model that it serves. */
export type Served = {
  name: string;
  /** all that the server calls the model, the name that tells most of it first, where it has more than one */
  names?: readonly string[];
  /** tokens of prompt and reply together; left out where the server does not say */
  contextTokens?: number;
  /** what every model of its family takes, where the server itself says nothing: tokens of prompt and reply together */
  leastContextTokens?: number;
  /** more than this it does not take, whatever the settings say */
  contextLimit?: number;
  /** the model is not loaded: its context is known for sure once it has answered; a `contextLimit` is what it was loaded with before */
  unloaded?: true;
  /** its Jinja chat template */
  template?: string;
  /** texts of its control tokens, as far as the server shows them */
  controlTexts?: readonly string[];
  thinking: ThinkingKind;
  /** the server was asked: the switches that we know change what its template writes */
  hasOurSwitch?: true;
  /** the words it takes for how much to think, where they are known */
  efforts?: readonly string[];
  /** the server itself says that the model can be told not to think */
  namesOff?: true;
  dials: DialFields;
  /** the dials that it takes while it thinks, where those are others */
  thinkingDials?: DialFields;
};

/** What the server said before, for pages that say less at times than at others. */
export type SaidBefore = {
  /** name of the model that it served last */
  name: string;
  /** what it said of a model when it was asked last */
  of(name: string): Served | undefined;
};

/** Everything that a request is made of. */
export type Asked = {
  request: ReplyRequest;
  server: Pick<Server, 'baseUrl' | 'rootUrl'>;
  settings: OpenaiSettings;
  served: Served;
  habits: ModelHabits;
  /** the model's context, as it is to be served: what was found out to fit makes prompts shorter, not this */
  contextTokens: number;
  /** tokens that may be generated, thinking included */
  totalLimit: number;
};

export type Call = {
  address: string;
  body: Body;
  headers?: Readonly<Record<string, string>>;
  /** the server is told how many tokens it may generate */
  isLimited: boolean;
  /** fields that are ours, so that they may be left out when the server refuses them */
  optional: ReadonlySet<string>;
};

/** How an answer is cut into JSON texts, and what one of them says. */
export type Reader = {
  texts(bytes: AsyncIterable<Uint8Array>): AsyncIterable<string>;
  parse(json: string): Chunk;
};

/** One kind of server: how it is known, what it says of its model, how it is asked and how it answers. */
export type Flavour = {
  readonly name: FlavourName;
  /** by its address alone */
  isAt?(baseUrl: string): boolean;
  /** by a page that no other has. Throws BackendError where nothing answers. */
  detect?(server: Server): Promise<boolean>;
  /** `before` left out: it was never asked. Throws BackendError, also where a page could not be asked just now. */
  learn(server: Server, before?: SaidBefore): Promise<Served>;
  call(asked: Asked): Call;
  /** It sends the thoughts of this request apart from the text. */
  sendsThoughtsApart(asked: Asked): boolean;
  /** Evidence that a request not to think was heeded, from what the server names and what it counted in this reply. */
  tookOff?(asked: Asked, usage: ServerUsage | undefined): boolean;
  /** This call turns off a switch that is known to work in this model: its prompt opens no thought then. */
  isSwitchedOff?(asked: Asked, call: Call): boolean;
  /** It may send the whole reply to this call as a thought, and there is evidence that the model did not think. */
  mayFileReplyAsThought?(asked: Asked, call: Call): boolean;
  reader: Reader;
  /** The context with which the model is loaded just now, where it may be other than asked for. Never throws. */
  loadedContext?(server: Server, model: string): Promise<number | undefined>;
  /** Tokens of each text, as content. Throws where the server cannot count. */
  tokenise?(server: Server, model: string, texts: readonly string[]): Promise<readonly number[]>;
};
