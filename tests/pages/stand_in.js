// localstripe's fake Stripe.js knows card fields and its own 3-D Secure box, but not the Payment Element's calls.
// Appended to it, this maps `create('payment')` and `confirmPayment` to what it has; `asStripe` (the test) does with the
// card what Stripe's own servers do when a form is sent.
(() => {
  const make = window.Stripe;
  window.Stripe = (key) => {
    const stripe = make(key);
    const elementsOf = stripe.elements;
    stripe.elements = ({ clientSecret }) => {
      const elements = elementsOf();
      const create = elements.create.bind(elements);
      elements.secret = clientSecret;
      elements.create = (kind, options) => {
        const element = create(kind, options);
        const mount = element.mount.bind(element);
        element.mount = (place) => {
          mount(place);
          for (const then of element.listeners.ready || []) then();
        };
        return element;
      };
      return elements;
    };
    stripe.confirmPayment = async ({ elements }) => {
      const card = elements.getElement('payment').value.card;
      const { status, error } = await window.asStripe(elements.secret, card.number);
      if (error) return { error };
      if (status !== 'requires_action') return { paymentIntent: { status } };
      const asked = stripe.confirmCardPayment(elements.secret);
      document.body.lastElementChild.style.zIndex = '2147483647'; // where Stripe puts the bank's frame
      const { error: refused, paymentIntent } = await asked;
      if (refused) return { error: refused };
      if (paymentIntent.last_payment_error) return { error: { type: 'card_error', ...paymentIntent.last_payment_error } };
      return { paymentIntent };
    };
    return stripe;
  };
})();
