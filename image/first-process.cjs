'use strict';

// The first process of a container is the only one that Linux does not end by a signal that it has no handler for. So
// `docker stop` would wait in vain for a program that has not set its own handlers yet, or never does, and kill it.
// Elsewhere this does nothing.
if (process.pid === 1) {
  for (const [signal, number] of [
    ['SIGINT', 2],
    ['SIGTERM', 15],
  ]) {
    process.on(signal, () => {
      // The program's own handlers decide, if there are any. The code is the one that shells report.
      if (process.listenerCount(signal) === 1) process.exit(128 + number);
    });
  }
}
