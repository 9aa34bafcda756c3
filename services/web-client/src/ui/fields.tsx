import { Eye, EyeOff } from 'lucide-react';
import { type ComponentProps, type ReactNode, useId, useState } from 'react';
import { texts } from '../texts.ts';

const INPUT =
  'h-11 w-full rounded-lg border border-line-strong bg-raised px-3.5 text-base text-ink placeholder:text-ink-faint read-only:border-line read-only:text-ink-soft aria-invalid:border-danger focus-visible:outline-offset-0';

type FieldProps = ComponentProps<'input'> & {
  name: string;
  label: string;
  error: string | undefined;
  hint?: string | undefined;
  children?: ReactNode;
};

/** A labelled input with its hint and what is wrong with it. */
export function Field({ label, error, hint, children, ...input }: FieldProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          required
          aria-invalid={error !== undefined}
          aria-describedby={notesOf(id, { error, hint })}
          className={INPUT}
          {...input}
        />
        {children}
      </div>
      <FieldNotes id={id} error={error} hint={hint} />
    </div>
  );
}

type AreaFieldProps = Omit<ComponentProps<'textarea'>, 'children'> &
  Pick<FieldProps, 'name' | 'label' | 'error' | 'hint'>;

/** A labelled input of several lines. */
export function AreaField({ label, error, hint, ...area }: AreaFieldProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {label}
      </label>
      <textarea
        id={id}
        required
        aria-invalid={error !== undefined}
        aria-describedby={notesOf(id, { error, hint })}
        className={`${INPUT} h-auto py-2.5`}
        {...area}
      />
      <FieldNotes id={id} error={error} hint={hint} />
    </div>
  );
}

/** What is wrong with a field, and its hint, under the ids that describe it. */
function FieldNotes({ id, error, hint }: { id: string } & Pick<FieldProps, 'error' | 'hint'>) {
  return (
    <>
      {error !== undefined && (
        <p id={`${id}-error`} className="mt-1.5 text-sm text-danger">
          {error}
        </p>
      )}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="mt-1.5 text-xs text-ink-faint">
          {hint}
        </p>
      )}
    </>
  );
}

/** The ids of the notes that a field has. */
function notesOf(id: string, { error, hint }: Pick<FieldProps, 'error' | 'hint'>): string | undefined {
  const ids = [error !== undefined && `${id}-error`, hint !== undefined && `${id}-hint`].filter(Boolean);
  return ids.join(' ') || undefined;
}

type PasswordFieldProps = Omit<FieldProps, 'label' | 'name' | 'type'> & { name?: string; label?: string };

/** An input for a password, which can be shown. */
export function PasswordField({
  name = 'password',
  label = texts.auth.password,
  children,
  ...field
}: PasswordFieldProps) {
  const [isShown, setShown] = useState(false);
  const toggle = isShown ? texts.auth.hidePassword : texts.auth.showPassword;
  return (
    <Field
      name={name}
      label={label}
      type={isShown ? 'text' : 'password'}
      autoCapitalize="none"
      spellCheck={false}
      className={`${INPUT} pr-12`}
      {...field}
    >
      <button
        type="button"
        aria-label={toggle}
        title={toggle}
        className="absolute top-1 right-1 grid size-9 place-items-center rounded-md text-ink-faint hover:bg-hover hover:text-ink"
        onClick={() => setShown(!isShown)}
      >
        {isShown ? <EyeOff size={18} aria-hidden /> : <Eye size={18} aria-hidden />}
      </button>
      {children}
    </Field>
  );
}
