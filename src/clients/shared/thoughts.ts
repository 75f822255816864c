const NAME = String.raw`(?:seed:)?(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflection|scratchpad)`;
const TOKENS = {
  begin: String.raw`<\|(?:begin_of_thought|start_thinking)\|>|◁think▷|<unused94>|<\|channel>`,
  end: String.raw`<\|(?:end_of_thought|end_thinking)\|>|◁/think▷|<unused95>|<channel\|>`,
};

/** What models put before and after their thoughts, where the server leaves that in the answer. */
const BEGIN = new RegExp(
  String.raw`(?:<\|?${NAME}(?:\s[^<>]*)?\|?>|\[${NAME}\]|${TOKENS.begin})`,
  'i',
);
const END = new RegExp(String.raw`(?:<\|?/${NAME}\s*\|?>|\[/${NAME}\]|${TOKENS.end})`, 'i');
const UNTIL_FIRST_END = new RegExp(`^.*?${END.source}`, 'is');
const UNTIL_LAST_END = new RegExp(`^.*${END.source}`, 'is');
const FROM_BEGIN = new RegExp(`${BEGIN.source}.*$`, 'is');

/** The marks of a model that writes each message into a channel: `<|channel|>final<|message|>…<|end|>`. */
const CHANNEL_MARK = /<\|(?:channel|message|start|end)\|>/;
const MESSAGE_HEAD = /(?:^|<\|channel\|>)([^<]*(?:<\|constrain\|>[^<]*)?)<\|message\|>/g;
const MESSAGE_END = /<\|(?:end|return|call|start|channel)\|>/;

/** The same where a server has dropped the marks but not the words between them. */
const WORDS_OF_CHANNELS = /^analysis(?=[A-Z])/;
const UNTIL_FINAL_WORD = /^.*assistant\s*final/s;

/**
 * What a model wrote besides its thoughts. Their opening mark may be missing, because some servers
 * put it into the prompt, and so may the closing one, when the token limit ended them; a draft inside
 * thoughts is not an answer. In a reply that is JSON from end to end, as `isJson` tells, such marks
 * are words of the call.
 */
export function withoutThoughts(reply: string, isJson: (text: string) => boolean): string {
  const whole = reply.trim();
  const bare = [whole, afterFirstEnd(whole)].find(isJson);
  if (bare !== undefined) return bare;
  const text = finalMessage(whole, isJson).trim();
  const answer = [text, afterFirstEnd(text)].find(isJson);
  return answer ?? text.replace(UNTIL_LAST_END, '').replace(FROM_BEGIN, '').trim();
}

function afterFirstEnd(text: string): string {
  return text.replace(UNTIL_FIRST_END, '').trim();
}

/** The message in the last final channel; empty without one, the text itself without channels. */
function finalMessage(text: string, isJson: (text: string) => boolean): string {
  if (WORDS_OF_CHANNELS.test(text)) {
    return UNTIL_FINAL_WORD.test(text) ? text.replace(UNTIL_FINAL_WORD, '') : '';
  }
  if (!CHANNEL_MARK.test(text)) return text;
  const head = [...text.matchAll(MESSAGE_HEAD)].findLast(([, name]) =>
    /^\s*final\b/.test(name ?? ''),
  );
  if (head === undefined) return '';
  const rest = text.slice(head.index + head[0].length).trim();
  return isJson(rest) ? rest : (rest.split(MESSAGE_END)[0] ?? '');
}
