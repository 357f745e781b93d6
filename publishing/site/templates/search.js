"use strict";
// Searches the names in names.js, which loads from the same folder, so that it works without a server too.
(() => {
  const MOST = 50;
  const form = document.querySelector("form.search");
  const words = document.getElementById("words");
  const clean = (text) => text.normalize("NFC").toLowerCase().split(/\s+/).filter(Boolean).join(" ");
  // Folding only suggests: different communes have the same letters without tone marks.
  const fold = (text) => clean(text).normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d");
  const names = tonghopNames.map(([name, code, place, path]) => ({ name, code, place, path, exact: clean(name), folded: fold(name) }));

  const show = (list, found) => {
    list.replaceChildren(...found.slice(0, MOST).map((entry) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = `${entry.path}.${form.dataset.lang}.html`;
      link.textContent = entry.name;
      const more = document.createElement("span");
      more.className = "muted small";
      more.textContent = ` ${entry.code}${entry.place ? ` · ${entry.place}` : ""}`;
      item.append(link, more);
      return item;
    }));
  };

  const search = () => {
    const exact = clean(words.value);
    const folded = fold(words.value);
    const found = exact ? names.filter((entry) => entry.exact.includes(exact) || entry.code === exact) : [];
    const near = exact ? names.filter((entry) => entry.folded.includes(folded) && !found.includes(entry)) : [];
    show(document.getElementById("results"), found);
    show(document.getElementById("suggestions"), near);
    document.getElementById("near").hidden = near.length === 0;
    const sentence = found.length ? form.dataset.count : form.dataset.none;
    document.getElementById("count").textContent = exact ? sentence.replace("#", String(found.length)) : "";
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    document.querySelector("#results a, #suggestions a")?.focus();
  });
  words.addEventListener("input", search);
  words.value = new URLSearchParams(location.search).get("q") ?? words.value;
  words.focus();
  search();
})();
