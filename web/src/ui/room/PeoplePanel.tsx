import { useMemo } from 'react';
import { mutedPeers } from '../../state/tiles';
import { useRoom, useRoomParts } from '../app';
import { Avatar } from '../common/Avatar';
import { CameraIcon, CameraOffIcon, MicIcon, MicOffIcon, ScreenIcon } from '../common/icons';
import { InviteButton } from '../common/InviteButton';
import { SidePanel } from './SidePanel';
import styles from './PeoplePanel.module.css';

interface Person {
  id: string;
  name: string;
  detail: string;
  mic: boolean;
  camera: boolean;
  screen: boolean;
}

/** Who is here, and what each of them sends. */
export function PeoplePanel() {
  const people = usePeople();
  return (
    <SidePanel title={`People (${people.length})`} testId="people-panel">
      <ul className={styles.list}>
        {people.map((person) => (
          <li key={person.id} className={styles.person} data-testid="person">
            <Avatar id={person.id} name={person.name} size={36} />
            <div className={styles.who}>
              <p className={styles.name} dir="auto">
                {person.name}
              </p>
              {person.detail !== '' && <p className={styles.detail}>{person.detail}</p>}
            </div>
            <Marks person={person} />
          </li>
        ))}
      </ul>
      <div className={styles.foot}>
        <InviteButton wide />
      </div>
    </SidePanel>
  );
}

function Marks({ person: { mic, camera, screen } }: { person: Person }) {
  return (
    <div className={styles.marks}>
      {screen && (
        <span role="img" aria-label="Shares a screen" className={styles.on}>
          <ScreenIcon />
        </span>
      )}
      <span role="img" aria-label={mic ? 'Microphone on' : 'Muted'}>
        {mic ? <MicIcon /> : <MicOffIcon />}
      </span>
      <span role="img" aria-label={camera ? 'Camera on' : 'Camera off'}>
        {camera ? <CameraIcon /> : <CameraOffIcon />}
      </span>
    </div>
  );
}

function usePeople(): Person[] {
  const { me, mic, webcam, share } = useRoomParts(({ me, mic, webcam, share }) => ({
    ...{ me, mic, webcam, share },
  }));
  const peers = useRoom((state) => state.peers);
  const media = useRoom((state) => state.media);
  return useMemo(() => {
    const muted = mutedPeers(peers, media);
    const videos = [...media.values()].filter(({ kind }) => kind === 'video');
    const sends = (id: string, screen: boolean) =>
      videos.some(({ peerId, share: shared }) => peerId === id && shared === screen);
    const others = Array.from(peers.values(), ({ id, name, device }) => ({
      id,
      name,
      detail: device.name ?? '',
      mic: !muted.has(id),
      camera: sends(id, false),
      screen: sends(id, true),
    }));
    const own = {
      id: me.id,
      name: me.name,
      detail: 'You',
      mic: mic.track !== null && !mic.muted,
      camera: webcam.track !== null,
      screen: share.video !== null,
    };
    return [own, ...others];
  }, [me, mic, webcam, share, peers, media]);
}
