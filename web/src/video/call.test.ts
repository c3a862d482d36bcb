import { expect, test } from 'vitest';
import { iceServers } from './call';

test('servers of a Link header are used with their names, and others are not', () => {
  const link = '<stun:a.example:3478>; rel="ice-server", <turn:b.example?transport=tcp>; rel="ice-server"; username="1:x"; credential="a=b"; credential-type="password", </x>; rel="next"';
  expect(iceServers(link)).toEqual([{ urls: 'stun:a.example:3478' }, { urls: 'turn:b.example?transport=tcp', username: '1:x', credential: 'a=b' }]);
  expect(iceServers(null)).toEqual([]);
});
