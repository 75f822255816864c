import { isLoopback, isLoopbackUrl } from './loopback.ts';

type Settings = {
  readonly HOST: string;
  readonly PUBLIC_URL: string | null;
  readonly API_KEYS: readonly unknown[];
};

/** What the operator of a gateway that other machines reach should know, each a sentence. */
export function warningsOfGateway({ HOST, PUBLIC_URL, API_KEYS }: Settings): string[] {
  return [
    ...(isLoopback(HOST) || PUBLIC_URL !== null
      ? []
      : [
          'HOST lets other machines in, but PUBLIC_URL is not set: requests that name another host than this machine are answered with 421, except those that ask for health.',
        ]),
    ...(PUBLIC_URL === null || API_KEYS.length > 0 || isLoopbackUrl(PUBLIC_URL)
      ? []
      : [
          'PUBLIC_URL is set, but there are no API_KEYS: whoever reaches that address may do everything.',
        ]),
    ...(PUBLIC_URL === null || PUBLIC_URL.startsWith('https:') || isLoopbackUrl(PUBLIC_URL)
      ? []
      : ['PUBLIC_URL is an http:// URL: keys and the content of calls are sent unencrypted.']),
  ];
}
