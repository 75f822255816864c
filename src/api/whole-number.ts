import { z } from 'zod';

/** A whole number in decimal digits, which is what a client's number becomes in an address. */
export const wholeNumber = (min: number, max: number, form: string) =>
  z
    .string(form)
    .refine((text) => /^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max, form)
    .transform(Number)
    .meta({ type: 'integer', minimum: min, maximum: max });
