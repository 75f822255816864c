// Loads older calls as the reader reaches the end of the list; without it, a link leads to them.
import { fetchPage } from './refresh.js';

const older = document.getElementById('older');

// Half a screen before the end, so that nobody has to wait for it.
const AHEAD = '50%';

const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting && target instanceof HTMLAnchorElement) void append(target);
    }
  },
  { rootMargin: AHEAD },
);

/** @param {HTMLAnchorElement} link */
async function append(link) {
  observer.unobserve(link);
  link.setAttribute('aria-busy', 'true');
  try {
    const page = await fetchPage(link.href);
    const list = page?.getElementById('calls');
    if (page === null || list === null || list === undefined) return link.remove();
    list.removeAttribute('id');
    list.setAttribute('aria-label', 'Older calls');
    list.dataset['from'] = link.href;
    const next = page.querySelector('#older a.more');
    link.replaceWith(list, ...(next === null ? [] : [next]));
    if (next !== null) observer.observe(next);
  } catch {
    // The link itself still works once the gateway answers again.
    link.removeAttribute('aria-busy');
  }
}

older?.addEventListener('click', (event) => {
  if (!(event.target instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  void append(event.target);
});
const first = older?.querySelector('a.more');
if (first !== null && first !== undefined) observer.observe(first);
