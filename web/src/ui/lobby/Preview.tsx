import { explain } from '../../client/problems';
import { cleanName } from '../../settings/names';
import { useApp, useRoomParts } from '../app';
import { Avatar } from '../common/Avatar';
import { IconButton } from '../common/Button';
import { CameraIcon, CameraOffIcon, MicIcon, MicOffIcon } from '../common/icons';
import { VideoView } from '../common/VideoView';
import { MicMeter } from './MicMeter';
import styles from './Preview.module.css';

/** What the others will see, with the two switches that matter. */
export function Preview() {
  const { client } = useApp();
  const { me, mic, webcam } = useRoomParts(({ me, mic, webcam }) => ({ me, mic, webcam }));
  const micOn = mic.track !== null && !mic.muted;
  const problem = webcam.problem ?? mic.problem;
  return (
    <section className={styles.preview} aria-label="Preview">
      {webcam.track === null ? (
        <div className={styles.blank}>
          <Avatar id={me.id} name={cleanName(me.name)} size={96} />
          <p>{webcam.status === 'starting' ? 'Starting camera…' : 'Camera is off'}</p>
        </div>
      ) : (
        <VideoView track={webcam.track} mirrored label="Your camera" />
      )}
      {problem !== null && (
        <p className={styles.problem} role="status" data-testid="device-problem">
          {explain(webcam.problem === null ? 'mic' : 'webcam', problem)}
        </p>
      )}
      <div className={styles.bar}>
        <IconButton
          label={micOn ? 'Turn microphone off' : 'Turn microphone on'}
          look={micOn ? 'round' : 'off'}
          data-on={micOn}
          disabled={mic.status === 'starting'}
          onClick={() => void client.setMic(!micOn)}
          testId="lobby-mic"
        >
          {micOn ? <MicIcon /> : <MicOffIcon />}
        </IconButton>
        <IconButton
          label={webcam.track === null ? 'Turn camera on' : 'Turn camera off'}
          look={webcam.track === null ? 'off' : 'round'}
          data-on={webcam.track !== null}
          disabled={webcam.status === 'starting'}
          onClick={() => void client.setWebcam(webcam.track === null)}
          testId="lobby-webcam"
        >
          {webcam.track === null ? <CameraOffIcon /> : <CameraIcon />}
        </IconButton>
      </div>
      <MicMeter />
    </section>
  );
}
