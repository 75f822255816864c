import { MODELS } from './models.ts';
import { LANGUAGES } from './languages.ts';
import { locationMessage, type Location } from './protocol.ts';
import { parsePlace } from './resource-names.ts';

/**
 * Describes a location as Speech-to-Text does: in the metadata stands which models it has for which
 * language, and what they can do.
 *
 * @throws RpcError INVALID_ARGUMENT for another location.
 */
export function describeLocation(name: string): Location {
  const { location } = parsePlace(name);
  const modelFeatures = Object.fromEntries(
    Object.entries(MODELS).map(([model, { features }]) => [
      model,
      { modelFeature: [...features].map((feature) => ({ feature, releaseState: 'GA' })) },
    ]),
  );
  const detecting = Object.fromEntries(
    Object.entries(modelFeatures).filter(([model]) => MODELS[model]?.detectsLanguage === true),
  );
  const models = Object.fromEntries([
    ...LANGUAGES.map((language) => [language, { modelFeatures }] as const),
    ['auto', { modelFeatures: detecting }] as const,
  ]);
  return locationMessage({ name, locationId: location }, { languages: { models } });
}
