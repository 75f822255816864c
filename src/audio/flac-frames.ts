/** Tells whether anything follows a FLAC file's metadata; `true` also when the metadata exceeds these bytes. */
export function mayHoldFlacFrames(head: Buffer): boolean {
  for (let at = 4; at + 4 <= head.length;) {
    const isLast = (head[at] ?? 0) >= 0x80;
    at += 4 + head.readUIntBE(at + 1, 3);
    if (isLast) return at !== head.length;
  }
  return true;
}
