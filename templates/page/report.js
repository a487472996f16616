"use strict";
(() => {
  const form = document.getElementById("filters");
  const table = document.getElementById("results");
  const shown = document.getElementById("shown");
  const nothing = document.getElementById("nothing");
  const language = document.documentElement.lang;
  const collator = new Intl.Collator(language, { numeric: true });

  const rows = Array.from(table.tBodies, (body, place) => ({
    body,
    place,
    text: body.dataset.id.toLowerCase(),
    id: body.dataset.id,
    status: `${body.dataset.rank} ${body.querySelector("td.of-status").textContent}`,
    kind: body.querySelector("td.of-kind").textContent,
    change: body.querySelector("td.of-change")?.textContent ?? "",
  }));

  const filter = () => {
    const wanted = new FormData(form);
    const text = wanted.get("text").trim().toLowerCase();
    let some = 0;
    for (const { body, text: id } of rows) {
      const fits = id.includes(text)
        && ["status", "kind", "change"].every(
          (name) => !wanted.get(name) || body.dataset[name] === wanted.get(name));
      body.hidden = !fits;
      some += fits;
    }
    shown.textContent = shown.dataset.text
      .replace("[some]", some)
      .replace("[all]", rows.length);
    nothing.hidden = some > 0;
    table.hidden = some === 0;
  };

  const sort = (heading) => {
    const rises = heading.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", rises ? "ascending" : "descending");
    const by = heading.dataset.sort;
    const sign = rises ? 1 : -1;
    rows.sort((a, b) => sign * collator.compare(a[by], b[by]) || a.place - b.place);
    table.append(...rows.map((row) => row.body));
  };

  for (const heading of table.querySelectorAll("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => sort(heading));
  }
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  // a link to a row shows it, whatever is filtered
  document.addEventListener("click", (event) => {
    if (!event.target.closest("a[href^='#model-']")) return;
    form.reset();
    filter();
  });
  filter();
})();
