import { canShareScreen } from '../../client/capture';
import { changeView } from '../../state/updates';
import type { Panel } from '../../state/types';
import { useApp, useRoom, useRoomParts } from '../app';
import { IconButton } from '../common/Button';
import { ChatIcon, LeaveIcon, PeopleIcon, ScreenIcon, ScreenStopIcon } from '../common/icons';
import { CameraControl, MicControl } from './DeviceControls';
import { MoreMenu } from './MoreMenu';
import styles from './ControlBar.module.css';

/** Everything one does in a call, within reach of a thumb. */
export function ControlBar() {
  const { client, params } = useApp();
  return (
    <footer className={styles.bar} aria-label="Call controls">
      <div className={styles.group}>
        {params.produce && (
          <>
            <MicControl />
            <CameraControl />
            {canShareScreen() && <ShareControl />}
          </>
        )}
        <PanelControls />
        <MoreMenu />
      </div>
      <IconButton look="danger" label="Leave" onClick={() => client.leave()} testId="leave">
        <LeaveIcon />
      </IconButton>
    </footer>
  );
}

function ShareControl() {
  const { client } = useApp();
  const status = useRoom((state) => state.share.status);
  const on = status === 'live';
  return (
    <IconButton
      label={on ? 'Stop sharing your screen' : 'Share your screen'}
      look={on ? 'on' : 'round'}
      data-on={on}
      disabled={status === 'starting'}
      onClick={() => void client.setShare(!on)}
      testId="share"
    >
      {on ? <ScreenStopIcon /> : <ScreenIcon />}
    </IconButton>
  );
}

function PanelControls() {
  const { store } = useApp();
  const { panel, unread } = useRoomParts(({ view, chat }) => ({
    panel: view.panel,
    unread: chat.unread,
  }));
  const toggle = (name: Exclude<Panel, null>) => () =>
    store.setState((state) => changeView(state, { panel: panel === name ? null : name }));
  return (
    <>
      <IconButton
        label="Chat"
        look={panel === 'chat' ? 'on' : 'round'}
        aria-pressed={panel === 'chat'}
        badge={unread}
        onClick={toggle('chat')}
        testId="chat-toggle"
      >
        <ChatIcon />
      </IconButton>
      <span className={styles.roomy}>
        <IconButton
          label="People"
          look={panel === 'people' ? 'on' : 'round'}
          aria-pressed={panel === 'people'}
          onClick={toggle('people')}
          testId="people-toggle"
        >
          <PeopleIcon />
        </IconButton>
      </span>
    </>
  );
}
