"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const pictures = [...document.querySelectorAll(".picture")];
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const side = document.getElementById("side");
  const views = new Map();
  let language = pictures[0].dataset.language;
  let chosen = "";
  let matches = [];
  let at = -1;

  const svg = () => pictures.find((each) => each.dataset.language === language).firstElementChild;
  const words = () => data[language].words;
  const group = (name) => document.getElementById(data[language].boxes[name].anchor);

  for (const picture of pictures) {
    const box = picture.firstElementChild.viewBox.baseVal;
    views.set(picture.dataset.language, { x: 0, y: 0, width: box.width, height: box.height, whole: [box.width, box.height] });
  }

  // --- looking at a part of it

  function look() {
    const view = views.get(language);
    svg().setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
  }

  function zoom(factor, x, y) {
    const view = views.get(language);
    const width = Math.min(Math.max(view.width * factor, 300), view.whole[0] * 1.5);
    const scale = width / view.width;
    const [middleX, middleY] = [x ?? view.x + view.width / 2, y ?? view.y + view.height / 2];
    view.x = middleX - (middleX - view.x) * scale;
    view.y = middleY - (middleY - view.y) * scale;
    view.width = width;
    view.height *= scale;
    look();
  }

  function whole() {
    const view = views.get(language);
    [view.x, view.y] = [0, 0];
    [view.width, view.height] = view.whole;
    look();
  }

  function point(event) {
    const matrix = svg().getScreenCTM().inverse();
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
  }

  function place(element) {
    const one = element.getBoundingClientRect();
    const corner = point({ clientX: one.left, clientY: one.top });
    const other = point({ clientX: one.right, clientY: one.bottom });
    return { x: (corner.x + other.x) / 2, y: (corner.y + other.y) / 2 };
  }

  function show(element) {
    const view = views.get(language);
    const middle = place(element);
    if (view.width > 1500) {
      view.height *= 1500 / view.width;
      view.width = 1500;
    }
    view.x = middle.x - view.width / 2;
    view.y = middle.y - view.height / 2;
    look();
  }

  let drag = null;
  const stage = document.getElementById("stage");
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    const at = point(event);
    zoom(Math.exp(event.deltaY / 600), at.x, at.y);
  }, { passive: false });
  stage.addEventListener("pointerdown", (event) => {
    drag = { x: event.clientX, y: event.clientY, moved: false };
  });
  window.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moved && Math.hypot(x, y) < 5) return;
    const view = views.get(language);
    const scale = 1 / svg().getScreenCTM().a;
    view.x -= x * scale;
    view.y -= y * scale;
    drag = { x: event.clientX, y: event.clientY, moved: true };
    look();
  });
  window.addEventListener("pointerup", () => setTimeout(() => { drag = null; }));

  // --- all words of a box

  function add(parent, tag, text, className) {
    const element = document.createElement(tag);
    element.textContent = text;
    if (className) element.className = className;
    parent.append(element);
    return element;
  }

  function link(list, before, name, target, after) {
    const item = add(list, "li", before);
    if (target) add(item, "button", name).addEventListener("click", () => choose(target, true));
    else add(item, "span", name);
    if (after) add(item, "span", ` ${after}`, "soft");
  }

  function choose(name, move) {
    const box = data[language].boxes[name];
    if (!box) return;
    document.querySelectorAll(".chosen").forEach((each) => each.classList.remove("chosen"));
    chosen = name;
    const element = group(name);
    element.classList.add("chosen");
    side.replaceChildren();
    side.hidden = false;
    const shut = add(side, "button", "×", "shut");
    shut.setAttribute("aria-label", words().close);
    shut.addEventListener("click", close);
    add(side, "p", [box.file, box.needs && `needs ${box.needs}`, box.figures].filter(Boolean).join(" · "), "soft");
    for (const step of box.steps) {
      add(side, "h2", step.node);
      add(side, "p", [step.kind, step.about].filter(Boolean).join(" · "), "soft");
      for (const [what, wordings] of step.words) {
        add(side, "h3", what);
        for (const wording of wordings) add(side, "p", wording);
      }
    }
    if (box.ways.length) {
      add(side, "h3", words().leads_to);
      const list = add(side, "ul", "");
      for (const way of box.ways) link(list, way.label ? `${way.label} → ` : "→ ", way.goal, way.box, way.figures);
    }
    if (box.sources.length) {
      add(side, "h3", words().comes_from.replace("{names}", ""));
      const list = add(side, "ul", "");
      for (const source of box.sources) link(list, "", source, source);
    }
    if (move) {
      show(element);
      element.focus({ preventScroll: true });
    }
  }

  function close() {
    side.hidden = true;
    document.querySelectorAll(".chosen").forEach((each) => each.classList.remove("chosen"));
    if (chosen) group(chosen).focus({ preventScroll: true });
    chosen = "";
  }

  function anchored(anchor) {
    return Object.keys(data[language].boxes).find((name) => data[language].boxes[name].anchor === anchor);
  }

  stage.addEventListener("click", (event) => {
    const anchor = event.target.closest("a");
    if (anchor) event.preventDefault();
    if (drag && drag.moved) return;
    if (anchor) choose(anchored(anchor.getAttribute("href").slice(1)), true);
    else if (event.target.closest(".box")) choose(event.target.closest(".box").dataset.box, false);
  });
  stage.addEventListener("keydown", (event) => {
    const box = event.target.closest(".box");
    if (box && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      choose(box.dataset.box, false);
    }
  });
  stage.addEventListener("focusin", (event) => {
    const box = event.target.closest(".box");
    if (!box || drag) return;
    const view = views.get(language);
    const middle = place(box);
    const inside = middle.x > view.x && middle.x < view.x + view.width && middle.y > view.y && middle.y < view.y + view.height;
    if (!inside) show(box);
  });

  // --- search

  function text(box) {
    return [...box.steps.flatMap((step) => [step.node, step.about, ...step.words.flatMap(([, all]) => all)]),
      ...box.ways.map((way) => way.label)].join(" ").toLowerCase();
  }

  function look_for() {
    document.querySelectorAll(".found").forEach((each) => each.classList.remove("found"));
    const wanted = search.value.trim().toLowerCase();
    const boxes = data[language].boxes;
    matches = wanted ? Object.keys(boxes).filter((name) => text(boxes[name]).includes(wanted)) : [];
    matches.sort((one, other) => other.includes(wanted) - one.includes(wanted));
    matches.forEach((name) => group(name).classList.add("found"));
    at = -1;
    found.textContent = wanted ? String(matches.length) : "";
  }

  search.addEventListener("input", look_for);
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !matches.length) return;
    at = (at + (event.shiftKey ? matches.length - 1 : 1)) % matches.length;
    found.textContent = `${at + 1} / ${matches.length}`;
    choose(matches[at], true);
    search.focus();
  });

  // --- language

  function speak(wanted) {
    language = wanted;
    document.documentElement.lang = wanted;
    pictures.forEach((each) => { each.hidden = each.dataset.language !== wanted; });
    document.querySelectorAll("[data-word]").forEach((each) => { each.textContent = words()[each.dataset.word]; });
    document.querySelectorAll("[data-label]").forEach((each) => each.setAttribute("aria-label", words()[each.dataset.label]));
    search.placeholder = words().search;
    search.setAttribute("aria-label", words().search);
    document.querySelectorAll(".languages button").forEach((each) => {
      each.setAttribute("aria-pressed", String(each.dataset.language === wanted));
    });
    look_for();
    if (chosen) choose(chosen, true);
  }

  document.querySelectorAll(".languages button").forEach((each) => {
    each.addEventListener("click", () => speak(each.dataset.language));
  });
  document.getElementById("bigger").addEventListener("click", () => zoom(1 / 1.4));
  document.getElementById("smaller").addEventListener("click", () => zoom(1.4));
  document.getElementById("whole").addEventListener("click", whole);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !side.hidden) close();
    if (event.target === search || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = { "+": () => zoom(1 / 1.4), "=": () => zoom(1 / 1.4), "-": () => zoom(1.4), 0: whole, "/": () => search.focus() }[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
  window.addEventListener("beforeprint", whole);
  speak(language);
  const wanted = decodeURIComponent(location.hash.slice(1));
  const tongue = Object.keys(data).find((each) => wanted.startsWith(`${each}.`));
  if (tongue) {
    speak(tongue);
    if (anchored(wanted)) choose(anchored(wanted), true);
  }
})();
