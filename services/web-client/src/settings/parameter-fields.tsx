import type { Parameters } from '../api/schemas.ts';
import { formatNumber } from '../texts/format.ts';
import { texts } from '../texts.ts';
import { AreaField, Field } from '../ui/fields.tsx';
import type { FieldErrors } from '../ui/use-form.ts';
import { BOUNDS, PARAMETER_FIELDS, textsOf } from './parameters.ts';

type ParameterFieldsProps = {
  parameters: Parameters;
  errors: FieldErrors<(typeof PARAMETER_FIELDS)[number]>;
  /** What an empty field means, in a word. */
  standard: string;
  /** What it comes to, as far as that is known. */
  defaults?: Parameters;
};

/** The fields of a form for sampling parameters; `parameters` is what is in them at first. */
export function ParameterFields({ parameters, errors, standard, defaults = {} }: ParameterFieldsProps) {
  const values = textsOf(parameters);
  const { names, hints } = texts.parameters;
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      {PARAMETER_FIELDS.map((name) =>
        name === 'stop' ? (
          <div key={name} className="sm:col-span-2">
            <AreaField
              name={name}
              label={names[name]}
              hint={hints[name]}
              error={errors[name]}
              defaultValue={values[name]}
              required={false}
              rows={2}
            />
          </div>
        ) : (
          <Field
            key={name}
            name={name}
            label={names[name]}
            hint={hintOf(hints[name], defaults[name])}
            error={errors[name]}
            defaultValue={values[name]}
            required={false}
            inputMode={BOUNDS[name].step === 1 ? 'numeric' : 'decimal'}
            autoComplete="off"
            placeholder={defaults[name] === undefined ? standard : exactly(defaults[name])}
          />
        ),
      )}
    </div>
  );
}

function hintOf(hint: string, value: number | undefined): string {
  return value === undefined ? hint : `${hint} ${texts.parameters.whenEmpty(exactly(value))}`;
}

function exactly(value: number): string {
  return formatNumber(value, { maximumFractionDigits: 6 });
}
