import { describe, expect, it } from 'vitest';
import { backAddress, readReturn } from './returned';
import { saidToBuyer } from './stripe';

const HERE = 'https://live.example.org/live/live_1?lang=de#chat';

describe('coming back', () => {
  it('brings back what was bought, for which gift', () => {
    const back = backAddress(HERE, { purchase: 'p1', chosen: { gift: 'rose', count: 3 }, needed: 40 });
    expect(back).toBe('https://live.example.org/live/live_1?lang=de&purchase=p1&gift=rose&count=3&needed=40');
    expect(readReturn(back)).toEqual({ purchase: 'p1', gift: 'rose', count: 3, needed: 40, failed: false, canceled: false, secret: null });
  });

  it('knows who did not pay, and forgets it in the next address', () => {
    const left = 'https://live.example.org/recharge?purchase=p1&canceled=1&token=t';
    expect(readReturn(left)).toMatchObject({ purchase: 'p1', canceled: true, failed: false });
    expect(backAddress(left, { chosen: null, needed: 0 })).toBe('https://live.example.org/recharge');
  });

  it('keeps the rest of the address, and forgets what an earlier payment left there', () => {
    const earlier = `${HERE.split('#')[0]}&purchase=p0&payment_intent=pi_0&payment_intent_client_secret=s&redirect_status=failed&token=t&PayerID=x`;
    expect(backAddress(earlier, { chosen: null, needed: 0 })).toBe('https://live.example.org/live/live_1?lang=de');
    expect(readReturn(earlier)).toMatchObject({ purchase: 'p0', failed: true, secret: 's' });
  });

  it('is nothing where nothing was bought, and survives nonsense', () => {
    expect(readReturn(HERE)).toBeNull();
    expect(readReturn(`${HERE.split('#')[0]}&purchase=p&count=-3&needed=x`)).toMatchObject({ count: 1, needed: 0, gift: null });
  });
});

describe('a fault of a card', () => {
  it('is told in Stripe’s words only where they are meant for the buyer', () => {
    expect(saidToBuyer({ type: 'card_error', message: 'Your card was declined.' })).toBe('Your card was declined.');
    expect(saidToBuyer({ type: 'invalid_request_error', message: 'No such payment_intent' })).toBe('');
    expect(saidToBuyer(null)).toBe('');
  });
});
