// When a word was said that somebody clicks. Recognisers give a stretch of speech its times, not each word, and people
// speak evenly enough within one to find a word by its place in the text.

/**
 * The moment at which the word under a click began, about; `null` where the click was on no word.
 * @param {MouseEvent} event
 * @returns {number | null} In seconds.
 */
export function momentOfWord({ target, clientX, clientY }) {
  const piece = target instanceof Element ? target.closest('[data-from]') : null;
  // Old browsers cannot tell which letter is where; there the turn is played.
  const caret = document.caretPositionFromPoint?.(clientX, clientY) ?? null;
  if (piece === null || caret === null || !piece.contains(caret.offsetNode)) return null;
  const text = piece.textContent;
  const wordBegins = text.lastIndexOf(' ', Math.max(0, caret.offset - 1)) + 1;
  const [from, until] = [
    Number(piece.getAttribute('data-from')),
    Number(piece.getAttribute('data-until')),
  ];
  return from + ((until - from) * wordBegins) / Math.max(1, text.length);
}
