/** Line icons on a 24-pixel grid. Decorative: whoever uses one gives the label. */
import type { ReactNode } from 'react';

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width="1.35em"
      height="1.35em"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

const strike = <path d="M4 4l16 16" />;

const mic = (
  <>
    <rect x="9" y="3" width="6" height="11" rx="3" />
    <path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3" />
  </>
);

const camera = (
  <>
    <rect x="3" y="6.5" width="12.5" height="11" rx="2.5" />
    <path d="M15.5 10.8l4.1-2.5a.6.6 0 0 1 .9.5v6.4a.6.6 0 0 1-.9.5l-4.1-2.5" />
  </>
);

export const MicIcon = () => <Icon>{mic}</Icon>;

export const MicOffIcon = () => (
  <Icon>
    <path d="M9 9v2a3 3 0 0 0 4.8 2.4M15 11.2V6a3 3 0 0 0-5.7-1.3" />
    <path d="M5.5 11.5a6.5 6.5 0 0 0 10.6 5M18.5 11.5c0 .8-.15 1.6-.4 2.3M12 18v3" />
    {strike}
  </Icon>
);

export const CameraIcon = () => <Icon>{camera}</Icon>;

export const CameraOffIcon = () => (
  <Icon>
    <path d="M10.5 6.5H13a2.5 2.5 0 0 1 2.5 2.5v2.5M15.5 15.6c-.2 1.1-1.2 1.9-2.4 1.9H5.5A2.5 2.5 0 0 1 3 15V9c0-1.1.8-2.1 1.8-2.4" />
    <path d="M15.5 10.8l4.1-2.5a.6.6 0 0 1 .9.5v6.4" />
    {strike}
  </Icon>
);

export const ScreenIcon = () => (
  <Icon>
    <rect x="3" y="4" width="18" height="13" rx="2.5" />
    <path d="M8.5 21h7M12 13.5V8M9.5 10.3L12 7.8l2.5 2.5" />
  </Icon>
);

export const ScreenStopIcon = () => (
  <Icon>
    <rect x="3" y="4" width="18" height="13" rx="2.5" />
    <path d="M8.5 21h7M10 8.5l4 4M14 8.5l-4 4" />
  </Icon>
);

export const ChatIcon = () => (
  <Icon>
    <path d="M20.5 11.5a7.5 7.5 0 0 1-7.5 7.5H5.8a.8.8 0 0 1-.6-1.3l1.4-1.7A7.5 7.5 0 1 1 20.5 11.5z" />
  </Icon>
);

export const PeopleIcon = () => (
  <Icon>
    <circle cx="9" cy="8.5" r="3.5" />
    <path d="M2.8 19.5a6.3 6.3 0 0 1 12.4 0M16 5.4a3.5 3.5 0 0 1 0 6.2M18 14.2a6.3 6.3 0 0 1 3.2 5.3" />
  </Icon>
);

export const MoreIcon = () => (
  <Icon>
    <path d="M5 12h.01M12 12h.01M19 12h.01" strokeWidth="2.8" />
  </Icon>
);

export const LeaveIcon = () => (
  <Icon>
    <path
      d="M3.6 14.6c-.8-.7-1-2-.4-2.9C5 9.3 8.3 8 12 8s7 1.3 8.8 3.7c.6.9.4 2.2-.4 2.9l-.9.8c-.6.5-1.5.6-2.2.2l-1.8-1c-.6-.4-1-1-.9-1.7l.1-1.2a11 11 0 0 0-5.4 0l.1 1.2c0 .7-.3 1.3-.9 1.7l-1.8 1c-.7.4-1.6.3-2.2-.2z"
      fill="currentColor"
      strokeWidth="1"
    />
  </Icon>
);

export const CloseIcon = () => (
  <Icon>
    <path d="M6 6l12 12M18 6L6 18" />
  </Icon>
);

export const ChevronIcon = () => (
  <Icon>
    <path d="M7 14l5-5 5 5" />
  </Icon>
);

export const CheckIcon = () => (
  <Icon>
    <path d="M5 12.5l4.5 4.5L19 7.5" />
  </Icon>
);

export const LinkIcon = () => (
  <Icon>
    <path d="M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1" />
  </Icon>
);

export const SendIcon = () => (
  <Icon>
    <path d="M4.5 12h8M4.5 12L3.4 5.3c-.1-.7.6-1.2 1.2-.9l15.4 6.9c.6.3.6 1.1 0 1.4L4.6 19.6c-.6.3-1.3-.2-1.2-.9z" />
  </Icon>
);

export const PinIcon = () => (
  <Icon>
    <path d="M9 4h6l-.7 5.5 3.2 3.2a.6.6 0 0 1-.4 1H6.9a.6.6 0 0 1-.4-1l3.2-3.2zM12 13.7V20" />
  </Icon>
);

export const UnpinIcon = () => (
  <Icon>
    <path d="M9.3 6.5L9 4h6l-.7 5.5 3.2 3.2M13.7 13.7H6.9a.6.6 0 0 1-.4-1l2.6-2.6M12 13.7V20" />
    {strike}
  </Icon>
);

export const FullscreenIcon = () => (
  <Icon>
    <path d="M4 9V5.5A1.5 1.5 0 0 1 5.5 4H9M15 4h3.5A1.5 1.5 0 0 1 20 5.5V9M20 15v3.5a1.5 1.5 0 0 1-1.5 1.5H15M9 20H5.5A1.5 1.5 0 0 1 4 18.5V15" />
  </Icon>
);

export const SettingsIcon = () => (
  <Icon>
    <path d="M4 7h9M17 7h3M4 17h3M11 17h9" />
    <circle cx="15" cy="7" r="2.2" />
    <circle cx="9" cy="17" r="2.2" />
  </Icon>
);

export const SunIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="4" />
    <path d="M12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1M17.3 6.7l1.1-1.1" />
  </Icon>
);

export const MoonIcon = () => (
  <Icon>
    <path d="M20 14.2A8.2 8.2 0 0 1 9.8 4 8.2 8.2 0 1 0 20 14.2z" />
  </Icon>
);

export const AutoThemeIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="8.2" />
    <path d="M12 3.8v16.4a8.2 8.2 0 0 0 0-16.4z" fill="currentColor" />
  </Icon>
);

export const SoundIcon = () => (
  <Icon>
    <path d="M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11" />
  </Icon>
);

export const SoundOffIcon = () => (
  <Icon>
    <path d="M4 9.5v5h3.5l4.5 4v-13l-4.5 4zM16 9.5l5 5M21 9.5l-5 5" />
  </Icon>
);

export const RefreshIcon = () => (
  <Icon>
    <path d="M19.5 12a7.5 7.5 0 0 1-13.3 4.7M4.5 12A7.5 7.5 0 0 1 17.8 7.3M18.5 3.5v4h-4M5.5 20.5v-4h4" />
  </Icon>
);

export const ChartIcon = () => (
  <Icon>
    <path d="M4 20h16M6.5 16v-4M12 16V6M17.5 16V9.5" />
  </Icon>
);

export const AudioOnlyIcon = () => (
  <Icon>
    <path d="M4 14v-2a8 8 0 0 1 16 0v2M4 14h2.5A1.5 1.5 0 0 1 8 15.5v3A1.5 1.5 0 0 1 6.5 20H6a2 2 0 0 1-2-2zM20 14h-2.5a1.5 1.5 0 0 0-1.5 1.5v3a1.5 1.5 0 0 0 1.5 1.5h.5a2 2 0 0 0 2-2z" />
  </Icon>
);

export const WeakSignalIcon = () => (
  <Icon>
    <path d="M5 19v-3M10 19v-6" strokeWidth="2.4" />
    <path d="M15 19v-9M20 19V6" strokeWidth="2.4" opacity="0.35" />
  </Icon>
);

export const ArrowIcon = () => (
  <Icon>
    <path d="M5 12h13M13 6.5l5.5 5.5-5.5 5.5" />
  </Icon>
);

export const BotIcon = () => (
  <Icon>
    <rect x="5" y="8" width="14" height="11" rx="3.5" />
    <path d="M12 8V4.5M9.5 13v1M14.5 13v1M2.5 12.5v3M21.5 12.5v3" />
  </Icon>
);

export const InfoIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M12 11v5M12 7.8v.1" />
  </Icon>
);
