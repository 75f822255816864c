/** How a recording sounds, as its own frames say. */
export type SoundFormat = {
  readonly codec: string;
  readonly channels: number;
  readonly sampleRate: number;
};

/** Measures a recording as it flows by, in time that grows with its bytes and in constant memory. */
export type LengthMeter = {
  add(chunk: Buffer): void;
  /** What the frames say; `null` where none was found yet, or where a header says it. */
  format(): SoundFormat | null;
  /**
   * How long everything lasts, in seconds; `null` when it does not say. `headerRate`: the rate that a
   * header states, for formats whose frames do not.
   */
  end(headerRate: number | null): number | null;
};
