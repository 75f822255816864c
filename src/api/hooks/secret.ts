import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Creates the check whether a text is one of the secrets. It takes as long whichever it is and however
 * much of one is right.
 */
export function createSecretCheck(secrets: readonly string[]) {
  const digests = secrets.map(digestOf);
  return (given: string): boolean => {
    const digest = digestOf(given);
    return digests.filter((each) => timingSafeEqual(each, digest)).length > 0;
  };
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
