import type { CallAnalysisResult, LanguageModel } from '../../src/clients/language-model/client.ts';

/** Of an analysis of a call of some minutes. */
const TOKENS = { inputTokens: 1_400, outputTokens: 260 };

/** What the plan and the service store of a call: as large as real analyses are. */
export const ANALYSIS: CallAnalysisResult['data'] = {
  summary:
    'The caller reported that the printer on the second floor has stopped printing since this morning. The engineer had the caller restart it, which did not help, and will send somebody this afternoon.',
  reasonForCall: 'A printer does not print.',
  category: 'incident',
  priority: 'medium',
  sentiment: 'neutral',
  resolved: false,
  actions: [{ description: 'Send an engineer.', owner: 'msp', due: 'this afternoon' }],
  followUpNeeded: true,
  callerName: 'Henrietta',
  quotes: [],
};

/** A language model that answers at once. */
export function answeringLanguageModel(): LanguageModel {
  return {
    async analyze(_call, notes) {
      notes.spend(TOKENS);
      return {
        ...TOKENS,
        data: ANALYSIS,
        model: 'bench',
        promptVersion: 'bench',
        notesTokens: { inputTokens: 0, outputTokens: 0 },
        parts: 1,
        leftOut: 0,
      };
    },
  };
}
