// oauth2-mock-server as the issuer of Pub/Sub's push tokens. Reads one JSON a line: {"claims": …} mints a token with
// these claims on top of the issuer's own, {"key": kid} adds a key that signs from then on; answers one JSON a line.
import { createInterface } from 'node:readline';
import { OAuth2Server } from 'oauth2-mock-server';

const server = new OAuth2Server();
let kid = 'first';
await server.issuer.keys.generate('RS256', { kid });
await server.start(Number(process.argv.at(-1)), '127.0.0.1');
const say = (told) => console.log(JSON.stringify(told));
say({ jwks: `${server.issuer.url}/jwks`, issuer: server.issuer.url });
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  if (asked.key) {
    kid = asked.key;
    await server.issuer.keys.generate('RS256', { kid });
    say({});
  } else {
    const scopesOrTransform = (header, payload) => Object.assign(payload, asked.claims);
    say({ token: await server.issuer.buildToken({ kid, scopesOrTransform }) });
  }
}
await server.stop();
