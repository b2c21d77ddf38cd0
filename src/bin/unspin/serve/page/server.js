// What the page asks the server, with the token where it wants one.

const GIVEN = "#token=";
let token = sessionStorage.getItem("unspin.token") ?? "";
if (location.hash.startsWith(GIVEN)) {
  take(decoded(location.hash.slice(GIVEN.length)));
  history.replaceState(null, "", location.pathname);
}

// Sends JSON and gives the answer. `busy` is called where the server is, before the next try.
export async function ask(path, body, { signal, busy = () => {} } = {}) {
  for (;;) {
    const headers = { "content-type": "application/json" };
    if (token) headers.authorization = `Bearer ${token}`;
    const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal });
    if (response.status === 401) {
      take(await asked());
      continue;
    }
    if (response.status === 503 && response.headers.has("retry-after")) {
      const { error } = await response.json();
      if (error.code !== "busy") throw new Error(error.message);
      busy();
      await new Promise((done) => setTimeout(done, 1000 * Number(response.headers.get("retry-after"))));
      continue;
    }
    if (!response.ok) throw new Error((await response.json()).error.message);
    return response;
  }
}

function take(secret) {
  token = secret;
  try {
    sessionStorage.setItem("unspin.token", token);
  } catch {
    // There is no room; it is asked for once more after a reload.
  }
}

function decoded(secret) {
  try {
    return decodeURIComponent(secret);
  } catch {
    // A % of the token itself.
    return secret;
  }
}

function asked() {
  return new Promise((done) => {
    const dialog = document.getElementById("asks");
    dialog.onclose = () => done(document.getElementById("token").value);
    dialog.showModal();
  });
}

// The lines of an answer, each as soon as it is there, in batches as they come.
export async function* lines(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    yield parts.map((line) => JSON.parse(line));
  }
}
