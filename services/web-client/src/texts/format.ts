import { language } from '../texts.ts';

/** A number as the current language writes it. */
export function formatNumber(value: number, options?: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(language.get(), options).format(value);
}
