import type { Language } from '../chat.ts';
import { BackendError, type BackendFailure, PromptTooLongError, StoreError, TemplateError } from '../errors.ts';
import { QueueFullError } from './channel-queue.ts';
import { MatureHereError } from './choose-persona.ts';

/** What the program itself says to people in a channel. One catalogue a language; a missing line does not compile. */
type Catalogue = Record<BackendFailure, string> & {
  queueFull: string;
  storeFailed: string;
  promptTooLong: string;
  template: string;
  matureHere: string;
  unexpected: string;
  cutShort: string;
  stopped: string;
  left: (turns: number) => string;
  demo: string;
};

const CATALOGUES: Record<Language, Catalogue> = {
  en: {
    unreachable:
      'I cannot reach my language model right now. Please try again later; the operator finds the reason in the log.',
    'rate-limited': 'My language model asks me to slow down. Please try again in a minute.',
    rejected: 'My language model refused the request. The operator finds the reason in the log.',
    'too-long': 'This conversation no longer fits my language model. `/session reset` begins a new one.',
    busy: 'My language model is busy with other conversations. Please try again in a moment.',
    'broken-reply': 'My language model answered nothing I could show. Please try again.',
    queueFull: 'Too many messages are waiting here. I take no more until I have caught up; please send yours again then.',
    storeFailed: 'I cannot reach my memory right now, and I do not answer without it. Please try again later.',
    promptTooLong: 'Your message is too long for my language model. Please send a shorter one.',
    template: 'The chat template of my language model cannot show this conversation. The operator finds the reason in the log.',
    matureHere: 'The persona chosen here speaks only in age-restricted channels. `/persona set` chooses another one.',
    unexpected: 'Something went wrong here. The operator finds the reason in the log.',
    cutShort: 'cut short: the language model stopped answering',
    stopped: 'cut short: the bot is shutting down',
    left: (turns) => `the oldest ${turns} messages no longer fit and are left out from here on`,
    demo: 'demo model',
  },
  ko: {
    unreachable: '지금은 언어 모델에 연결할 수 없어요. 잠시 후 다시 시도해 주세요. 원인은 운영자 로그에 남아 있어요.',
    'rate-limited': '언어 모델이 잠시 쉬어 달라고 해요. 1분쯤 뒤에 다시 시도해 주세요.',
    rejected: '언어 모델이 요청을 거절했어요. 원인은 운영자 로그에 남아 있어요.',
    'too-long': '대화가 언어 모델의 한도를 넘었어요. `/session reset`으로 새로 시작할 수 있어요.',
    busy: '언어 모델이 다른 대화로 바빠요. 잠시 후 다시 시도해 주세요.',
    'broken-reply': '언어 모델이 보여 줄 만한 답을 하지 못했어요. 다시 시도해 주세요.',
    queueFull: '여기에 기다리는 메시지가 너무 많아요. 다 답할 때까지는 더 받지 않을게요. 나중에 다시 보내 주세요.',
    storeFailed: '지금은 기억을 불러올 수 없어서 답하지 않을게요. 잠시 후 다시 시도해 주세요.',
    promptTooLong: '메시지가 언어 모델에 비해 너무 길어요. 더 짧게 보내 주세요.',
    template: '언어 모델의 채팅 템플릿으로 이 대화를 나타낼 수 없어요. 원인은 운영자 로그에 남아 있어요.',
    matureHere: '여기에 정해진 페르소나는 연령 제한 채널에서만 말해요. `/persona set`으로 다른 페르소나를 고를 수 있어요.',
    unexpected: '문제가 생겼어요. 원인은 운영자 로그에 남아 있어요.',
    cutShort: '답이 끊겼어요: 언어 모델이 도중에 멈췄어요',
    stopped: '답이 끊겼어요: 봇이 종료되는 중이에요',
    left: (turns) => `오래된 메시지 ${turns}개는 더 들어가지 않아 이제부터 빠져요`,
    demo: '데모 모델',
  },
};

export function noticesIn(language: Language): Catalogue {
  return CATALOGUES[language];
}

/** What people are told when an answer failed. The error itself belongs in the log. */
export function noticeFor(error: unknown, language: Language): string {
  const notices = noticesIn(language);
  if (error instanceof BackendError) return notices[error.failure];
  if (error instanceof QueueFullError) return notices.queueFull;
  if (error instanceof StoreError) return notices.storeFailed;
  if (error instanceof PromptTooLongError) return notices.promptTooLong;
  if (error instanceof TemplateError) return notices.template;
  if (error instanceof MatureHereError) return notices.matureHere;
  return notices.unexpected;
}
