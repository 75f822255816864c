import type { SpokenWords } from '../../domain/spoken-words.ts';

/** The claims, in an analysis and in notes, that somebody said something in these words. */
type Claims = {
  readonly callerName: string | null;
  readonly actions: readonly { readonly due: string | null }[];
  readonly quotes: readonly string[];
};

/**
 * Compares what a model claims was said with what was said. `kept` is the value without the claims
 * that nobody made: an unsaid name or due time becomes unknown, and the remaining quotes have the
 * transcript's own spelling, each once. `unsaid` tells the model which claims were dropped.
 */
export function dropUnsaidClaims<T extends Claims>(
  value: T,
  spoken: SpokenWords,
): { readonly kept: T; readonly unsaid: readonly string[] } {
  const unsaid: string[] = [];
  const note = (place: string, words: string) => {
    unsaid.push(`${place}: nobody said ${JSON.stringify(words)} in these words`);
  };

  const found = value.quotes.map((quote, index) => {
    const words = spoken.find(quote);
    if (words === null) note(`quotes.${index}`, quote);
    return words;
  });
  const actions = value.actions.map((action, index) => {
    if (action.due === null || spoken.find(action.due) !== null) return action;
    note(`actions.${index}.due`, action.due);
    return { ...action, due: null };
  });
  let { callerName } = value;
  if (callerName !== null && !spoken.hasEach(callerName)) {
    note('callerName', callerName);
    callerName = null;
  }
  const quotes = [...new Set(found.filter((words) => words !== null))];
  return { kept: { ...value, actions, quotes, callerName }, unsaid };
}
