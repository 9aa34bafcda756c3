import { language } from '../texts.ts';

/** A number as the current language writes it. */
export function formatNumber(value: number, options?: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(language.get(), options).format(value);
}

/** A day and a time of day as the current language writes them. */
export function formatDate(at: Date): string {
  return new Intl.DateTimeFormat(language.get(), { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}

/** Several names in one sentence. */
export function formatList(names: readonly string[]): string {
  return new Intl.ListFormat(language.get(), { type: 'conjunction' }).format(names);
}

/** A time of day as the current language writes it. */
export function formatTime(at: Date): string {
  return new Intl.DateTimeFormat(language.get(), { timeStyle: 'short' }).format(at);
}

/** A day, given as YYYY-MM-DD, as the current language writes it. */
export function formatDay(day: string): string {
  return new Intl.DateTimeFormat(language.get(), { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(day));
}

/** A size as the current language writes it, in decimal units as model libraries do. */
export function formatBytes(bytes: number): string {
  const [unit, bytesPerUnit] = bytes >= 1e9 ? ['gigabyte', 1e9] : ['megabyte', 1e6];
  return formatNumber(bytes / bytesPerUnit, { style: 'unit', unit, maximumFractionDigits: 1 });
}
