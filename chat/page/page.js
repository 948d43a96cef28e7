// What the page does by itself: tooltips of markers, finding marked words, the sheet on a phone.
// Gradio runs this once with `element` (the conversation), `trigger` (an event for events.py) and
// `watch`. Listeners are on the document: Gradio redraws what stands inside.

const NARROW = window.matchMedia('(max-width: 899px)');
const CALM = window.matchMedia('(prefers-reduced-motion: reduce)');
const reader = () => document.getElementById('reader');
const side = () => document.getElementById('side');
const talk = () => document.getElementById('talk');
const box = () => document.querySelector('#question textarea');
const glide = () => (CALM.matches ? 'auto' : 'smooth');

// Gradio puts the parts of the page in one after the other; those that come later are waited for.
function whenThere(selector, act) {
  const there = document.querySelector(selector);
  if (there) return act(there);
  const waiting = new MutationObserver(() => {
    const come = document.querySelector(selector);
    if (!come) return;
    waiting.disconnect();
    act(come);
  });
  waiting.observe(document.body, { childList: true, subtree: true });
}

// Opening an article

let wanted = null; // what the reading pane should show once it is drawn: {} for the list
let opener = null; // where the focus returns to

const spanOf = ({ dataset: { start, end, number } }) => ({ start: +start, end: +end, number: +number || null });

function open(button) {
  const { article, start } = button.dataset;
  const spans = start === undefined ? [] : [spanOf(button)];
  const answer = button.closest('.answer');
  if (JSON.parse(answer?.dataset.changed ?? '[]').includes(article)) {
    // where the words stood in an article that has changed is not known
    show(button, { article }, []);
    return;
  }
  if (answer && start !== undefined) {
    for (const other of answer.querySelectorAll('.source[data-number]')) {
      if (other.dataset.article === article && other.dataset.start !== start) spans.push(spanOf(other));
    }
  }
  show(button, { article, start }, spans);
}

function show(button, what, spans) {
  wanted = what;
  if (!reader().contains(button)) opener = button;
  const exchange = button.closest('.exchange');
  current = exchange && button.dataset.number ? [exchange.id, button.dataset.number] : null;
  markCurrent();
  trigger('open', { article: what.article, spans });
  showSheet(true);
  reveal();
}

let current = null; // exchange and number of the citation that the reading pane shows
function markCurrent() {
  const [exchange, number] = current ?? [];
  for (const button of element.querySelectorAll('.marker, .source[data-number]')) {
    const shown = button.dataset.number === number && button.closest('.exchange')?.id === exchange;
    if (shown) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
  }
}

function reveal() {
  if (!wanted) return;
  const article = wanted.article && CSS.escape(wanted.article);
  const pane = reader().querySelector(
    article ? `.pane[data-showing="${article}"] .body` : '.pane:not([data-showing]) .body',
  );
  if (!pane) return;
  const words = pane.querySelector(`mark.here[data-start="${wanted.start}"]`);
  if (wanted.start !== undefined && !words) return;
  if (words) words.scrollIntoView({ block: 'center', behavior: glide() });
  else pane.scrollTop = 0;
  tidyTicks();
  pane.focus({ preventScroll: true });
  wanted = null;
}

function list() {
  wanted = {};
  current = null;
  markCurrent();
  trigger('list', {});
  showSheet(true);
}

// On a phone the browser's own way back closes the sheet and leaves the page as it is.
function showSheet(shown) {
  if (shown && NARROW.matches && !document.body.classList.contains('reading')) history.pushState({ sheet: true }, '');
  document.body.classList.toggle('reading', shown);
  tidySheet();
}

function tidySheet() {
  const sheet = NARROW.matches && document.body.classList.contains('reading');
  side().inert = NARROW.matches && !sheet;
  talk().inert = sheet;
}

function close() {
  if (NARROW.matches && history.state?.sheet) history.back();
  else leaveSheet();
}

function leaveSheet() {
  showSheet(false);
  if (opener && opener.isConnected) opener.focus();
  else box().focus();
}

window.addEventListener('popstate', () => document.body.classList.contains('reading') && leaveSheet());
NARROW.addEventListener('change', tidySheet);
tidySheet();

// Tooltips of markers

const tip = document.createElement('div');
tip.id = 'tip';
tip.setAttribute('role', 'tooltip');
tip.hidden = true;
document.body.append(tip);
let tipped = null;
let leaving = 0;

function showTip(marker) {
  clearTimeout(leaving);
  if (tipped === marker) return;
  const answer = marker.closest('.answer');
  const source = answer?.querySelector(`.source[data-number="${marker.dataset.number}"] .what`);
  if (!source) return;
  hideTip();
  tip.replaceChildren(...[...source.children].map((part) => part.cloneNode(true)));
  tip.hidden = false;
  tipped = marker;
  marker.setAttribute('aria-describedby', 'tip');
  placeTip();
}

function placeTip() {
  const at = tipped.getBoundingClientRect();
  const { width, height } = tip.getBoundingClientRect();
  const below = at.bottom + height + 16 < window.innerHeight;
  tip.style.left = `${Math.max(8, Math.min(at.left - 24, window.innerWidth - width - 8))}px`;
  tip.style.top = `${below ? at.bottom + 8 : Math.max(8, at.top - height - 8)}px`;
}

function hideTip() {
  clearTimeout(leaving);
  tipped?.removeAttribute('aria-describedby');
  tipped = null;
  tip.hidden = true;
}

const markerAt = (event) => event.target.closest?.('.marker');

document.addEventListener('pointerover', (event) => {
  if (event.pointerType === 'touch') return;
  const marker = markerAt(event);
  if (marker) showTip(marker);
  else if (tip.contains(event.target)) clearTimeout(leaving);
});
document.addEventListener('pointerout', (event) => {
  if (markerAt(event) || tip.contains(event.target)) leaving = setTimeout(hideTip, 150);
});
document.addEventListener('focusin', (event) => {
  const marker = markerAt(event);
  if (marker && marker.matches(':focus-visible')) showTip(marker);
  else if (tipped) hideTip();
});
document.addEventListener(
  'scroll',
  () => {
    if (!tipped) return;
    // the browser scrolls to what gets the focus: what is said about it goes along
    if (tipped === document.activeElement && tipped.matches(':focus-visible')) placeTip();
    else hideTip();
  },
  true,
);

// Clicks, keys and ticks

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('button');
  if (!button) return;
  hideTip();
  if ('open' in button.dataset) open(button);
  else if ('ask' in button.dataset) trigger('ask', { question: button.dataset.ask });
  else if ('list' in button.dataset) {
    if (!reader().contains(button)) opener = button;
    list();
  } else if ('close' in button.dataset) close();
});

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  if (tipped) hideTip();
  else if (side().contains(document.activeElement)) close();
});

const ticks = () => [...reader().querySelectorAll('input[name=scope]')];
// The articles that are not asked; they stay so when the page is loaded anew.
const UNTICKED = 'dossier-unticked';
let unticked = JSON.parse(sessionStorage.getItem(UNTICKED) ?? '[]');
addEventListener('pagehide', () => sessionStorage.setItem(UNTICKED, JSON.stringify(unticked)));
let tick = unticked.length; // counts the changes, so that of two the later one holds, whichever the server hears first

document.addEventListener('change', (event) => {
  if (event.target.name === 'all') for (const tick of ticks()) tick.checked = event.target.checked;
  else if (event.target.name !== 'scope') return;
  tidyTicks();
  unticked = ticks().filter((tick) => !tick.checked).map((tick) => tick.value);
  trigger('scope', { unticked, tick: ++tick });
});

function tidyTicks() {
  const all = reader().querySelector('input[name=all]');
  if (!all) return;
  const some = ticks().filter((tick) => tick.checked).length;
  all.checked = some === ticks().length;
  all.indeterminate = some > 0 && !all.checked;
}

whenThere('#asking', (asking) => {
  if (tick) trigger('scope', { unticked, tick });
  new MutationObserver(() => {
    const told = +asking.querySelector('[data-tick]')?.dataset.tick;
    if (told < tick) trigger('scope', { unticked, tick }); // an older one was drawn last
  }).observe(asking, { childList: true, subtree: true, attributeFilter: ['data-tick'] });
});

// Redrawn parts: what was unfolded stays so, the question at work stays in sight

const unfolded = new Set();
document.addEventListener(
  'toggle',
  ({ target }) => target.id?.startsWith('exchange-') && unfolded[target.open ? 'add' : 'delete'](target.id),
  true,
);

// A button that is drawn anew keeps the focus; one that is gone gives it to its neighbours.
let focused = null;
element.addEventListener('focusin', ({ target }) => {
  const exchange = target.closest('.exchange');
  const names = Object.entries(target.dataset).map(([name, value]) => `[data-${name}="${CSS.escape(value)}"]`);
  focused = exchange && names.length ? [`#${exchange.id} button${names.join('')}`, `#${exchange.id} .actions button`] : null;
});
document.addEventListener('focusin', ({ target }) => element.contains(target) || (focused = null));
document.addEventListener('pointerdown', () => (focused = null));
function refocus() {
  if (!focused || document.activeElement !== document.body) return;
  const again = element.querySelector(focused[0]) ?? element.querySelector(focused[1]);
  again?.focus({ preventScroll: true });
}

let following = true; // until somebody scrolls away
for (const moved of ['wheel', 'touchmove', 'keydown']) {
  element.addEventListener(moved, () => (following = false), { passive: true });
}
let count = 0;

watch('value', () => {
  refocus();
  markCurrent();
  for (const id of unfolded) {
    const folded = document.getElementById(id);
    if (folded) folded.open = true;
  }
  const exchanges = element.querySelectorAll('.exchange');
  if (exchanges.length !== count) following = true;
  count = exchanges.length;
  const now = element.querySelector('.exchange:has(.progress)') ?? exchanges[count - 1];
  if (following) now?.scrollIntoView({ block: 'start', behavior: glide() });
});

// A question that waits, and none before it is being answered: what should have answered it was lost with its server
// while Gradio looked for that, or it is in a long line, where asking once more does no harm.
const PATIENCE = 5_000;
let patience = 0;
const isLost = () => element.querySelector('.progress')?.matches('[data-waiting]');
function lookForLost() {
  if (!isLost()) patience = clearTimeout(patience);
  else {
    patience ||= setTimeout(() => {
      patience = 0;
      if (isLost()) trigger('resume', {});
      lookForLost();
    }, PATIENCE);
  }
}
new MutationObserver(lookForLost).observe(element, { childList: true, subtree: true });

new MutationObserver(reveal).observe(reader(), { childList: true, subtree: true, attributes: true });

// What is typed and not asked yet survives that the page is loaded anew, which Gradio does by itself where it has
// lost its server for a while.

const TYPED = 'dossier-typed';
addEventListener('pagehide', () => sessionStorage.setItem(TYPED, box()?.value ?? ''));
whenThere('#question textarea', (empty) => {
  const typed = sessionStorage.getItem(TYPED);
  if (empty.value || !typed) return;
  empty.value = typed;
  empty.dispatchEvent(new Event('input', { bubbles: true }));
});
