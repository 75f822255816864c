import type { AudioSource } from './audio.ts';
import type { FaultInput } from './faults.ts';
import { toWords } from './sample-file.ts';
import type { Expectation, ReplyForm, SampleFile, Word } from './sample-file.ts';

/** A recorded call that the sandbox knows: from a file, or added over the control plane. */
export type Sample = {
  readonly title: string;
  readonly callRecordingId: string;
  readonly recordgroup: string;
  readonly recordid: string;
  readonly audio: AudioSource;
  /** Fields of the phone system's record, which override the generated ones. */
  readonly metadata: Readonly<Record<string, string | number | null>>;
  readonly reply: ReplyForm;
  /** In the order of their start; [] is silence, null means that the words are unknown. */
  readonly words: readonly Word[] | null;
  readonly expect: Expectation;
  readonly faults: readonly FaultInput[];
};

type SampleContent = Pick<
  SampleFile,
  | 'title'
  | 'callRecordingId'
  | 'recordgroup'
  | 'recordid'
  | 'metadata'
  | 'reply'
  | 'words'
  | 'transcript'
  | 'expect'
  | 'faults'
>;

/** Turns the content of a file or a request into a sample; it may lack a title. */
export function toSample(
  content: SampleContent,
  audio: Sample['audio'],
  defaultTitle: string,
): Sample {
  return {
    title: content.title ?? defaultTitle,
    callRecordingId: content.callRecordingId,
    recordgroup: content.recordgroup,
    recordid: content.recordid,
    audio,
    metadata: content.metadata,
    reply: content.reply ?? { data: 'nested', responses: 'array', facts: 'before' },
    words: toWords(content),
    expect: content.expect,
    faults: content.faults,
  };
}
