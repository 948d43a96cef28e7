// Small windows over the page: the browser keeps the focus inside and closes them with Escape.

const make = (tag, attributes = {}, ...inside) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in made && typeof value !== 'string') made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...inside);
  return made;
};

// Shows a window named `title`; it goes away for good when it is closed.
function showDialog(title, ...inside) {
  const heading = make('h2', { id: 'dialog-title' }, title);
  const away = make('button', { type: 'button', class: 'quiet', 'aria-label': 'Close' }, '✕');
  const dialog = make('dialog', { 'aria-labelledby': 'dialog-title' }, make('header', {}, heading, away), ...inside);
  away.addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  dialog.addEventListener('close', () => {
    if (dialog.contains(toast)) document.body.append(toast);
    dialog.remove(); // the browser has given the focus back by then
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

// Asks for a text; `done` gets it unless the window is closed otherwise.
function askForText(title, hint, value, action, done) {
  const box = make('textarea', { rows: value ? '2' : '5', maxlength: '4000', 'aria-label': title, dir: 'auto' });
  box.value = value;
  const form = make('form', { method: 'dialog' }, make('p', {}, hint), box, make('button', { class: 'main' }, action));
  const dialog = showDialog(title, form);
  box.select();
  form.addEventListener('submit', () => done(box.value.trim()));
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (value || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  return dialog;
}

// A line for a moment at the foot of the page, read out to who cannot see it.
const toast = make('div', { id: 'toast', role: 'status' });
document.body.append(toast);
let fading = 0;
function say(text) {
  clearTimeout(fading);
  // what lies under a window can neither be seen well nor heard
  ([...document.querySelectorAll('dialog[open]')].pop() ?? document.body).append(toast);
  toast.textContent = text;
  fading = setTimeout(() => (toast.textContent = ''), 3000 + 60 * text.length);
}

// What the server says was done.
let told = '';
whenThere('#notice', (notice) => {
  new MutationObserver(() => {
    const telling = notice.querySelector('[data-say]');
    if (telling && telling.dataset.say !== told) say(telling.textContent);
    told = telling?.dataset.say ?? '';
  }).observe(notice, { childList: true, subtree: true, attributeFilter: ['data-say'] });
});
