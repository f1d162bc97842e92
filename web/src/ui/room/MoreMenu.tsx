import { changeView } from '../../state/updates';
import type { View } from '../../state/types';
import { useApp, useRoomParts } from '../app';
import {
  AudioOnlyIcon,
  ChartIcon,
  InfoIcon,
  LinkIcon,
  MoreIcon,
  PeopleIcon,
  RefreshIcon,
  SettingsIcon,
} from '../common/icons';
import { useInvite } from '../common/InviteButton';
import { Menu } from '../common/Menu';

export function MoreMenu() {
  const { client, store } = useApp();
  const { copy } = useInvite();
  const { audioOnly, panel } = useRoomParts(({ view }) => view);
  const show = (change: Partial<View>) => () =>
    store.setState((state) => changeView(state, change));
  const room = [
    {
      key: 'people',
      label: 'People',
      icon: <PeopleIcon />,
      onSelect: show({ panel: panel === 'people' ? null : 'people' }),
      testId: 'menu-people',
    },
    {
      key: 'invite',
      label: 'Copy invitation link',
      icon: <LinkIcon />,
      onSelect: copy,
      testId: 'menu-invite',
    },
    {
      key: 'audio',
      label: audioOnly ? 'Show pictures again' : 'Audio only, to save data',
      icon: <AudioOnlyIcon />,
      onSelect: () => client.setAudioOnly(!audioOnly),
      testId: 'menu-audio-only',
    },
  ];
  const technical = [
    {
      key: 'settings',
      label: 'Devices and settings',
      icon: <SettingsIcon />,
      onSelect: show({ settingsOpen: true }),
      testId: 'menu-settings',
    },
    {
      key: 'tile-stats',
      label: 'Statistics',
      icon: <ChartIcon />,
      onSelect: show({ panel: panel === 'stats' ? null : 'stats' }),
      testId: 'menu-tile-stats',
    },
    {
      key: 'stats',
      label: 'Connection details',
      icon: <InfoIcon />,
      onSelect: show({ statsOpen: true }),
      testId: 'menu-stats',
    },
    {
      key: 'ice',
      label: 'Refresh connection (restart ICE)',
      icon: <RefreshIcon />,
      onSelect: () => void client.restartIce(),
      testId: 'menu-restart-ice',
    },
  ];
  return (
    <Menu
      label="More"
      look="round"
      icon={<MoreIcon />}
      sections={[
        { key: 'room', items: room },
        { key: 'technical', items: technical },
      ]}
      testId="more"
    />
  );
}
