import { type FormEvent, type RefObject, useRef, useState } from 'react';
import { problemOf } from '../api/problem.ts';
import { problemText } from '../api/problem-text.ts';
import type { Problem } from '../api/schemas.ts';

export type FieldErrors<Name extends string> = Partial<Record<Name, string>>;

type FormOptions<Name extends string> = {
  fields: readonly Name[];
  /** What is missing, told before anything is sent. */
  check: (values: Record<Name, string>) => FieldErrors<Name>;
  /** @throws ProblemError */
  submit: (values: Record<Name, string>) => Promise<void>;
  /** Our own words for what the server finds wrong with a field. */
  wordings?: Readonly<FieldErrors<Name>> | undefined;
  /** Problems that are told beside a field, by their reason. */
  reasons?: Readonly<Record<string, Name>>;
};

/** A form whose problems stand beside their fields; the first field with one gets the focus. */
export function useForm<Name extends string>({
  fields,
  check,
  submit,
  reasons = {},
  wordings,
}: FormOptions<Name>): {
  form: RefObject<HTMLFormElement | null>;
  errors: FieldErrors<Name>;
  /** The problem that belongs to no field. */
  problem: Problem | undefined;
  isBusy: boolean;
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
} {
  const [errors, setErrors] = useState<FieldErrors<Name>>({});
  const [problem, setProblem] = useState<Problem>();
  const [isBusy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  function show(next: FieldErrors<Name>): void {
    setErrors(next);
    const first = fields.find((name) => next[name] !== undefined);
    const input = first === undefined ? null : form.current?.elements.namedItem(first);
    if (input instanceof HTMLElement) input.focus();
  }

  async function run(values: Record<Name, string>): Promise<void> {
    const missing = check(values);
    setProblem(undefined);
    show(missing);
    if (Object.keys(missing).length > 0) return;
    setBusy(true);
    try {
      await submit(values);
    } catch (error) {
      const failed = problemOf(error);
      const byField = fieldErrorsOf(failed, { fields, reasons, wordings });
      show(byField);
      if (Object.keys(byField).length === 0) setProblem(failed);
    } finally {
      setBusy(false);
    }
  }

  return {
    form,
    errors,
    problem,
    isBusy,
    onSubmit(event) {
      event.preventDefault();
      void run(readForm(event.currentTarget, fields));
    },
  };
}

/** Puts what the server says about a field beside that field; a field may come with a path before its name. */
function fieldErrorsOf<Name extends string>(
  problem: Problem,
  {
    fields,
    reasons,
    wordings,
  }: Pick<Required<FormOptions<Name>>, 'fields' | 'reasons'> & Pick<FormOptions<Name>, 'wordings'>,
): FieldErrors<Name> {
  const errors: FieldErrors<Name> = {};
  for (const { field, message } of problem.errors ?? []) {
    const name = fields.find((candidate) => candidate === field.split('.').at(-1));
    if (name !== undefined) errors[name] ??= wordings?.[name] ?? sentence(message);
  }
  const name = reasons[problem.reason];
  if (name !== undefined) errors[name] ??= problemText(problem);
  return errors;
}

/** The values of a form. Passwords are taken as they are: every byte of them counts. */
function readForm<Name extends string>(form: HTMLFormElement, fields: readonly Name[]): Record<Name, string> {
  const data = new FormData(form);
  const values = fields.map((name) => {
    const value = data.get(name);
    const text = typeof value === 'string' ? value : '';
    return [name, name.toLowerCase().includes('password') ? text : text.trim()];
  });
  // Object.fromEntries forgets the keys; these are the names of the fields.
  return Object.fromEntries(values) as Record<Name, string>;
}

function sentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1);
}
