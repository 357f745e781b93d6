"use strict";
// Searches the names in names-1.js and so on, which load from the same folder, so that it works without a server too.
(() => {
  const MOST = 50;
  const form = document.querySelector("form.search");
  const words = document.getElementById("words");
  const clean = (text) => text.normalize("NFC").toLowerCase().split(/\s+/).filter(Boolean).join(" ");
  // Folding only suggests: different communes have the same letters without tone marks.
  const fold = (text) => clean(text).normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d");
  const names = (globalThis.tonghopNames ?? []).flatMap(([place, folder, entries]) =>
    entries.map(([name, code, stem = code]) => {
      const exact = clean(name);
      return { name, code, place, path: `${folder}/${stem}`, exact, folded: fold(exact) };
    }));
  // A name that ends in the words comes before one that has them at the start of a word, or within.
  const order = (text, sought) => (` ${text}`.endsWith(` ${sought}`) ? 0 : ` ${text}`.includes(` ${sought}`) ? 1 : 2);
  const sorted = (found, key, sought) =>
    found.map((entry) => [order(entry[key], sought), entry]).sort((a, b) => a[0] - b[0]).map(([, entry]) => entry);

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
    const isFound = (entry) => entry.exact.includes(exact) || entry.code === exact;
    const found = exact ? names.filter(isFound) : [];
    const near = exact ? names.filter((entry) => entry.folded.includes(folded) && !isFound(entry)) : [];
    show(document.getElementById("results"), sorted(found, "exact", exact));
    show(document.getElementById("suggestions"), sorted(near, "folded", folded));
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
