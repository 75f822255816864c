// The keys of the player. The list that readers see is made of these bindings, so it cannot be wrong.

/**
 * @typedef {object} Binding
 * @property {string} key As in KeyboardEvent.key.
 * @property {string} shown What is printed on the key.
 * @property {string} does
 * @property {() => void} run
 */

/**
 * Lets keys do something, except where somebody types or has a button or link in focus that wants the key.
 * @param {readonly Binding[]} bindings
 */
export function bindKeys(bindings) {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const { target } = event;
    if (!(target instanceof Element) || target.closest('input, select, textarea, audio')) return;
    if (event.key === ' ' && target.closest('button, a, summary')) return;
    const found = bindings.find(({ key }) => key === event.key);
    if (found === undefined) return;
    event.preventDefault();
    found.run();
  });
}

/**
 * @param {readonly Binding[]} bindings
 * @returns {HTMLElement}
 */
export function listKeys(bindings) {
  const details = document.createElement('details');
  const summary = document.createElement('summary');
  summary.textContent = 'Keys';
  const list = document.createElement('dl');
  list.className = 'keys';
  for (const { shown, does } of bindings) {
    const row = document.createElement('div');
    const key = document.createElement('dt');
    const text = document.createElement('dd');
    const print = document.createElement('kbd');
    print.textContent = shown;
    key.append(print);
    text.textContent = does;
    row.append(key, text);
    list.append(row);
  }
  details.append(summary, list);
  return details;
}
