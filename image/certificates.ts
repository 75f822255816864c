import { writeFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';

// node image/certificates.ts FILE
// Writes the certificate authorities that Node trusts, which are Mozilla's, into a file. Temporal's client is not
// written in JavaScript and looks for such a file of the system, which slim images do not have.
const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('Name the file to write.');
await writeFile(file, `${rootCertificates.join('\n')}\n`);
