"use strict";
// The table of differences: search, sort, unfold.
(() => {
  const table = document.getElementById("classes");
  const classes = [...table.querySelectorAll("tbody.class")];
  const unfold = (button, open) => {
    button.setAttribute("aria-expanded", open);
    document.getElementById(button.getAttribute("aria-controls")).hidden = !open;
  };
  for (const button of table.querySelectorAll("button.unfold")) {
    unfold(button, false);
    button.addEventListener("click", () => unfold(button, button.getAttribute("aria-expanded") !== "true"));
  }

  const filter = document.getElementById("filter");
  const words = classes.map(body => {
    const row = body.querySelector("tr.row");
    return (row.dataset.signature + " " + row.textContent).toLowerCase();
  });
  const search = () => {
    const wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    classes.forEach((body, i) => {
      body.hidden = !wanted.every(word => words[i].includes(word));
      shown += !body.hidden;
    });
    document.getElementById("count").value = `${shown} of ${classes.length}`;
    document.getElementById("nothing").hidden = shown > 0;
  };
  filter.addEventListener("input", search);

  const heads = [...table.tHead.rows[0].cells];
  const value = (body, column, kind) => {
    const cell = body.querySelector("tr.row").cells[column];
    const text = cell.dataset.value ?? cell.textContent.trim();
    return kind === "number" ? Number(text) : text.toLowerCase();
  };
  const order = new Map(classes.map((body, i) => [body, i]));
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const kind = head.dataset.kind;
      const first = kind === "number" ? "descending" : "ascending";
      const other = first === "ascending" ? "descending" : "ascending";
      const now = head.getAttribute("aria-sort") === first ? other : first;
      heads.forEach(each => each.setAttribute("aria-sort", each === head ? now : "none"));
      const sign = now === "ascending" ? 1 : -1;
      const compare = (a, b) => {
        const [x, y] = [value(a, column, kind), value(b, column, kind)];
        return x < y ? -sign : x > y ? sign : order.get(a) - order.get(b);
      };
      table.append(...[...classes].sort(compare));
    });
  });
})();
