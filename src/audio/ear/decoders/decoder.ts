import type { Samples } from '../envelope-maker.ts';

export type SampleFacts = {
  /** The size of all samples in the file. */
  readonly sizeBytes: number;
  /** Whether its header claims fewer than these. */
  readonly headerClaimsFewer: boolean;
};

/** Makes samples of a recording's bytes, in whatever pieces they come. */
export type Decoder = {
  /** The most that it may be given at once, so that what it unfolds to fits into memory. */
  readonly pieceBytes: number;
  /** The samples that are complete by now. Throws NotHeardError for what it cannot decode. */
  decode(bytes: Uint8Array): Promise<Samples> | Samples;
  /** The samples that the end of the recording completes. */
  end(): Promise<Samples | null> | Samples | null;
  /** How often the bytes were not what the format demands. */
  damage(): number;
  /** `null` where samples are compressed. */
  samples(): SampleFacts | null;
  free(): void;
};
