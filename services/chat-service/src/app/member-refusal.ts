import { AppError } from '@chatbot/errors';
import { inviteCountMax, memberCountMax } from '../domain/member.ts';
import type { MemberObstacle } from './ports/member-store.ts';

/** Why the members cannot be changed, as an error. */
export function memberRefusal(obstacle: MemberObstacle): AppError {
  switch (obstacle) {
    case 'missing':
      return new AppError('RESOURCE_NOT_FOUND');
    case 'not-owner':
      return new AppError('PERMISSION_DENIED', { detail: 'Only the owner of the conversation may do this' });
    case 'full':
      return new AppError('VALIDATION_FAILED', {
        detail: `A conversation has one owner, at most ${memberCountMax} other members and ${inviteCountMax} links`,
      });
    default:
      return obstacle satisfies never;
  }
}
