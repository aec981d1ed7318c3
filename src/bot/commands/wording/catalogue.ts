/**
 * The commands in Korean, by the path of what is named: 'persona', 'persona set', 'persona set name'. English stands with each
 * command. Names follow Discord's rule: lower case, 1 to 32 letters, no spaces; descriptions 1 to 100 characters.
 */
export const KOREAN_COMMANDS: Readonly<Record<string, { name: string; description: string }>> = {
  persona: { name: '페르소나', description: '이 채널에서 누가 말할지 정해요' },
  'persona set': { name: '설정', description: '이 채널에서 말할 페르소나를 정해요' },
  'persona set name': { name: '이름', description: '페르소나의 이름' },
  'persona set always': { name: '항상', description: '부르지 않아도 모든 메시지에 답할지' },
  'persona show': { name: '보기', description: '이 채널의 페르소나를 보여 줘요' },
  'persona list': { name: '목록', description: '고를 수 있는 페르소나를 모두 보여 줘요' },
  'persona clear': { name: '해제', description: '이 채널의 설정을 지우고 기본 페르소나로 돌아가요' },
  session: { name: '세션', description: '이 채널의 대화를 다뤄요' },
  'session show': { name: '보기', description: '이 채널의 대화가 어디까지 왔는지 보여 줘요' },
  'session reset': { name: '초기화', description: '대화를 새로 시작해요. 지난 대화는 더 이상 기억에 쓰이지 않아요' },
  'session undo': { name: '되돌리기', description: '마지막으로 주고받은 말을 대화에서 빼요' },
  tune: { name: '조율', description: '이 채널의 샘플링 다이얼을 돌려요' },
  'tune set': { name: '설정', description: '다이얼 하나를 이 채널에서만 바꿔요' },
  'tune set dial': { name: '다이얼', description: '어떤 다이얼' },
  'tune set value': { name: '값', description: '숫자. stop에는 글이나 JSON 배열, 줄바꿈은 \\n' },
  'tune show': { name: '보기', description: '모든 다이얼의 값과 범위, 하는 일을 보여 줘요' },
  'tune reset': { name: '초기화', description: '모든 다이얼을 페르소나의 값으로 되돌려요' },
  inspect: { name: '살펴보기', description: '페르소나의 뚜껑을 열어 안을 보여 줘요' },
  'inspect prompt': { name: '프롬프트', description: '다음 답을 만들 프롬프트를 층과 토큰 수까지 그대로 보여 줘요' },
  'inspect prompt text': { name: '메시지', description: '이 메시지를 보냈다고 치고' },
};
