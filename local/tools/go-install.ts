import { join } from 'node:path';

import { runReporting } from './run-reporting.ts';
import type { Source } from './tool.ts';

// The newest version that the Go module proxy has and `go install` accepts; it contains Server 1.29.1.
const MODULE = 'github.com/temporalio/cli/cmd/temporal@v1.5.1';

/** Builds the Temporal CLI from source; needs Go 1.25 and a few minutes. */
export const goInstall: Source = {
  name: 'go install',
  async fetch(tool, folder, report) {
    await runReporting(
      'go',
      ['install', MODULE],
      { GOBIN: folder },
      'building with Go, which takes a few minutes',
      report,
    );
    return join(folder, tool.binary);
  },
};
