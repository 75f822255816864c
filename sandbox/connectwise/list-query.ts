import { apiError } from './api-error.ts';
import { fulfils } from './condition-evaluator.ts';
import { parseCondition, type Condition } from './condition-parser.ts';
import { isObject, pickFields, readField, resolveField } from './fields.ts';
import type { JsonObject, ResourceFields } from './fields.ts';

/** A page of records, and its position among all pages. */
export type Page = {
  readonly records: readonly JsonObject[];
  readonly page: number;
  readonly pageSize: number;
  readonly lastPage: number;
};

/** ConnectWise's own default and maximum; a larger `pageSize` is silently capped. */
const DEFAULT_PAGE_SIZE = 25;
const MAX_PAGE_SIZE = 1000;

/**
 * The parameters this stand-in supports. It refuses all others, where ConnectWise ignores unknown ones: otherwise a
 * parameter that has no effect here would go unnoticed.
 */
const PARAMETERS = ['conditions', 'childConditions', 'orderBy', 'fields', 'page', 'pageSize'];

type Sorter = { readonly field: string; readonly descending: boolean };

/** Answers a list request. Throws a 400 in ConnectWise's shape for a query that it would not accept. */
export function listRecords(
  all: readonly JsonObject[],
  query: URLSearchParams,
  known: ResourceFields,
): Page {
  refuseUnknownParameters(query);
  const condition = readCondition(query.get('conditions'), known.fields);
  const childCondition = readCondition(query.get('childConditions'), known.childFields);
  const sorters = readOrderBy(query.get('orderBy'), known.fields);
  const fields = readFields(query.get('fields'), known);
  const page = readCount(query, 'page', 1);
  const pageSize = Math.min(readCount(query, 'pageSize', DEFAULT_PAGE_SIZE), MAX_PAGE_SIZE);

  const matching = all
    .filter((record) => condition === null || fulfils(record, condition))
    .filter((record) => childCondition === null || someElementFulfils(record, childCondition))
    .toSorted((left, right) => compareBy(left, right, sorters));
  const records = matching.slice((page - 1) * pageSize, page * pageSize);
  return {
    records: fields === null ? records : records.map((record) => pickFields(record, fields)),
    page,
    pageSize,
    lastPage: Math.max(1, Math.ceil(matching.length / pageSize)),
  };
}

function refuseUnknownParameters(query: URLSearchParams): void {
  for (const name of query.keys()) {
    if (!PARAMETERS.includes(name)) {
      throw apiError(400, 'InvalidParameter', `The sandbox does not know the parameter ${name}.`);
    }
  }
}

function readCondition(text: string | null, known: readonly string[]): Condition | null {
  return text === null || text.trim() === '' ? null : resolveNames(parseCondition(text), known);
}

function resolveNames(condition: Condition, known: readonly string[]): Condition {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return { ...condition, parts: condition.parts.map((part) => resolveNames(part, known)) };
    case 'not':
      return { ...condition, part: resolveNames(condition.part, known) };
    case 'compare':
      return { ...condition, field: resolveField(condition.field, known) };
    default:
      return condition satisfies never;
  }
}

/**
 * A single element has to fulfil the whole child condition. Whether ConnectWise allows different elements to fulfil
 * its parts is not documented; a client that checks what it receives is right either way.
 */
function someElementFulfils(record: JsonObject, condition: Condition): boolean {
  return Object.entries(record).some(
    ([name, value]) =>
      Array.isArray(value) &&
      value.some(
        (element: unknown) => isObject(element) && fulfils({ [name]: element }, condition),
      ),
  );
}

function readOrderBy(text: string | null, known: readonly string[]): Sorter[] {
  const parts = text === null ? [] : text.split(',');
  return parts.map((part) => {
    const match = /^\s*([\w/]+)(?:\s+(asc|desc))?\s*$/i.exec(part);
    if (match?.[1] === undefined) {
      throw apiError(
        400,
        'ApiFindCondition',
        'orderBy is not valid: name a field, then asc or desc.',
      );
    }
    return {
      field: resolveField(match[1], known),
      descending: match[2]?.toLowerCase() === 'desc',
    };
  });
}

/** Without `orderBy` records are sorted by id, as seen from ConnectWise; the id is also the tie-breaker. */
function compareBy(left: JsonObject, right: JsonObject, sorters: readonly Sorter[]): number {
  for (const { field, descending } of [...sorters, { field: 'id', descending: false }]) {
    const order = compareValues(readField(left, field), readField(right, field));
    if (order !== 0) {
      return descending ? -order : order;
    }
  }
  return 0;
}

function compareValues(left: unknown, right: unknown): number {
  return typeof left === 'number' && typeof right === 'number'
    ? left - right
    : sortText(left).localeCompare(sortText(right), 'en');
}

function sortText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'boolean' ? String(value).toLowerCase() : '';
}

/** How ConnectWise answers an unknown name here is not known; refusing it reveals a misspelt field. */
function readFields(text: string | null, known: ResourceFields): string[] | null {
  if (text === null || text.trim() === '') {
    return null;
  }
  const whole = [...known.fields, ...known.childFields].map((field) => field.replace(/\/.*$/, ''));
  const names = [...known.fields, ...whole, '_info'];
  return text.split(',').map((name) => resolveField(name.trim(), names));
}

function readCount(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name);
  if (text === null) {
    return fallback;
  }
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw apiError(400, 'InvalidParameter', `${name} has to be a whole number of at least 1.`);
  }
  return Number(text);
}
