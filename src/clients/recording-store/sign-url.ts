import type { File } from '@google-cloud/storage';

export type SignedRead = {
  /** Of that generation. */
  readonly file: File;
  readonly contentType: string;
  /** The value of Content-Disposition. */
  readonly disposition: string;
  /** For how long the address may be used. */
  readonly lifetimeMs: number;
};

// A key signs at once. IAM is asked in a request of about 100 ms; on a machine without either, the library
// looks for Google's metadata server for a second or two.
const SIGNED_WITHIN_MS = 3_000;

// So long nobody is asked again who could not sign: rights are given within minutes, and not each listener
// should wait for a refusal.
const ASKED_AGAIN_AFTER_MS = 10 * 60_000;

/**
 * Creates what makes addresses at which one object can be read without credentials, for a while. It
 * returns `null` where the credentials cannot sign: neither a service account's key nor the right to
 * let IAM sign (`iam.serviceAccounts.signBlob`).
 */
export function createSigner() {
  let notBefore = -Infinity;

  return async ({ file, contentType, disposition, lifetimeMs }: SignedRead) => {
    if (performance.now() < notBefore) return null;
    const signed = file
      .getSignedUrl({
        version: 'v4',
        action: 'read',
        expires: Date.now() + lifetimeMs,
        responseType: contentType,
        responseDisposition: disposition,
      })
      // What failed is nothing that the listener could mend, and the audio can be had without it.
      .then(
        ([url]) => url,
        () => null,
      );
    const url = await Promise.race([signed, soon()]);
    if (url === null) notBefore = performance.now() + ASKED_AGAIN_AFTER_MS;
    return url;
  };
}

function soon(): Promise<null> {
  return new Promise((resolve) => setTimeout(resolve, SIGNED_WITHIN_MS, null).unref());
}
