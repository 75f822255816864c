// The forms are Google's own, so that nothing else of its sentence can slip through.
const PERMISSION = /\b(?:storage|speech|serviceusage)\.[a-zA-Z]{1,40}\.[a-zA-Z]{1,40}\b/;
const SERVICE_ACCOUNT =
  /\b[a-z0-9-]{1,64}@[a-z0-9.-]{1,100}\.(?:iam|system|developer)\.?gserviceaccount\.com\b/;

/**
 * Which permission Google says is missing, and to which service account, as the end of a sentence;
 * empty when its words do not name the permission.
 */
export function missingPermission(words: string): string {
  const [permission] = PERMISSION.exec(words) ?? [];
  if (permission === undefined) return '';
  const [account] = SERVICE_ACCOUNT.exec(words) ?? [];
  return `: ${account ?? 'the service account'} lacks the permission ${permission}`;
}
