// Conversations in the browser's own store, one entry each: {name, made, changed, exchanges}. An exchange is
// kept as the server froze it (history.py) and given back to it to be drawn again.

const KEPT = 'dossier:';
const HERE = 'dossier-here'; // in the tab's own store: the conversation that this tab shows

const freshId = () => Date.now().toString(36) + Math.random().toString(36).slice(2, 8);
const readKept = (id) => {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT + id));
    return Array.isArray(kept?.exchanges) ? kept : null;
  } catch {
    return null;
  }
};
const allKept = () =>
  Object.keys(localStorage)
    .filter((key) => key.startsWith(KEPT))
    .map((key) => [key.slice(KEPT.length), readKept(key.slice(KEPT.length))])
    .filter(([, kept]) => kept)
    .sort(([, a], [, b]) => b.changed - a.changed);

let here = sessionStorage.getItem(HERE) || freshId();
let seen; // when it was last changed, as far as this tab knows
let written; // its exchanges, as this tab last wrote them
let known = false; // whether the server has said that it knows this conversation
let newest = ['', 0]; // conversation and number of the newest drawing that was seen

// What is kept under `id` takes the place of what is shown; where nothing is kept, `otherwise` does.
function goTo(id, otherwise = []) {
  here = id;
  known = false;
  current = null;
  sessionStorage.setItem(HERE, id);
  const kept = readKept(id);
  seen = kept?.changed;
  written = JSON.stringify(kept?.exchanges ?? []);
  trigger('restore', { id, exchanges: kept?.exchanges ?? otherwise });
}

function keep() {
  const drawn = element.querySelector('[data-conversation]');
  const number = +element.querySelector('[data-drawing]')?.dataset.drawing;
  if (drawn?.dataset.conversation === newest[0] && number < newest[1]) {
    // an older drawing came after a newer one
    trigger('redraw', {});
    return;
  }
  newest = [drawn?.dataset.conversation, number];
  if (drawn?.dataset.conversation === here) known = true;
  else if (drawn?.dataset.conversation === '' && known) {
    // the server has forgotten this session: it was started anew, or the machine had slept
    known = false;
    trigger('restore', { id: here, exchanges: readKept(here)?.exchanges ?? [], forgotten: true, unticked, tick });
    trigger('scope', { unticked, tick }); // draws what is asked
    return;
  }
  if (drawn?.dataset.conversation === `${here}~`) {
    // what is kept could not be read, and stays as it is
    here += '~';
    written = '[]';
    seen = undefined;
  }
  if (drawn?.dataset.conversation !== here) return; // a late drawing of the one before
  const exchanges = [...drawn.querySelectorAll('[data-frozen]')].map((it) => JSON.parse(it.dataset.frozen));
  const now = JSON.stringify(exchanges);
  if (exchanges.length < JSON.parse(written).length || now === written) return; // a late drawing
  const kept = readKept(here);
  if (kept && kept.changed !== seen) {
    // another tab went on with it: what was said there is kept beside
    store(freshId(), { ...kept, name: `${kept.name} (from another tab)` });
  }
  written = now;
  const { name, made } = kept ?? { name: exchanges[0].question.slice(0, 80), made: Date.now() };
  store(here, { name, made, exchanges, changed: Date.now() });
}

function store(id, kept) {
  for (;;) {
    try {
      localStorage.setItem(KEPT + id, JSON.stringify(kept));
      if (id === here) seen = kept.changed;
      return;
    } catch {
      const oldest = allKept().filter(([other]) => other !== id).pop();
      if (!oldest) return say('The browser has no room to keep this conversation.');
      localStorage.removeItem(KEPT + oldest[0]);
      say(`The browser is full: the oldest conversation, “${oldest[1].name}”, was dropped.`);
    }
  }
}

// The list

function showHistory() {
  const list = make('ul', { class: 'kept' });
  // `id` is the conversation whose line gets the focus: drawing takes it away from where it was
  const draw = (id) => {
    const all = allKept();
    list.replaceChildren(...all.map(([id, kept]) => line(id, kept)));
    if (!all.length) list.append(make('li', { class: 'none' }, 'Nothing is kept yet.'));
    if (id) setTimeout(() => list.querySelector(`[data-kept="${CSS.escape(id)}"]`)?.focus());
  };
  const line = (id, kept) => {
    const count = kept.exchanges.length;
    const when = new Date(kept.changed).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
    const button = (text, act) => {
      const made = make('button', { type: 'button', class: 'quiet', 'aria-label': `${text} “${kept.name}”` }, text);
      made.addEventListener('click', act);
      return made;
    };
    const open = make(
      'button',
      { type: 'button', class: 'open', 'data-kept': id, ...(id === here ? { 'aria-current': 'true' } : {}) },
      make('span', { class: 'title', dir: 'auto' }, kept.name),
      make('span', { class: 'credit' }, `${count} ${count === 1 ? 'question' : 'questions'} · ${when}`),
    );
    open.addEventListener('click', () => {
      dialog.close();
      goTo(id);
    });
    const rename = button('Rename', () =>
      askForText('Rename the conversation', '', kept.name, 'Rename', (name) => {
        if (name) store(id, { ...readKept(id), name });
        draw(id);
      }),
    );
    const save = button('Export', () => download(`${kept.name.slice(0, 60)}.md`, conversationMarkdown(kept)));
    const remove = button('Delete', () => {
      localStorage.removeItem(KEPT + id);
      const wasHere = id === here;
      if (wasHere) goTo(freshId());
      const undo = button('Undo: keep', () => {
        store(id, kept);
        if (wasHere) goTo(id);
        draw(id);
      });
      const gone = make('p', { class: 'credit', role: 'status' }, `“${kept.name}” is deleted. `);
      undo.textContent = 'Undo';
      item.replaceChildren(gone, make('div', { class: 'actions' }, undo));
      undo.focus();
    });
    const item = make('li', {}, open, make('div', { class: 'actions' }, rename, save, remove));
    return item;
  };
  draw();
  const dialog = showDialog(
    'History',
    make('p', { class: 'credit' }, 'Kept in this browser only.'),
    list,
  );
}

// Out of the page

const conversationMarkdown = ({ name, exchanges }) =>
  `# ${plain(name)}\n\n` +
  exchanges.map(({ question, markdown }) => `## ${plain(question)}\n\n${markdown ?? '*Not answered.*\n'}`).join('\n');
const plain = (text) => text.replace(/\s+/g, ' ').replace(/([\\`*_[\]<>|~$]|&(?=#?\w+;))/g, '\\$1');

function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/markdown' }));
  make('a', { href: address, download: name.replace(/[/\\:*?"<>|\x00-\x1f]/g, ' ') }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

// An answer as rich text: statements with [n], then the quotations.
function richText(answer) {
  const parts = [];
  for (const part of answer.querySelectorAll('.disagree, .version h3, .statement, .message')) {
    const copy = part.cloneNode(true);
    for (const marker of copy.querySelectorAll('.marker')) marker.replaceWith(` [${marker.dataset.number}]`);
    parts.push(make('p', {}, ...inline(copy)));
  }
  for (const source of answer.querySelectorAll('.source[data-number]')) {
    const [title, credit, quote] = ['.title', '.credit', '.quote'].map((it) => source.querySelector(it)?.textContent);
    parts.push(
      make('blockquote', {}, `[${source.dataset.number}] “${quote}” — `, make('em', {}, title), credit ? `, ${credit}` : ''),
    );
  }
  return parts.map((part) => part.outerHTML).join('\n');
}
const inline = (node) =>
  [...node.childNodes].flatMap((child) => {
    if (child.nodeType === Node.TEXT_NODE) return [child.data];
    return child.tagName === 'STRONG' ? [make('strong', {}, child.textContent)] : inline(child);
  });

// The way that also works where the page is not on https.
function copy(text, rich) {
  document.addEventListener(
    'copy',
    (event) => {
      event.clipboardData.setData('text/plain', text);
      if (rich) event.clipboardData.setData('text/html', rich);
      event.preventDefault();
    },
    { once: true },
  );
  say(document.execCommand('copy') ? 'Copied.' : 'The browser does not let the page copy.');
}

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('button');
  if (!button) return;
  const exchange = button.closest('.exchange');
  const number = exchange ? +exchange.dataset.exchange : 0;
  if ('new' in button.dataset) {
    goTo(freshId());
    box().focus();
  } else if ('history' in button.dataset) showHistory();
  else if ('copy' in button.dataset) {
    const { markdown } = JSON.parse(exchange.dataset.frozen);
    copy(markdown, button.dataset.copy === 'rich' ? richText(exchange.querySelector('.answer')) : '');
  } else if ('vote' in button.dataset) trigger('vote', { exchange: number, vote: button.dataset.vote });
  else if ('draft' in button.dataset) trigger('draft', { exchange: number });
  else if ('comment' in button.dataset) {
    const { vote } = exchange.querySelector('[data-vote][aria-pressed=true]').dataset;
    askForText('Add a comment', 'It is stored on the machine that Dossier runs on.', '', 'Store', (comment) => {
      if (comment) trigger('vote', { exchange: number, vote, comment });
    });
  }
});

// Not `watch`, which comes some time later: what can be seen is kept, even when the page is left at once.
new MutationObserver(keep).observe(element, {
  childList: true,
  subtree: true,
  attributeFilter: ['data-frozen', 'data-conversation', 'data-drawing'],
});
goTo(here, null);
