"use strict";
(() => {
  const said = document.getElementById("said");
  document.documentElement.classList.add("scripted");

  // An empty text first: a screen reader says the same words twice only if they went away.
  const say = (text) => {
    said.textContent = "";
    setTimeout(() => { said.textContent = text; }, 30);
  };

  // For file:// pages and older browsers, which may have no clipboard to write to.
  const copiedBySelection = (text) => {
    const area = document.createElement("textarea");
    const before = document.activeElement;
    area.value = text;
    area.readOnly = true;
    area.className = "unseen";
    document.body.append(area);
    area.select();
    let copied = false;
    try {
      copied = document.execCommand("copy");
    } catch {
      copied = false;
    }
    area.remove();
    before?.focus();
    return copied;
  };

  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copiedBySelection(text);
    }
  };

  const copy = async (button) => {
    const done = await copied(button.dataset.copy);
    say(done ? said.dataset.copied : said.dataset.notCopied);
    const word = button.querySelector(".copy-word");
    if (!done || !word) return;
    button.dataset.word ??= word.textContent;
    word.textContent = said.dataset.copied;
    button.classList.add("done");
    clearTimeout(Number(button.dataset.timer));
    button.dataset.timer = setTimeout(() => {
      word.textContent = button.dataset.word;
      button.classList.remove("done");
    }, 2000);
  };

  // A button with aria-controls and aria-expanded shows and hides what it names.
  const toggle = (button) => {
    const shown = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(shown));
    document.getElementById(button.getAttribute("aria-controls")).hidden = !shown;
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.copy !== undefined) copy(button);
    else if (button?.hasAttribute("aria-expanded")) toggle(button);
  });
})();
