import { toCallCost, type Prices } from '../../domain/call-cost.ts';

type Recording = { readonly durationSeconds: number; readonly channels: number };

/** More than the orders to the model and its schema have: about 1,060 for the sample calls. */
const PROMPT_TOKENS = 3_000;

/** Three words a second is fast talk, and a word has up to two tokens. */
const TOKENS_PER_SECOND = 6;

/** What a trial costs, in one or two sentences, before it is begun. `null`: the recording is not sent. */
export function costSentence(
  recording: Recording | null,
  limits: { readonly maxOutputTokens: number },
  prices: Prices | null,
): string {
  if (recording === null)
    return 'It fetches one recording from the phone system, and pays nothing.';
  const seconds = Math.ceil(recording.durationSeconds);
  const speechSeconds = seconds * recording.channels;
  const inputTokens = PROMPT_TOKENS + seconds * TOKENS_PER_SECOND;
  const { maxOutputTokens: outputTokens } = limits;
  const used = `It has ${speechSeconds} seconds of speech transcribed, and has the language model read about ${inputTokens} tokens and write ${outputTokens} at most.`;
  const cost =
    prices === null
      ? null
      : toCallCost({ speechSeconds, inputTokens, outputTokens, estimated: true }, prices);
  return cost?.total == null
    ? `${used} What that costs is not known: the prices are not configured.`
    : `${used} At the configured prices that is ${cost.total} ${cost.currency} at most, repairs of an answer aside.`;
}
