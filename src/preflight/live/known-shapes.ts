import { readFileSync } from 'node:fs';

import { z } from 'zod';

import { createShapeCollector, TYPES, type Shape } from './shape.ts';

/** By system and operation: what our stand-ins answer, which is what we believe of the real systems. */
export type KnownShapes = Readonly<Record<string, Readonly<Record<string, Shape>>>>;

/** What a reply was to, and the reply. */
export type Seen = {
  readonly system: string;
  readonly operation: string;
  readonly reply: unknown;
  readonly maps?: readonly string[];
};

/** The file that `npm run preflight:shapes` writes. */
export const SHAPES_FILE = new URL('./shapes.json', import.meta.url);

const fields = z.record(z.string(), z.string());
const fileSchema = z.record(z.string(), z.record(z.string(), fields));
const fieldTypes = z.array(z.enum(TYPES));

/** In the file, the types of a field stand in one text, so that a change of one field is a change of one line. */
const BETWEEN_TYPES = ' | ';

export function readKnownShapes(): KnownShapes {
  const systems = fileSchema.parse(JSON.parse(readFileSync(SHAPES_FILE, 'utf8')));
  return mapFields(systems, (types) => fieldTypes.parse(types.split(BETWEEN_TYPES)));
}

/** The content of the file. */
export function renderShapes(shapes: KnownShapes): string {
  const texts = mapFields(shapes, (types) => types.join(BETWEEN_TYPES));
  return `${JSON.stringify(texts, null, 2)}\n`;
}

function mapFields<From, To>(
  systems: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, From>>>>>>,
  map: (field: From) => To,
): Record<string, Record<string, Record<string, To>>> {
  const each = <A, B>(record: Readonly<Record<string, A>>, toB: (value: A) => B) =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [key, toB(value)] as const));
  return each(systems, (operations) => each(operations, (fields) => each(fields, map)));
}

/** The common form of all replies of one kind. */
export function collectShapes(replies: readonly Seen[]): KnownShapes {
  const bySystem = Object.groupBy(replies, ({ system }) => system);
  return Object.fromEntries(
    Object.entries(bySystem).map(([system, ofSystem = []]) => {
      const byOperation = Object.groupBy(ofSystem, ({ operation }) => operation);
      const shapes = Object.entries(byOperation).map(([operation, seen = []]) => {
        const collector = createShapeCollector(seen[0]?.maps);
        for (const { reply } of seen) collector.add(reply);
        return [operation, collector.shape()] as const;
      });
      return [system, Object.fromEntries(shapes)];
    }),
  );
}
