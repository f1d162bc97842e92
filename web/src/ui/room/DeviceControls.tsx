import { useApp, useRoom } from '../app';
import { IconButton } from '../common/Button';
import { CameraIcon, CameraOffIcon, ChevronIcon, MicIcon, MicOffIcon } from '../common/icons';
import { Menu, type MenuItem } from '../common/Menu';
import { deviceIdOf } from '../lobby/DeviceFields';
import type { DeviceChoice } from '../../state/types';
import styles from './ControlBar.module.css';

export function MicControl() {
  const { client } = useApp();
  const mic = useRoom((state) => state.mic);
  const mics = useRoom((state) => state.devices.mics);
  const on = mic.track !== null && !mic.muted;
  const choose = (id: string) => void client.media.open('mic', id);
  return (
    <div className={styles.split}>
      <IconButton
        label={on ? 'Mute microphone' : 'Unmute microphone'}
        look={on ? 'round' : 'off'}
        data-on={on}
        disabled={mic.status === 'starting'}
        onClick={() => void client.setMic(!on)}
        testId="mic"
      >
        {on ? <MicIcon /> : <MicOffIcon />}
      </IconButton>
      <DeviceMenu
        label="Choose microphone"
        items={choices(mics, deviceIdOf(mic.track), choose)}
        testId="mic-menu"
      />
    </div>
  );
}

export function CameraControl() {
  const { client } = useApp();
  const webcam = useRoom((state) => state.webcam);
  const webcams = useRoom((state) => state.devices.webcams);
  const on = webcam.track !== null;
  const choose = (id: string) => void client.media.open('webcam', id);
  return (
    <div className={styles.split}>
      <IconButton
        label={on ? 'Turn camera off' : 'Turn camera on'}
        look={on ? 'round' : 'off'}
        data-on={on}
        disabled={webcam.status === 'starting'}
        onClick={() => void client.setWebcam(!on)}
        testId="webcam"
      >
        {on ? <CameraIcon /> : <CameraOffIcon />}
      </IconButton>
      <DeviceMenu
        label="Choose camera"
        items={choices(webcams, deviceIdOf(webcam.track), choose)}
        testId="webcam-menu"
      />
    </div>
  );
}

function DeviceMenu({
  label,
  items,
  testId,
}: {
  label: string;
  items: MenuItem[];
  testId: string;
}) {
  const { client } = useApp();
  return (
    <Menu
      label={label}
      look="caret"
      align="start"
      icon={<ChevronIcon />}
      sections={[{ key: 'devices', title: label, items }]}
      onOpen={() => void client.media.refreshDevices()}
      testId={testId}
    />
  );
}

function choices(
  devices: DeviceChoice[],
  current: string | null,
  choose: (id: string) => void,
): MenuItem[] {
  return devices.map(({ id, label }) => ({
    key: id,
    label,
    checked: id === current,
    onSelect: () => choose(id),
  }));
}
