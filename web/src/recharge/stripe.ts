/** Stripe.js, as far as a payment form needs it; its script comes from Stripe when a buyer chooses to pay by card. */
export interface StripeForm {
  mount(place: HTMLElement): void;
  destroy(): void;
  on(event: 'ready' | 'loaderror', then: () => void): void;
}

export interface StripeElements {
  create(kind: 'payment', options?: Record<string, unknown>): StripeForm;
}

export interface StripeFault {
  type?: string;
  message?: string;
}

export interface StripeJs {
  elements(options: Record<string, unknown>): StripeElements;
  confirmPayment(order: { elements: StripeElements; confirmParams: { return_url: string }; redirect: 'if_required' }): Promise<{ error?: StripeFault | null }>;
  retrievePaymentIntent?(client_secret: string): Promise<{ paymentIntent?: { last_payment_error?: StripeFault | null } | null }>;
}

type MakeStripe = (publishable_key: string) => StripeJs;

const scripts = new Map<string, Promise<void>>();

/** The library, loaded once a page; after a failure it is asked for again. */
export async function loadStripe(js_url: string, publishable_key: string): Promise<StripeJs> {
  let script = scripts.get(js_url);
  if (!script) {
    script = load(js_url);
    scripts.set(js_url, script);
    script.catch(() => scripts.delete(js_url));
  }
  await script;
  return (window as unknown as { Stripe: MakeStripe }).Stripe(publishable_key);
}

function load(js_url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = js_url;
    script.onload = () => resolve();
    script.onerror = () => {
      script.remove();
      reject(new Error('Stripe.js did not load'));
    };
    document.head.append(script);
  });
}

/** What Stripe's form takes over of the page's look: it is drawn in frames of its own. */
export function appearance(of: HTMLElement): Record<string, unknown> {
  const style = getComputedStyle(of);
  const probe = document.createElement('span');
  of.append(probe);
  const colour = (token: string) => {
    probe.style.color = `var(${token})`;
    return getComputedStyle(probe).color;
  };
  const dark = style.colorScheme.includes('dark') && matchMedia('(prefers-color-scheme: dark)').matches;
  const variables = { colorPrimary: colour('--accent'), colorText: colour('--text'), colorDanger: colour('--bad'), colorBackground: colour('--surface'), fontFamily: style.fontFamily, borderRadius: '12px' };
  probe.remove();
  return { theme: dark ? 'night' : 'stripe', variables };
}

/** A sentence of Stripe's that is meant for the buyer, in the buyer's language; empty where there is none. */
export function saidToBuyer(fault: StripeFault | null | undefined): string {
  return fault && (fault.type === 'card_error' || fault.type === 'validation_error') ? (fault.message ?? '') : '';
}
