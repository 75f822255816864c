import type { SpokenWords } from '../../domain/spoken-words.ts';

/** What stands in an analysis, and in notes, that somebody must have said in these words. */
type Said = {
  readonly callerName: string | null;
  readonly actions: readonly { readonly due: string | null }[];
  readonly quotes: readonly string[];
};

/**
 * Compares what a model claims that somebody said with what was said. `kept` has the quotes in the
 * transcript's own spelling, each once, and is without what nobody said: a name and a due time are
 * then not known. `unsaid` tells the model what that was.
 */
export function keepWhatWasSaid<T extends Said>(
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
