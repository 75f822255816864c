/** How a recording is handed to a browser. */
export type Presentation = {
  readonly contentType: string;
  /** The value of Content-Disposition. */
  readonly disposition: string;
};

// The formats that archiving finds in the bytes (src/audio), and the names that files of them have.
const EXTENSIONS: Readonly<Record<string, string>> = {
  'audio/wav': 'wav',
  'audio/mpeg': 'mp3',
  'audio/flac': 'flac',
  'audio/ogg': 'ogg',
};

const UNKNOWN_TYPE = 'application/octet-stream';

/** Every type under which a recording may be handed out. */
export const CONTENT_TYPES: readonly string[] = [...Object.keys(EXTENSIONS), UNKNOWN_TYPE];

/**
 * How the recording of a call is handed out. `mimeType` is what archiving found in its bytes; of a
 * recording without a known one, a browser makes a file and nothing else. A callSid has no character
 * that a header or a file system could take for something else.
 */
export function present(
  { callSid, mimeType }: { readonly callSid: string; readonly mimeType: string | null },
  asFile: boolean,
): Presentation {
  const extension = mimeType === null ? undefined : EXTENSIONS[mimeType];
  const contentType = extension === undefined ? null : mimeType;
  const kind = asFile || contentType === null ? 'attachment' : 'inline';
  return {
    contentType: contentType ?? UNKNOWN_TYPE,
    disposition: `${kind}; filename="${callSid}.${extension ?? 'bin'}"`,
  };
}
