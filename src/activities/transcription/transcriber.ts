import type { SpeechProvider } from '../../clients/speech-provider/client.ts';
import type { Recognition } from '../../domain/recognition.ts';
import type { ParsedTranscript } from '../../domain/transcript.ts';
import type { HeardRecording } from '../hearing/heard-recording.ts';
import type { Attempt } from '../step/attempt.ts';
import type { ArchivedCall } from '../step/archived-call.ts';

/** A transcription that is paid for once, however many attempts look for its result. */
export type Submission = {
  readonly id: string;
  /** Google's name for it, once it has one. */
  readonly operation: string | null;
  /**
   * `NEW`: only this attempt can have submitted under it. `ANNOUNCED`: an attempt has said that it is about to
   * submit, so there may be an operation that the row does not name. `RESERVED`: none has said so.
   */
  readonly state: 'NEW' | 'ANNOUNCED' | 'RESERVED';
};

/** What one attempt of the step has transcribed. */
export type TranscriptionJob = {
  readonly call: ArchivedCall;
  /** What was heard in the recording; `null` when nothing is known about it. */
  readonly sound: HeardRecording | null;
  readonly submission: Submission;
  readonly attempt: Attempt;
};

export type Transcription = ParsedTranscript & {
  /** What people should know about how it was made, a sentence each, for the processing log. */
  readonly remarks: readonly string[];
};

/** Is told the heartbeat's details, from which the next attempt learns how far this one came. */
export type OnProgress = (details: { readonly operation: string }) => void;

/** How the step gets the words of a recording, whichever provider transcribes it. */
export type Transcriber = {
  readonly provider: SpeechProvider['provider'];
  /** How the recording will be transcribed, where that is known before anything is done; else `null`. */
  readonly planOf: (call: ArchivedCall) => Recognition | null;
  /**
   * The words of a recording, paid for once: what an earlier attempt had transcribed under this
   * submission is used, wherever that attempt stopped.
   */
  transcribe(job: TranscriptionJob, onProgress: OnProgress): Promise<Transcription>;
};
