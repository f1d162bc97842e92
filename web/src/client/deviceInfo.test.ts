import { describe, expect, it } from 'vitest';
import { describeDevice } from './deviceInfo';

describe('describeDevice', () => {
  it.each([
    [
      'Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
      'chrome',
    ],
    ['Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0.1', 'edge'],
    ['Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 OPR/120.0', 'opera'],
    ['Mozilla/5.0 (X11; rv:140.0) Gecko/20100101 Firefox/140.0', 'firefox'],
    ['Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15', 'safari'],
    ['curl/8', 'unknown'],
  ])('knows %s', (agent, flag) => expect(describeDevice(agent).flag).toBe(flag));
});
