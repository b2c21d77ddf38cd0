// What the page asks the server, with the token where it wants one.

let token = new URLSearchParams(location.hash.slice(1)).get("token") ?? sessionStorage.getItem("unspin.token") ?? "";
if (location.hash.includes("token=")) history.replaceState(null, "", location.pathname);

// Sends JSON and gives the answer. `busy` is called where the server is, before the next try.
export async function ask(path, body, { signal, busy = () => {} } = {}) {
  for (;;) {
    const headers = { "content-type": "application/json" };
    if (token) headers.authorization = `Bearer ${token}`;
    const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal });
    if (response.status === 401) {
      token = await asked();
      sessionStorage.setItem("unspin.token", token);
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
