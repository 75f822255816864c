import { withoutThoughts } from '../shared/thoughts.ts';

/**
 * What a language model that hears audio writes around its thoughts: channels, or an element. Marks
 * in brackets are left alone here, because a recogniser describes sounds in them.
 */
const THOUGHTS =
  /<\|(?:channel|message|start|end|begin_of_thought|start_thinking|end_of_thought|end_thinking)\|>|<\/?\|?(?:seed:)?(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflection|scratchpad)\b[^<>]*>|◁\/?think▷|^\s*analysis(?=[A-Z])[\s\S]*assistant\s*final/i;

/** The other marks of a model's vocabulary: `<|en|>`, `<|0.00|>`, `<|endoftext|>`, `</s>`. */
const TOKENS = /<\|[^<>|\n]{0,40}\|>|<\/?(?:s|bos|eos|pad|unk|start_of_turn|end_of_turn)>/gi;

/** Qwen's speech models name the language first. */
const LANGUAGE_HEAD = /^\s*language \w+\s*<asr_text>/i;

/** Tells whether a text contains the marks of a model's thoughts, so that not all of it was spoken. */
export function hasThoughts(text: string): boolean {
  return THOUGHTS.test(text);
}

/** The words of a text that are an answer: without thoughts and without the model's marks. */
export function toSpokenText(text: string): string {
  const answer = hasThoughts(text) ? withoutThoughts(text, () => false) : text;
  return answer.replace(LANGUAGE_HEAD, '').replace(TOKENS, ' ');
}
