import type { Dial } from '../../../chat.ts';
import type { PersonaSource } from '../../speaking-here.ts';
import type { Replies, ShownDial, ShownPersona, ShownSession, Trigger } from './replies.ts';

const SOURCES: Readonly<Record<PersonaSource, string>> = {
  channel: '이 채널에서 정한 페르소나예요',
  configuration: '운영자가 이 채널에 정해 둔 페르소나예요',
  default: '기본 페르소나예요',
};

const TRIGGERS: Readonly<Record<Trigger, string>> = {
  direct: '여기서 하는 모든 말',
  mention: '멘션',
  reply: '답장',
  name: '이름',
  always: '모든 메시지',
  chance: '가끔 스스로 고른 메시지',
};

const BLIND = '디스코드가 저를 부른 메시지만 보여 줘서(메시지 내용 인텐트 꺼짐) 이름이나 `always`로는 부를 수 없어요.';

const EFFECTS: Readonly<Record<Dial, string>> = {
  temperature: '높을수록 뜻밖의 낱말이 나오고, 0이면 늘 가장 그럴듯한 낱말만 골라요.',
  maxTokens: '보이는 답의 최대 토큰 수예요.',
  topP: '확률을 더해 이만큼이 되는 낱말까지만 골라요. 1이면 꺼져요.',
  topK: '가장 그럴듯한 낱말 이만큼에서만 골라요. 0이면 꺼져요.',
  minP: '가장 그럴듯한 낱말의 이 비율보다 드문 낱말은 버려요. 0이면 꺼져요.',
  repeatPenalty: '이미 나온 토큰을 이만큼 덜 고르게 해요. 1이면 꺼져요.',
  frequencyPenalty: '자주 나온 토큰일수록 덜 고르게 해요. 0이면 꺼져요.',
  presencePenalty: '한 번이라도 나온 토큰을 덜 고르게 해요. 0이면 꺼져요.',
  stop: '이 글이 나오려고 하면 답을 거기서 끝내요.',
  dry: '같은 말을 이어서 되풀이할수록 덜 고르게 해요. multiplier가 0이면 꺼져요.',
  xtc: '다른 말도 그럴듯할 때 가장 그럴듯한 말을 가끔 빼요. probability가 0이면 꺼져요.',
  logitBias: '글마다 그 토큰을 더 또는 덜 고르게 해요. false면 절대 말하지 않아요.',
  seed: '같은 프롬프트와 같은 값이면 같은 답이 나와요.',
};

export const KOREAN: Replies = {
  mayNotManage: '이 채널을 관리할 수 있는 멤버만 바꿀 수 있어요.',
  notHere: '여기서는 이 봇을 쓸 수 없어요. 운영자가 쓸 수 있는 곳과 사람을 정해 두었어요.',
  unknownCommand: '이 봇에는 (이제) 없는 명령이에요.',
  longReply: '답은 파일에 있어요.',
  persona: {
    unknown: (name, existing) => `“${name}” 페르소나는 없어요. 고를 수 있는 페르소나: ${existing.join(', ')}.`,
    mature: (name) => `**${name}** 페르소나는 성인용이라 연령 제한 채널에서만 말해요.`,
    set: (name, always) =>
      [
        `이제 이 채널에서는 **${name}** 페르소나가 말해요. 앞선 대화도 알고 있어요. 새로 시작하려면 \`/session reset\`.`,
        alwaysLine(always),
      ]
        .filter((line) => line !== '')
        .join('\n'),
    blind: BLIND,
    show: describePersona,
    none: (existing) => `이 채널에서 말하는 페르소나가 없어요. \`/persona set\`으로 고를 수 있어요: ${existing.join(', ')}.`,
    list: (personas) =>
      personas
        .map(({ name, description, mature, here }) => {
          const marks = [...(mature ? ['성인용'] : []), ...(here ? ['지금 여기'] : [])];
          return `- **${name}**${marks.length > 0 ? ` (${marks.join(', ')})` : ''}${description === '' ? '' : `: ${description}`}`;
        })
        .join('\n'),
    clear: (name) =>
      name === undefined
        ? '이 채널의 설정을 지웠어요. 이제 여기서 말하는 페르소나가 없어요.'
        : `이 채널의 설정을 지웠어요. 이제 **${name}** 페르소나가 말해요.`,
  },
  session: {
    show: describeSession,
    reset: (name) => `여기서 대화를 새로 시작해요(\`${name}\`). 앞서 한 말은 더 이상 페르소나에게 전해지지 않아요.`,
    undo: (lines) => ['대화에서 뺐어요:', ...lines.map(({ name, text }) => `> **${name}**: ${text}`)].join('\n'),
    nothingToUndo: '이 대화에는 되돌릴 말이 없어요.',
  },
  tune: {
    set: ({ dial, value, own, range, effect }) =>
      `이제 이 채널에서 \`${dial}\` 값은 ${value}이에요(범위: ${range}, 페르소나의 값: ${own}). ${effect}`,
    notHonoured: (dial, backend) => `“${backend}” 백엔드는 \`${dial}\` 값을 따르지 않아서 아직은 아무것도 달라지지 않아요.`,
    show: (persona, dials) => [`이 채널에서 **${persona}** 페르소나의 다이얼:`, ...dials.map(describeDial)].join('\n'),
    reset: (persona) => `모든 다이얼을 ${persona === undefined ? '페르소나' : `**${persona}** 페르소나`}의 값으로 되돌렸어요.`,
    notANumber: (dial, value, range) => `\`${dial}\`에는 ${range}만 쓸 수 있는데, “${value}”은(는) 그런 숫자가 아니에요.`,
    outOfRange: (dial, value, range) => `\`${dial}\`에는 ${range}만 쓸 수 있는데, ${value}은(는) 그 밖이에요.`,
    notStops: (value, range) => `\`stop\`에는 ${range}만 쓸 수 있는데, “${value}”은(는) 그렇게 읽을 수 없어요.`,
    range: ({ min, max, integer }) => `${min}부터 ${max}까지의 ${integer ? '정수' : '수'}`,
    stopRange: '글(줄바꿈은 \\n) 또는 ["\\n미나:"]처럼 글을 담은 JSON 배열',
    unset: '매번 새로 뽑음',
    off: '꺼짐',
    inFile: '페르소나 파일에서 설정',
    effect: (dial) => EFFECTS[dial],
  },
  inspect: {
    prompt: ({ persona, tokens, backend, template, layout }) =>
      `**${persona}** 페르소나의 다음 답을 만들 프롬프트 그대로예요: ${tokens}토큰, 템플릿 ${template}, 레이아웃 ${layout}, 백엔드 ${backend}.`,
  },
};

function alwaysLine(always: boolean | undefined): string {
  if (always === undefined) return '';
  return always ? '여기서는 모든 메시지에 답해요.' : '불렀을 때만 답해요.';
}

function describePersona({ name, id, description, source, triggers, blind, mature, backend }: ShownPersona): string {
  return [
    `**${name}** (\`${id}\`)${description === '' ? '' : `: ${description}`}`,
    `${SOURCES[source]}. 백엔드는 “${backend}”${mature ? ', 성인용이에요' : '예요'}.`,
    `답하는 때: ${triggers.map((trigger) => TRIGGERS[trigger]).join(', ') || '없음'}.`,
    ...(blind ? [BLIND] : []),
  ].join('\n');
}

function describeSession({ name, persona, turns, hidden, since, left }: ShownSession): string {
  const speaker = persona === undefined ? '페르소나 없음' : `**${persona}** 페르소나`;
  if (since === undefined) return `세션 \`${name}\`(${speaker}): 아직 아무도 말하지 않았어요.`;
  return [
    `세션 \`${name}\`(${speaker}): <t:${Math.floor(since / 1000)}:f>부터 ${turns}번 오갔어요.`,
    ...(hidden > 0 ? [`그중 ${hidden}개는 빠졌어요.`] : []),
    left > 0 ? `가장 오래된 ${left}개는 이제 프롬프트에 들어가지 않아요.` : '모두 아직 프롬프트에 들어가요.',
  ].join('\n');
}

function describeDial({ dial, value, own, range, effect }: ShownDial): string {
  const changed = value === own ? '' : ` (페르소나의 값: ${own})`;
  return `- \`${dial}\`: **${value}**${changed}, ${range}. ${effect}`;
}
