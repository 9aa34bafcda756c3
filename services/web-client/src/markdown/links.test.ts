import { expect, it } from 'vitest';
import { safeHref } from './links.ts';

it.each([
  'javascript:alert(1)',
  ' javascript:alert(1)',
  'java\nscript:alert(1)',
  'JAVASCRIPT:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:msgbox(1)',
  'blob:https://example.com/1',
  'file:///etc/passwd',
  '/api/v1/auth/logout',
  '//evil.example/x',
  '#top',
  'https://your-bank.example@evil.example/',
  '',
  undefined,
])('refuses %j', (href) => {
  expect(safeHref(href)).toBeUndefined();
});

it.each([
  ['https://example.com/a?b=c#d', 'https://example.com/a?b=c#d'],
  ['http://localhost:3000', 'http://localhost:3000/'],
  ['mailto:someone@example.com', 'mailto:someone@example.com'],
])('allows %j', (href, rendered) => {
  expect(safeHref(href)).toBe(rendered);
});
