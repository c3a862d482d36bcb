import { expect, test } from 'vitest';
import { deviceOf } from './device';

test('a device is named as its owner knows it', () => {
  expect(deviceOf('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36')).toEqual({ browser: 'Chrome', system: 'Linux', phone: false });
  expect(deviceOf('Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1')).toEqual({ browser: 'Safari', system: 'iPhone', phone: true });
  expect(deviceOf('Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0')).toMatchObject({ browser: 'Edge', system: 'Windows' });
  expect(deviceOf('curl/8.5.0')).toEqual({ browser: null, system: null, phone: false });
});
