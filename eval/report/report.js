"use strict";
const form = document.querySelector(".filters");
const cases = [...document.querySelectorAll(".case")];
const words = new Map();

// Read once and late: most visits never search.
function textOf(element) {
  if (!words.has(element)) words.set(element, element.textContent.toLocaleLowerCase());
  return words.get(element);
}

function filter() {
  const { text, category, outcome, verdict } = form.elements;
  const wanted = text.value.trim().toLocaleLowerCase();
  let left = 0;
  for (const element of cases) {
    const data = element.dataset;
    const fits =
      (!category.value || data.category === category.value) &&
      (!outcome.value || data.outcome === outcome.value) &&
      (!verdict.value || data.verdict === verdict.value) &&
      (!wanted || textOf(element).includes(wanted));
    element.hidden = !fits;
    left += fits;
  }
  form.querySelector("output").value =
    left === cases.length ? `${left} cases` : `${left} of ${cases.length} cases`;
  document.querySelector(".none").hidden = left > 0;
}

form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
for (const link of document.querySelectorAll("a[data-category]")) {
  link.addEventListener("click", () => {
    form.elements.category.value = link.dataset.category;
    filter();
  });
}
filter(); // the browser may have kept a choice over a reload
