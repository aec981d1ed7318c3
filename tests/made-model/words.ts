// What the made model can say: word classes, and which class may follow which.

/** `next`: class → how much it is preferred (added to the logit). What is not named never follows. */
export type WordClass = { words: readonly string[]; next: Readonly<Record<string, number>> };

/** The class of every token that has no other: what stands at the end of a prompt. */
export const NEUTRAL = 'neutral';
export const END = 'end';

const words = (line: string, before = ' ') => line.split(' ').map((word) => before + word);

/**
 * The preferred path leads from any prompt to the end without a loop, so that greedy replies end too. The end follows only
 * tokens that join a word with its punctuation: no prompt is tokenised into those, hence no reply begins with its end.
 */
export const WORD_CLASSES: Readonly<Record<string, WordClass>> = {
  [NEUTRAL]: { words: [], next: { opener: 0, koreanOpener: 0 } },
  opener: { words: words('The My Your Every Some Our This That One Another', ''), next: { adjective: 2, subject: 0 } },
  laterOpener: { words: words('The My Your Every Some Our This That One Another'), next: { adjective: 2, subject: 0 } },
  adjective: {
    words: words('old quiet little strange warm clever sleepy brave golden patient curious gentle lonely honest distant'),
    next: { subject: 2, adjective: -1 },
  },
  subject: {
    words: words('cat river garden sailor kitchen lantern captain window teacher stranger robot mountain letter clock fox'),
    next: { verb: 0 },
  },
  verb: {
    words: words('remembers follows carries finds paints hides opens wants keeps watches borrows answers mends counts visits'),
    next: { determiner: 0 },
  },
  determiner: { words: words('the a my your every some our this that another'), next: { quality: 2, object: 0 } },
  quality: {
    words: words('blue small secret broken silver empty bright heavy simple early sweet wooden cold perfect green'),
    next: { object: 2, quality: -2 },
  },
  object: {
    words: words('story coffee song map door stone boat question cup dream word bridge candle book tree'),
    next: { joint: 2, place: 1 },
  },
  joint: { words: words('and but while because when so before after until'), next: { crowd: 0 } },
  crowd: {
    words: words('birds people friends waves children stars neighbours clouds flowers ships dogs lights bells stones leaves'),
    next: { deed: 0 },
  },
  deed: {
    words: words('sing wait dance sleep laugh wander listen travel shine whisper rest return play talk drift'),
    next: { place: 1, last: 0 },
  },
  place: { words: words('near under beyond behind beside above around toward without inside'), next: { last: 0 } },
  last: {
    words: words(
      'home. rain. London! winter. Monday! midnight. everything. water… summer! music. tomorrow? snow… Seoul. gold!',
    ),
    next: { [END]: 4.2, laterOpener: 0 },
  },
  koreanOpener: { words: words('오늘 내일 우리 작은 오래된 조용한 그 저', ''), next: { koreanSubject: 0 } },
  koreanLaterOpener: { words: words('오늘 내일 우리 작은 오래된 조용한 그 저'), next: { koreanSubject: 0 } },
  koreanSubject: {
    words: words('고양이가 친구가 바람이 선장이 바다가 이웃이 별이 로봇이'),
    next: { koreanObject: 2, koreanHow: 1 },
  },
  koreanObject: {
    words: words('커피를 노래를 편지를 이야기를 창문을 질문을 꿈을 책을'),
    next: { koreanWhile: 1, koreanHow: 1 },
  },
  koreanWhile: { words: words('마시고 들으며 찾아서 기다리다 열고 두고 읽고 안고'), next: { koreanHow: 0 } },
  koreanHow: { words: words('조용히 천천히 다시 같이 몰래 즐겁게 멀리 가만히'), next: { koreanLast: 1, koreanHow: -2 } },
  koreanLast: {
    words: words('웃어요. 걸어요. 자요… 떠나요! 돌아와요. 노래해요. 쉬어요. 기다려요.'),
    next: { [END]: 3, koreanLaterOpener: 0 },
  },
};

/** Common words, so that prompts do not take a token a letter. Most frequent first. */
export const COMMON_WORDS: readonly string[] = [
  ...words('the and to of a in is you that it for on are with as be this have or not at from your by can but'),
  ...words('an was if will we they what who my me do so about one would there their when how all which name out has'),
  ...words('no more up like time just know people into good some could them see other than then now only think also after'),
  ...words('never ever always reply answer message messages short speak say says said hello coffee story user assistant'),
  ...words('system character personality conversation channel question please thank need want help make made work word words'),
  ...words('keep stay tell ask talk friend friends place world day night long old new first last right left way many much'),
  ...words('The You I He She It We They My Your And But What When How Do If Never Always Keep Be'),
  ...words('The You I My What Hello Hi system user assistant name How Keep Never Always', ''),
];

/** Common Hangul syllables, most frequent first. */
export const COMMON_SYLLABLES: readonly string[] = [
  ...'이다는을가에고의하도지은나사로리를기한어아자들그대시인서만으라니해일제보게정부여수오주장면있는것전거',
  ...'무과우모스상구마까요안러내었했습미세비원저생말적때소성음조신공물개화문유바람실없방더방치터국연분년',
  ...'난관진데계심경동산위선업통중학회학명반당교의식력알았할금발운영결작용직체집간입르려와차외양크강양',
  ...'께행든되된될던점각표현속님네야예왜응참좋감녕싶울걸맞너희랑친노래커피편창질꿈책찾찬열읽웃걷늘오늘',
].filter((syllable, at, all) => all.indexOf(syllable) === at);
