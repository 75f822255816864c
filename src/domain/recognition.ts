/** How a recording was asked to be transcribed: kept with the transcript, and no word of it in here. */
export type Recognition = {
  readonly provider: string;
  readonly model: string;
  readonly languageCodes: readonly string[];
  /** `separate`: each channel for itself. `single`: there is one. `mixed`: several, heard as one. */
  readonly channels: 'single' | 'separate' | 'mixed';
  /** Whether voices on one channel are told apart. */
  readonly diarization: boolean;
  readonly wordTimes: boolean;
  /** How many hints were given; the phrases themselves may name customers. */
  readonly phrases: number;
};
