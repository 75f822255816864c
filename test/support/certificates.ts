import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Files in PEM form. */
export type Certificate = { readonly certificate: string; readonly key: string };

/** Makes a certificate authority of one's own, as providers of databases have, with openssl. */
export async function makeAuthority(folder: string, name: string): Promise<Certificate> {
  const made = filesOf(folder, name);
  await openssl(['req', '-x509', ...newKey(made), '-days', '2', '-subj', `/CN=${name}`]);
  return made;
}

/** Makes a certificate that an authority has signed; for a server its name is the host. */
export async function makeCertificate(
  folder: string,
  name: string,
  authority: Certificate,
): Promise<Certificate> {
  const made = filesOf(folder, name);
  await openssl([
    ...['req', '-x509', '-CA', authority.certificate, '-CAkey', authority.key],
    ...[...newKey(made), '-days', '2', '-subj', `/CN=${name}`],
    ...['-addext', `subjectAltName=DNS:${name}`, '-addext', 'basicConstraints=critical,CA:FALSE'],
  ]);
  return made;
}

function filesOf(folder: string, name: string): Certificate {
  return { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
}

function newKey({ certificate, key }: Certificate): string[] {
  return [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    key,
    '-out',
    certificate,
  ];
}

async function openssl(args: readonly string[]): Promise<void> {
  await run('openssl', args);
}
