import { html, type Content, type Html } from './html.ts';

/**
 * A time. Without JavaScript it is in UTC and says so; a script of the page writes it in the reader's own
 * time zone.
 */
export function time(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

/** How long ago a time was, kept up to date by a script of the page. */
export function age(iso: string, now: number): Html {
  return html`<time datetime="${iso}" data-age>${inUnits((now - Date.parse(iso)) / 1_000)}</time>`;
}

const UNITS = [
  { seconds: 86_400, name: 'd' },
  { seconds: 3_600, name: 'h' },
  { seconds: 60, name: 'min' },
] as const;

/** A span of time in its largest unit. */
export function inUnits(seconds: number): string {
  const unit = UNITS.find((each) => seconds >= each.seconds);
  return unit === undefined
    ? `${Math.max(0, Math.round(seconds))} s`
    : `${Math.floor(seconds / unit.seconds)} ${unit.name}`;
}

/** The length of a recording, or a place in one, as 1:02:03 or 2:03. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const [h, m, s] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (part: number) => String(part).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** An amount of money; `unknown` where no prices are configured or nobody says. */
export function money(amount: number | null, currency: string): string {
  if (amount === null) return 'unknown';
  // A call costs fractions of a cent.
  const digits = amount !== 0 && amount < 1 ? 4 : 2;
  return `${amount.toFixed(digits)} ${currency}`;
}

/** Text of a call or a name, whose direction of writing must not reorder what stands around it. */
export function said(text: Content): Html {
  return html`<bdi>${text}</bdi>`;
}
