/** What a call's row says about the envelope of its recording: how loud that is, as an object in the bucket. */
export type EnvelopeColumns = {
  readonly envelopeUri: string | null;
  readonly envelopeGeneration: string | null;
  /** The hash of the recording that was heard, and that of the one that the row names. */
  readonly heardSha256: string | null;
  readonly sha256: string | null;
};

/** The envelope that a row names, if it is that of the recording that the row names; otherwise `null`. */
export function envelopeOf(
  call: EnvelopeColumns,
): { readonly uri: string; readonly generation: string } | null {
  const { envelopeUri: uri, envelopeGeneration: generation } = call;
  return isHeard(call) && uri !== null && generation !== null ? { uri, generation } : null;
}

/** Whether somebody has listened to the recording that the row names, with or without success. */
export function isHeard({
  heardSha256,
  sha256,
}: Pick<EnvelopeColumns, 'heardSha256' | 'sha256'>): boolean {
  return heardSha256 !== null && heardSha256 === sha256;
}
