import './process/node-version.cjs';

import { createHash, randomBytes } from 'node:crypto';

import { isActor, HOOK_ACTOR } from './domain/actor.ts';
import { formatApiKey, isScope, SCOPES } from './domain/api-key.ts';
import { readArguments, refuseArguments } from './process/arguments.ts';

// As many as the digest has, so that guessing the key is as hopeless as guessing the digest.
const KEY_BYTES = 32;

const command = {
  name: 'npm run api-key',
  does: 'Makes a key for the gateway and prints both halves: the key, for whoever is to use it, and its digest, for API_KEYS. It is kept nowhere, so a key that is lost is replaced by another.',
  operands: {
    name: 'NAME SCOPE',
    help: `A name for the log, of letters, digits, dots, dashes and underscores, without six digits in a row; then what the key may do: ${SCOPES.join(', ')}.`,
    atLeast: 2,
  },
};

/** `npm run api-key -- NAME SCOPES`: makes a key. */
function main(): void {
  const [name = '', ...rest] = readArguments(command).operands;
  const scopes = rest.flatMap((each) => each.split(/[+,]/)).filter((each) => each !== '');
  if (!isActor(name) || name === HOOK_ACTOR) refuseArguments(command, `${name} cannot be a name`);
  const unknown = scopes.find((scope) => !isScope(scope));
  if (unknown !== undefined) refuseArguments(command, `${unknown} is not a scope`);
  if (scopes.length === 0) refuseArguments(command, 'SCOPE is missing');

  const key = `msp_${randomBytes(KEY_BYTES).toString('base64url')}`;
  const sha256 = createHash('sha256').update(key).digest('hex');
  const entry = formatApiKey({ name, scopes: [...new Set(scopes.filter(isScope))], sha256 });
  console.log(
    [
      `The key, to be sent as "Authorization: Bearer …". It cannot be shown again:`,
      '',
      `  ${key}`,
      '',
      'Its digest, to be added to API_KEYS (separated by a comma); then restart the gateway:',
      '',
      `  ${entry}`,
    ].join('\n'),
  );
}

main();
