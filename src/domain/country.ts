import { getCountries, type CountryCode } from 'libphonenumber-js/max';

/** English names in use that differ from those in Unicode's CLDR, which the runtime knows. */
const OTHER_NAMES: Readonly<Record<string, CountryCode>> = {
  'great britain': 'GB',
  'united kingdom of great britain and northern ireland': 'GB',
  uk: 'GB',
  england: 'GB',
  scotland: 'GB',
  wales: 'GB',
  'northern ireland': 'GB',
  'republic of ireland': 'IE',
  eire: 'IE',
  'united states of america': 'US',
  usa: 'US',
  us: 'US',
  'czech republic': 'CZ',
  turkey: 'TR',
  'hong kong': 'HK',
  macao: 'MO',
  macau: 'MO',
  'ivory coast': 'CI',
  swaziland: 'SZ',
  macedonia: 'MK',
  burma: 'MM',
  myanmar: 'MM',
  holland: 'NL',
  'russian federation': 'RU',
  'viet nam': 'VN',
  'republic of korea': 'KR',
  korea: 'KR',
  palestine: 'PS',
  'democratic republic of the congo': 'CD',
  'republic of the congo': 'CG',
};

const namesOfRegions = new Intl.DisplayNames(['en'], { type: 'region' });

const COUNTRIES: ReadonlyMap<string, CountryCode> = new Map([
  ...getCountries().map((code) => [toKey(namesOfRegions.of(code) ?? code), code] as const),
  ...Object.entries(OTHER_NAMES).map(([name, code]) => [toKey(name), code] as const),
]);

/** The country of an English name ("United Kingdom"), `null` when the name is not known. */
export function findCountry(englishName: string): CountryCode | null {
  return COUNTRIES.get(toKey(englishName)) ?? null;
}

/**
 * The country whose national numbers a record contains: that of the first known name (the site's
 * before its company's), otherwise the MSP's own region.
 */
export function chooseCountry(
  englishNames: readonly (string | null)[],
  region: CountryCode,
): CountryCode {
  for (const name of englishNames) {
    const country = name === null ? null : findCountry(name);
    if (country !== null) return country;
  }
  return region;
}

/** Makes spellings alike: no accents, "and" for "&", "saint" for "st", no article, no punctuation. */
function toKey(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/&/g, ' and ')
    .replace(/[^\p{L}]+/gu, ' ')
    .replace(/\bst\b/g, 'saint')
    .replace(/\bthe\b/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
