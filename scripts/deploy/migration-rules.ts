/**
 * What keeps the release before a migration from running on the database after it: something it reads is gone or has another name, or something it
 * writes is refused. Returns one line for each; a migration without any can be applied while that release serves.
 */
export function breaksOf(sql: string): string[] {
  const statements = statementsOf(sql);
  const newTables = new Set(statements.flatMap((statement) => /^CREATE TABLE (\S+)/i.exec(statement)?.[1] ?? []));
  return statements.flatMap((statement) => {
    const table = /^(?:ALTER TABLE|CREATE UNIQUE INDEX \S+ ON) (?:ONLY )?(\S+)/i.exec(statement)?.[1];
    if (table !== undefined && newTables.has(table)) return [];
    const clauses = /^ALTER TABLE/i.test(statement) ? clausesOf(statement) : [statement];
    return clauses.filter((clause) => breaking.some((isBreaking) => isBreaking(clause)));
  });
}

const breaking: readonly ((clause: string) => boolean)[] = [
  (clause) => /\bRENAME\b/i.test(clause),
  (clause) => /^DROP (?!INDEX\b|CONSTRAINT\b)/i.test(clause),
  (clause) => /^CREATE UNIQUE INDEX/i.test(clause),
  (clause) => /^ADD (CONSTRAINT \S+ )?UNIQUE\b/i.test(clause),
  (clause) => /^ALTER (COLUMN )?\S+ (SET NOT NULL|(SET DATA )?TYPE\b|DROP DEFAULT)/i.test(clause),
  (clause) => /^ADD COLUMN\b.*\bNOT NULL\b/i.test(clause) && !/\b(DEFAULT|GENERATED)\b/i.test(clause),
];

/** Without comments, and without what functions are made of. */
function statementsOf(sql: string): string[] {
  return sql
    .replace(/--.*$/gm, '')
    .replace(/(\$\w*\$).*?\1/gs, "''")
    .split(';')
    .map((statement) => statement.replace(/\s+/g, ' ').trim())
    .filter((statement) => statement !== '');
}

/** The parts of an ALTER TABLE, which are separated by the commas that are in no parentheses. */
function clausesOf(statement: string): string[] {
  let depth = 0;
  const parts = [''];
  for (const character of statement.replace(/^ALTER TABLE (ONLY )?\S+ /i, '')) {
    depth += character === '(' ? 1 : character === ')' ? -1 : 0;
    if (character === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}
