import { useEffect } from 'react';
import type { RoomState } from '../live/rooms.ts';
import { useValue } from '../live/value.ts';
import { useServices } from '../shell/services.tsx';

/** Is in the conversation while it is shown, and knows who else is. */
export function useRoom(conversationId: string): RoomState {
  const { rooms } = useServices().live;
  useEffect(() => rooms.enter(conversationId), [rooms, conversationId]);
  return useValue(rooms.state(conversationId));
}
