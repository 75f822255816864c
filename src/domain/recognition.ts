/** How a recording was transcribed. Kept with the transcript; contains none of its words. */
export type Recognition = {
  readonly provider: string;
  readonly model: string;
  readonly languageCodes: readonly string[];
  /** `separate`: each channel by itself. `single`: there is only one. `mixed`: several, heard as one. */
  readonly channels: 'single' | 'separate' | 'mixed';
  /** Whether voices on one channel are told apart. */
  readonly diarization: boolean;
  readonly wordTimes: boolean;
  /** How many hints were given; the phrases themselves may name customers. */
  readonly phrases: number;
};
