/* global window, document, requestAnimationFrame, MessageChannel, Event */
// What status-page.test.ts lets the browser do; it is evaluated there.

/** Until the next frame is painted: a message waits for it, a callback before it would not. */
const frame = () =>
  new Promise((done) => {
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = done;
      channel.port2.postMessage(0);
    });
  });

/** Until what was left for later frames is done. */
window.settled = async () => {
  for (let quiet = 0; quiet < 60; quiet += 1) await frame();
};

window.paintedAfter = async ([what, value]) => {
  const start = window.performance.now();
  if (what === 'sort') document.querySelector(`thead .${value} button`).click();
  else {
    const input = document.querySelector('#filter');
    input.value = value;
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }
  await frame();
  return window.performance.now() - start;
};

window.inOrder = async (count) => {
  for (;;) {
    const names = Array.from(
      document.querySelectorAll('tbody:not([hidden]) > tr:not([hidden]) > .name'),
      ({ textContent }) => textContent,
    );
    const sorted = names.every((name, at) => at === 0 || names[at - 1] <= name);
    if (sorted && names.length === count) return;
    await frame();
  }
};
