import { PasswordSection } from './password-section.tsx';
import { SecondFactorSection } from './second-factor/second-factor-section.tsx';

/** What protects the account. */
export function SecuritySection() {
  return (
    <div className="grid gap-10">
      <PasswordSection />
      <SecondFactorSection />
    </div>
  );
}
