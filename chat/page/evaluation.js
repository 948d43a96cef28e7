// The evaluation takes the place of the conversation; a report opens in a window of its own, where its scripts
// can reach nothing of this page.

const evaluation = () => document.getElementById('evaluation');
const evaluating = () => document.body.classList.contains('evaluating');

function showEvaluation(shown) {
  document.body.classList.toggle('evaluating', shown);
  document.querySelector('[data-evaluation]').setAttribute('aria-pressed', String(shown));
  if (shown) trigger('evaluation', {});
}

setInterval(() => {
  if (evaluating() && evaluation().querySelector('[data-running]')) trigger('evaluation', {});
}, 1000);

function openReport(name) {
  const address = `${window.gradio_config.root.replace(/\/$/, '')}/runs/${name.split('/').map(encodeURIComponent).join('/')}/report.html`;
  const frame = make('iframe', { sandbox: 'allow-scripts', src: address, title: 'Report' });
  showDialog('Report', frame).classList.add('wide');
}

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('button');
  if (!button) return;
  if ('evaluation' in button.dataset) showEvaluation(!evaluating());
  else if ('evaluate' in button.dataset) trigger('evaluation', { do: button.dataset.evaluate });
  else if ('report' in button.dataset) openReport(button.dataset.report);
  else if (evaluating() && ('new' in button.dataset || 'list' in button.dataset || button.matches('.kept .open'))) {
    showEvaluation(false);
  }
});
