import { describe, expect, it } from 'vitest';
import { createAesSecretBox } from './aes-secret-box.ts';

const [oldKey, newKey] = ['an old key, long and random enough', 'a new key, long and random enough'];
const secret = new TextEncoder().encode('a secret');
const box = createAesSecretBox([oldKey]);

describe('a sealed secret', () => {
  it('opens for its account, and holds nothing that can be read', () => {
    const sealed = box.seal(secret, 'ada');
    expect(box.open(sealed, 'ada')).toEqual({ secret });
    expect(Buffer.from(sealed).includes('a secret')).toBe(false);
  });

  it('looks different each time', () => {
    expect(box.seal(secret, 'ada')).not.toEqual(box.seal(secret, 'ada'));
  });

  it('does not open for another account, with another key, or changed in any byte', () => {
    const sealed = box.seal(secret, 'ada');
    expect(() => box.open(sealed, 'eve')).toThrow();
    expect(() => createAesSecretBox([newKey]).open(sealed, 'ada')).toThrow('not configured');
    for (const index of sealed.keys()) {
      const changed = sealed.map((byte, at) => (at === index ? byte ^ 1 : byte));
      expect(() => box.open(changed, 'ada')).toThrow();
    }
  });

  it('of an older key opens beside the new one, and comes sealed with that', () => {
    const { secret: opened, replacement } = createAesSecretBox([newKey, oldKey]).open(box.seal(secret, 'ada'), 'ada');
    expect(opened).toEqual(secret);
    expect(replacement && createAesSecretBox([newKey]).open(replacement, 'ada')).toEqual({ secret });
  });
});
