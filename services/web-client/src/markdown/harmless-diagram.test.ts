import { expect, it } from 'vitest';
import { isHarmless } from './harmless-diagram.ts';

it.each([
  'graph TD\n  A[One<br/>two] --> B{x < 3}',
  'classDiagram\n  class Shape {\n    <<interface>>\n  }\n  Shape <|-- Circle',
  'sequenceDiagram\n  A->>B: Hello #quot;you#quot;\n  B-->>A: 100 % & more',
])('draws %j', (code) => {
  expect(isHarmless(code)).toBe(true);
});

it.each([
  'graph TD\n  A["<img src=x onerror=alert(1)>"]',
  'graph TD\n  A["<<img src=x onerror=alert(1)>"]',
  'graph TD\n  A["<<br>img src=x onerror=alert(1)>"]',
  'graph TD\n  A["#lt;img src=x onerror=alert(1)#gt;"]',
  'graph TD\n  A["&#60;img src=x onerror=alert(1)>"]',
  'graph TD\n  A["&#x3C;script>"]',
  'graph TD\n  A["#60;script>"]',
  'graph TD\n  classDef x fill:URL (https://evil.example/)',
  'graph TD\n  classDef x fill:u\\72l(https://evil.example/)',
  '%%{init: {"themeCSS": "@import \'https://evil.example\'"}}%%\ngraph TD\n  A',
])('leaves %j code', (code) => {
  expect(isHarmless(code)).toBe(false);
});
