import { useEffect } from 'react';
import { useRoom } from './app';
import { useTheme } from './common/ThemeToggle';
import { Toasts } from './common/Toasts';
import { Lobby } from './lobby/Lobby';
import { Closed } from './room/Closed';
import { Room } from './room/Room';

/** One screen for each phase of the visit. */
export function Screens() {
  useTheme();
  const phase = useRoom((state) => state.phase.name);
  const roomId = useRoom((state) => state.room.id);
  useEffect(() => {
    document.title = `${roomId} · miso`;
  }, [roomId]);
  return (
    <>
      {phase === 'lobby' && <Lobby />}
      {phase === 'closed' && <Closed />}
      {phase !== 'lobby' && phase !== 'closed' && <Room />}
      <Toasts />
    </>
  );
}
