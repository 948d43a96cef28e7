// Files and folders that are added to the user's own corpus: each is sent and checked by itself, then the index is
// made anew. What is refused says why.

const ownAddress = (name = '') =>
  `${window.gradio_config.root.replace(/\/$/, '')}/own${name && `/${encodeURIComponent(name)}`}`;
const uploadsAllowed = () => reader().querySelector('[data-add]') !== null;

function pick(folder) {
  const input = make('input', { type: 'file', multiple: true });
  if (folder) input.setAttribute('webkitdirectory', '');
  input.addEventListener('change', () => {
    const files = [...input.files].map((file) => [file.webkitRelativePath || file.name, file]);
    if (files.length) addFiles(files);
  });
  input.click();
}

// A file of a folder keeps the folders' names in its own, so that two index.html are two.
const flat = (path) => path.split('/').filter((part) => part).join('-');
const hidden = (path) => path.split('/').some((part) => part.startsWith('.'));

async function addFiles(files) {
  const list = make('ul', { class: 'added' });
  const bar = make('progress', { 'aria-label': 'Progress' });
  const state = make('p', { role: 'status' }, 'Sending the files');
  showDialog('Add articles', state, bar, list);
  let taken = 0;
  const sent = files.filter(([path]) => !hidden(path));
  for (const [index, [path, file]] of sent.entries()) {
    state.textContent = `Sending file ${index + 1} of ${sent.length}`;
    const name = flat(path);
    const line = addedLine(name);
    list.append(line);
    const reply = await fetch(ownAddress(name), { method: 'PUT', body: file }).catch(() => null);
    if (reply?.ok) {
      taken += 1;
      line.append(make('span', { class: 'good' }, 'read'));
    } else line.append(make('span', { class: 'bad' }, await reasonOf(reply)));
  }
  if (taken) await buildAnew(state, bar, list);
  else {
    bar.remove();
    state.textContent = 'Nothing was added.';
  }
}

const addedLine = (name) => make('li', { dir: 'auto' }, make('span', { class: 'title' }, name), ' ');
const reasonOf = async (reply) =>
  (await reply?.json().catch(() => null))?.reason ?? 'it could not be sent; try again';

async function buildAnew(state, bar, list) {
  const reply = await fetch(ownAddress(), { method: 'POST' }).catch(() => null);
  const lines = reply?.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let last = { problem: 'The connection broke. Open the list of articles to see what is there.' };
  for (let piece; lines && !(piece = await lines.read()).done; ) {
    const rows = (rest + piece.value).split('\n');
    rest = rows.pop();
    for (const row of rows) {
      last = JSON.parse(row);
      if (!last.doing) continue;
      state.textContent = `Making the index: ${last.doing}`;
      bar.max = last.total || 1;
      bar.value = last.done;
    }
  }
  bar.remove();
  for (const { file, reason } of last.refused ?? []) {
    let line = [...list.children].find((it) => it.firstChild.textContent === file);
    line?.querySelector('.good')?.remove();
    if (!line) list.append((line = addedLine(file)));
    line.append(make('span', { class: 'bad' }, reason));
  }
  state.textContent = last.problem ?? `Done: ${last.articles} articles can be asked.`;
  wanted = {};
  trigger('list', {});
  if (!element.querySelector('.exchange')) goTo(here, null); // what it begins with says how many there are
}

function askToRemove(name, title) {
  const remove = make('button', { type: 'button', class: 'main' }, 'Remove');
  const dialog = showDialog(
    'Remove an article',
    make('p', { dir: 'auto' }, `“${title}” is not asked any more, and its file is deleted from the machine that Dossier runs on.`),
    remove,
  );
  remove.addEventListener('click', () => {
    dialog.close();
    removeArticle(name);
  });
  remove.focus();
}

async function removeArticle(name) {
  const reply = await fetch(ownAddress(name), { method: 'DELETE' }).catch(() => null);
  if (!reply?.ok) return say(await reasonOf(reply));
  const state = make('p', { role: 'status' }, 'Making the index');
  const bar = make('progress', { 'aria-label': 'Progress' });
  const dialog = showDialog('Remove an article', state, bar);
  await buildAnew(state, bar, make('ul'));
  if (state.textContent.startsWith('Done')) dialog.close();
}

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('button');
  if (!button) return;
  if ('add' in button.dataset) pick(button.dataset.add === 'folder');
  else if ('remove' in button.dataset) askToRemove(button.dataset.remove, button.parentElement.querySelector('.title').textContent);
});

// Dropped files and folders. Without this the browser would leave the page and show the file.

async function filesIn(entry) {
  if (entry instanceof File) return [[entry.name, entry]];
  if (entry.isFile) return [[entry.fullPath, await new Promise((done, fail) => entry.file(done, fail))]];
  const entries = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((done, fail) => entries.readEntries(done, fail)); // not all at once
    if (!some.length) return found;
    for (const one of some) found.push(...(await filesIn(one)));
  }
}

for (const name of ['dragenter', 'dragover', 'dragleave', 'drop']) {
  document.addEventListener(name, (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    document.body.classList.toggle('dropping', uploadsAllowed() && ['dragenter', 'dragover'].includes(name));
    if (name !== 'drop' || !uploadsAllowed()) return;
    const dropped = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
    Promise.all(dropped.filter((it) => it).map(filesIn)).then((found) => addFiles(found.flat()));
  });
}
