import { problemText } from '../api/problem-text.ts';
import type { Problem } from '../api/schemas.ts';

/** What went wrong with a form as a whole. */
export function FormProblem({ problem }: { problem: Problem | undefined }) {
  if (problem === undefined) return null;
  return (
    <p role="alert" className="rounded-lg bg-danger-soft px-3.5 py-2.5 text-sm text-danger">
      {problemText(problem)}
    </p>
  );
}
