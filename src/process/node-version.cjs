'use strict';

// The first thing that every program of this project loads. Plain JavaScript in CommonJS, because a Node that
// is too old has to read it: Node 20 cannot read TypeScript at all, and Node 22 reads it and fails later,
// when the process already listens to signals and no longer ends. The npm scripts load it with `-r`, before Node
// looks at the program; the programs import it too, for those who start them without npm.

// The first Node that has all that the code uses, such as AsyncDisposableStack, and runs TypeScript as it is.
const OLDEST = 24;

const version = process.versions.node;
if (Number(version.split('.')[0]) < OLDEST) {
  console.error(
    'This program needs Node ' +
      OLDEST +
      ' or newer, but this is Node ' +
      version +
      ' (' +
      process.execPath +
      '): put a newer Node first on PATH, or install with "npm ci" (without --omit=dev or --ignore-scripts), after which the npm scripts use a Node of their own.',
  );
  process.exit(1);
}
