import type { CallAnalysisResult } from '../../clients/language-model/client.ts';

/** What the processing log says about an analysis: who made it and what it cost, nothing of the call. */
export function describeAnalysis(analysis: CallAnalysisResult): string {
  const { model, promptVersion, inputTokens, outputTokens, parts, leftOut } = analysis;
  return [
    `Analysed by ${model} with prompt ${promptVersion}: ${inputTokens} tokens read, ${outputTokens} written.`,
    ...(parts === 1 ? [] : [`Read in ${parts} parts.`]),
    ...(leftOut === 0
      ? []
      : [`Left out because nobody said it: ${leftOut} quotes, times or names.`]),
  ].join(' ');
}
