/** Asking the browser for tracks. No state here; `LocalMedia` keeps them. */
import type { DeviceChoice, Devices } from '../state/types';

export type LocalSource = 'mic' | 'webcam';

const VOICE: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};

const PICTURE: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30 },
};

const SCREEN_SIZES = {
  usual: { width: { max: 1920 }, height: { max: 1080 } },
  large: { width: { max: 3840 }, height: { max: 2160 } },
};

/** One track; a remembered device that is gone is replaced by any other. */
export async function captureTrack(
  source: LocalSource,
  deviceId: string | null,
): Promise<MediaStreamTrack> {
  try {
    return await captureExactly(source, deviceId);
  } catch (error) {
    const gone = ['OverconstrainedError', 'NotFoundError'];
    if (deviceId === null || !(error instanceof Error) || !gone.includes(error.name)) throw error;
    return captureExactly(source, null);
  }
}

/** Microphone and camera with a single question to the person; fails when either does. */
export async function captureBoth(
  micId: string | null,
  webcamId: string | null,
): Promise<Record<LocalSource, MediaStreamTrack>> {
  const stream = await mediaDevices().getUserMedia({
    audio: withDevice(VOICE, micId),
    video: withDevice(PICTURE, webcamId),
  });
  const [mic] = stream.getAudioTracks();
  const [webcam] = stream.getVideoTracks();
  if (mic === undefined || webcam === undefined) throw new Error('a track is missing');
  return { mic, webcam };
}

/** A screen, window or tab that the person picks, with its sound where the browser offers it. */
export async function captureScreen(large: boolean): Promise<{
  video: MediaStreamTrack;
  audio: MediaStreamTrack | null;
}> {
  const size = SCREEN_SIZES[large ? 'large' : 'usual'];
  const asked = { video: { ...size, frameRate: { max: 30 } }, audio: true };
  const stream = await mediaDevices().getDisplayMedia(asked);
  const [video] = stream.getVideoTracks();
  if (video === undefined) throw new Error('no screen was given');
  return { video, audio: stream.getAudioTracks()[0] ?? null };
}

export function canShareScreen(): boolean {
  const devices = globalThis.navigator.mediaDevices as MediaDevices | undefined;
  return typeof devices?.getDisplayMedia === 'function';
}

/** Labels are empty until the person has granted access once. */
export async function listDevices(): Promise<Devices> {
  const all = await mediaDevices().enumerateDevices();
  return {
    mics: choices(all, 'audioinput', 'Microphone'),
    webcams: choices(all, 'videoinput', 'Camera'),
    speakers: choices(all, 'audiooutput', 'Speaker'),
  };
}

function choices(all: MediaDeviceInfo[], kind: MediaDeviceKind, noun: string): DeviceChoice[] {
  return all
    .filter((device) => device.kind === kind && device.deviceId !== '')
    .map(({ deviceId, label }, index) => ({
      id: deviceId,
      label: label || `${noun} ${index + 1}`,
    }));
}

async function captureExactly(
  source: LocalSource,
  deviceId: string | null,
): Promise<MediaStreamTrack> {
  const constraints =
    source === 'mic'
      ? { audio: withDevice(VOICE, deviceId) }
      : { video: withDevice(PICTURE, deviceId) };
  const stream = await mediaDevices().getUserMedia(constraints);
  const [track] = stream.getTracks();
  if (track === undefined) throw new Error('a track is missing');
  return track;
}

function withDevice(base: MediaTrackConstraints, deviceId: string | null): MediaTrackConstraints {
  return deviceId === null ? base : { ...base, deviceId: { exact: deviceId } };
}

/** Pages that are not secure have no `mediaDevices`, whatever the type says. */
export function mediaDevices(): MediaDevices {
  const devices = globalThis.navigator.mediaDevices as MediaDevices | undefined;
  if (devices !== undefined) return devices;
  const error = new Error('media devices need a secure page');
  error.name = 'InsecureContext';
  throw error;
}
