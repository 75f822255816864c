import type { SpeechProvider } from '../../clients/speech-provider/client.ts';
import type { ParsedTranscript } from '../../domain/transcript.ts';
import type { ArchivedCall, Submission } from './submission.ts';

export type Transcription = ParsedTranscript & {
  /** What people should know of how it came about, a sentence each, for the log. */
  readonly remarks: readonly string[];
};

/** How the step gets the words of a recording, whoever transcribes. */
export type Transcriber = {
  readonly provider: SpeechProvider['provider'];
  /**
   * The words of a recording, paid for once: what an earlier attempt had transcribed under this
   * submission is used, wherever it stopped. `onProgress` is told what the next attempt should see.
   */
  transcribe(
    call: ArchivedCall,
    submission: Submission,
    signal: AbortSignal,
    onProgress: (details: { readonly operation: string }) => void,
  ): Promise<Transcription>;
};
