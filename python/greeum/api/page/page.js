// What is stored is written by anybody: it goes into the page as text (textContent), never as HTML.
const WORDS = {
  en: {
    ask: "What do you want to know?", namespace: "Namespace", everywhere: "everywhere", near: "Near", nowhere: "–",
    remember: "Something to remember", who: "who said it", add: "Remember", copy: "Copy", key: "Key", use: "Use",
    key_note: "Kept by this tab until it is closed or loaded anew, and nowhere else.", curl: "The same with curl",
    near_this: "near this", newest: "The newest:", nothing: "There is nothing here yet: remember something.",
    none: "Nothing was found.", found: "{0} hits, {1} ms", added: "Remembered as block {0}.", block: "block {0}",
    stats: "{0} blocks", lost: "The server does not answer.", other: "한국어",
    words: "words", vector: "meaning", tokens: "meaning by word", conversation: "turns around it", prior: "who and when", graph: "links",
  },
  ko: {
    ask: "무엇이 궁금하세요?", namespace: "네임스페이스", everywhere: "전체", near: "가까이", nowhere: "–",
    remember: "기억해 둘 것", who: "말한 사람", add: "기억하기", copy: "복사", key: "키", use: "사용",
    key_note: "이 탭을 닫거나 새로 고칠 때까지만 기억하고, 다른 곳에는 저장하지 않습니다.", curl: "curl로 똑같이 하기",
    near_this: "이 근처에서", newest: "최근 기억:", nothing: "아직 아무것도 없습니다. 무엇이든 기억해 보세요.",
    none: "찾은 것이 없습니다.", found: "{0}개, {1}ms", added: "블록 {0}(으)로 기억했습니다.", block: "블록 {0}",
    stats: "블록 {0}개", lost: "서버가 응답하지 않습니다.", other: "English",
    words: "낱말", vector: "뜻", tokens: "낱말별 뜻", conversation: "앞뒤 대화", prior: "누가, 언제", graph: "링크",
  },
};
const PARTS = ["words", "vector", "tokens", "conversation", "prior", "graph"];
const WAIT_MS = 120;
/* Without a live connection: how long nobody types before what was typed is asked for. */

const at = (id) => document.getElementById(id);
const word = (name, ...values) => WORDS[language][name].replace(/\{(\d)\}/g, (_, place) => values[place]);
let language = navigator.language.startsWith("ko") ? "ko" : "en";
let key = "";
let socket;
let asked = 0;
let shown = 0;
let asked_at = 0;
let timer;

function element(name, text = "", kind = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function speak() {
  document.documentElement.lang = language;
  for (const named of document.querySelectorAll("[data-word]")) named.textContent = word(named.dataset.word);
  for (const named of document.querySelectorAll("[data-placeholder]")) {
    named.placeholder = word(named.dataset.placeholder);
    named.setAttribute("aria-label", named.placeholder);
  }
  at("language").textContent = word("other");
  at("language").lang = language === "ko" ? "en" : "ko";
  at("legend").replaceChildren(...PARTS.map((part) => element("span", word(part), part)));
}

function notice(text, wrong = false) {
  at("notice").textContent = text;
  at("notice").classList.toggle("wrong", wrong);
}

// Asking the server.

async function ask(method, path, body) {
  const headers = { accept: "application/json", ...(body && { "content-type": "application/json" }) };
  if (key) headers.authorization = `Bearer ${key}`;
  let response;
  try {
    response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  } catch (error) {
    throw new Error(word("lost"), { cause: error });
  }
  const answer = await response.json();
  if (response.status === 401) at("key-form").hidden = false;
  if (!response.ok) throw new Error(answer.detail ?? `HTTP ${response.status}`);
  return answer;
}

const doing = (work) => work.catch((error) => notice(error.message, true));

function show_curl(path, body) {
  const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
  const credential = key ? [`-H "authorization: Bearer $KEY"`] : [];
  const content = body ? ["-H 'content-type: application/json'", "-d", quoted(JSON.stringify(body))] : [];
  at("curl").textContent = ["curl -s", quoted(location.origin + path), ...credential, ...content].join(" ");
}

// Searching: over one WebSocket while somebody types, over plain requests where there is none.

function request() {
  const near = at("near").value;
  return {
    query: at("query").value.trim(),
    ...(at("namespace").value && { namespace: at("namespace").value }),
    ...(near && { near: JSON.parse(near) }),
  };
}

function search() {
  const wanted = request();
  const id = ++asked;
  clearTimeout(timer);
  if (!wanted.query) return void doing(show_newest(id, wanted.namespace));
  show_curl("/v1/search", wanted);
  asked_at = performance.now();
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ id, ...wanted }));
  else timer = setTimeout(() => doing(search_once(id, wanted)), WAIT_MS);
}

async function search_once(id, wanted) {
  show_hits(id, (await ask("POST", "/v1/search", wanted)).hits);
  if (socket.readyState === WebSocket.CLOSED) connect(); // The server is there: the next ones go faster.
}

function connect() {
  socket?.close();
  const protocols = key ? ["greeum", `greeum.key.${key}`] : ["greeum"];
  const opened = new WebSocket(`${location.origin.replace(/^http/, "ws")}/v1/search:live`, protocols);
  opened.addEventListener("message", ({ data }) => {
    const { id, hits, problem } = JSON.parse(data);
    if (hits) show_hits(id, hits);
    else if (id === asked) notice(problem.detail, true);
  });
  socket = opened;
}

async function show_newest(id, namespace = "") {
  const path = `/v1/blocks?newest_first=true&limit=10&namespace=${encodeURIComponent(namespace)}`;
  show_curl(path);
  const { blocks } = await ask("GET", path);
  if (id < asked) return;
  notice(word(blocks.length ? "newest" : "nothing"));
  show(blocks.map((block) => ({ block })));
}

function show_hits(id, hits) {
  if (id <= shown || !request().query) return; // An older answer, or nobody asks any more.
  shown = id;
  notice(hits.length ? word("found", hits.length, Math.round(performance.now() - asked_at)) : word("none"));
  show(hits);
}

function show(hits) {
  const best = Math.max(1e-9, ...hits.map((hit) => positive(hit.parts).reduce((sum, [, part]) => sum + part, 0)));
  at("hits").replaceChildren(...hits.map((hit) => item(hit, best)));
  at("legend").hidden = !hits.some((hit) => hit.parts);
}

const positive = (parts = {}) => Object.entries(parts).filter(([, part]) => part > 0);

function item({ block, parts, score }, best) {
  const made = element("li");
  const facts = element("div", "", "facts");
  const when = new Date(block.at).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
  const told = [when, block.source, block.namespace, block.kind, `#${block.id}`].filter(Boolean);
  const near = element("button", word("near_this"));
  near.type = "button";
  near.addEventListener("click", () => near_block(block.id));
  facts.append(...told.map((fact) => element("span", fact)), near);
  made.append(element("p", block.text), facts);
  if (parts) {
    facts.append(element("span", score.toFixed(2), "score"));
    made.append(bar(parts, best));
  }
  return made;
}

function bar(parts, best) {
  const made = element("div", "", "bar");
  made.title = PARTS.map((part) => `${word(part)} ${parts[part].toFixed(2)}`).join("\n");
  for (const [part, value] of positive(parts)) {
    const piece = element("i", "", part);
    piece.style.width = `${(100 * value) / best}%`;
    made.append(piece);
  }
  return made;
}

// Where to search from.

function choice(value, name, namespace = "") {
  const made = element("option", name);
  made.value = value;
  made.dataset.namespace = namespace;
  return made;
}

function near_block(id) {
  const near = at("near");
  if (![...near.options].some((option) => option.value === String(id))) near.append(choice(id, word("block", id)));
  near.value = String(id);
  search();
}

function near_chosen() {
  // An anchor is known at its namespace and below.
  const { namespace } = at("near").selectedOptions[0].dataset;
  if (!`${at("namespace").value}/`.startsWith(namespace && `${namespace}/`)) at("namespace").value = namespace;
  search();
}

async function look_around() {
  const [stats, { anchors }, { namespaces }] = await Promise.all([
    ask("GET", "/v1/stats"), ask("GET", "/v1/anchors"), ask("GET", "/v1/namespaces?limit=200"),
  ]);
  at("stats").textContent = word("stats", stats.blocks);
  const near = at("near");
  const chosen = near.value;
  const places = anchors.map(({ name, namespace }) => choice(JSON.stringify(name), namespace ? `${name} · ${namespace}` : name, namespace));
  if (Number(chosen)) places.push(choice(chosen, word("block", chosen)));
  near.replaceChildren(choice("", word("nowhere")), ...places);
  near.value = places.some((place) => place.value === chosen) ? chosen : "";
  at("namespaces").replaceChildren(...namespaces.map(({ namespace }) => choice(namespace, "")));
}

async function add() {
  at("added").textContent = "";
  const { query, ...place } = request();
  const body = { text: at("text").value, ...(at("source").value && { source: at("source").value }), ...place };
  const block = await ask("POST", "/v1/blocks", body);
  at("text").value = "";
  await look_around();
  search();
  show_curl("/v1/blocks", body);
  at("added").textContent = word("added", block.id);
}

at("query").addEventListener("input", search);
at("near").addEventListener("change", near_chosen);
at("namespace").addEventListener("change", search);
at("language").addEventListener("click", () => { language = language === "ko" ? "en" : "ko"; speak(); doing(look_around()); search(); });
at("copy").addEventListener("click", () => doing(navigator.clipboard.writeText(at("curl").textContent)));
at("search").addEventListener("submit", (event) => { event.preventDefault(); search(); });
at("add").addEventListener("submit", (event) => { event.preventDefault(); doing(add()); });
at("key-form").addEventListener("submit", (event) => { event.preventDefault(); key = at("key").value.replace(/\W/g, ""); start(); });

function start() {
  connect();
  search();
  doing(look_around());
}

speak();
start();
