// Makes the calls that our adapters make with the providers' own libraries, and writes down what these send.
//
//   npm ci --ignore-scripts --prefix tests/libraries
//   npm run capture --prefix tests/libraries            # or: … -- stripe mollie
//
// Each file of `providers/` makes the calls of one provider. What was sent becomes
// `shared/core/requests/<provider>.json`, with what was answered; `shared/core/src/provider/libraries.rs` compares our
// requests with that, offline.
//
// Nothing leaves the machine. A server listens on 127.0.0.1, and all that would go out by `https` or `fetch` is led
// there instead, without TLS. So each library keeps the addresses that it is made with, fixed ones too, and they are
// written down with the rest. Each provider's calls are made twice: what is not the same both times (a key that the
// library draws) is written as `<any>`.
//
// A name that is misspelt both here and in our adapter is found by whoever knows the names: a library that writes its
// bodies of the fields that it has, or the types of one that passes on what it gets (`npm run capture` checks them
// first).
//
// | provider | who knows the names | not covered |
// | --- | --- | --- |
// | stripe | types | |
// | adyen | the library | |
// | paypal | the library | webhooks, so `endpoint` |
// | mollie | types | |
// | checkout_com | nobody here: it takes any object. Looked up in the classes of PyPI's checkout-sdk 4.8.1 | |
// | gocardless | types | |
// | razorpay | types | the idempotency key of refunds |
// | square | the library | |
// | paystack | the library, 1.0.1: 1.2.0 cannot be loaded, 1.2.1 has no code | refunds of one transaction |
// | xendit | the library, of before Payment Sessions | sessions and payments: all but refunds |
// | paddle | types | |
// | btcpay | types, but not of `metadata`; the community's library, there is no other | refunds of invoices, payouts |
// | nowpayments | the library | `partially_paid_url` |
// | mercado_pago | types | `x-render-in-process-refunds`, closing without items |
// | coinbase_business | | all: its libraries are of wallets and trading |
import http from "node:http";
import https from "node:https";
import { readFileSync, readdirSync, mkdirSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { urlToHttpOptions } from "node:url";

/** @typedef {{ method: string, url: string, query: object, headers: object, body: unknown }} Sent */
/** @typedef {{ answer: object, request?: Sent, without?: string }} Exchange */

const WANTED = "x-captured-origin";

/** Headers that say nothing of the call: of the connection, and who and where the library is. */
const SILENT = [
  /^(accept|accept-charset|accept-encoding|accept-language|cache-control|pragma|sec-fetch-mode|user-agent)$/,
  /^(connection|content-length|host|keep-alive|transfer-encoding|x-captured-origin)$/,
  /^x-stripe-client-/, /^adyen-library-/, /^gocardless-client-/, /^x-fern-/, /^xendit-lib/,
  // Of Mercado Pago's library: its own name and version, and Node's.
  /^x-product-id$/, /^x-tracking-id$/,
  // Paddle's library draws one for each request, to find it in logs.
  /^x-transaction-id$/,
];

/**
 * What the server does with requests now. Nobody but the call that is made now may send any.
 * @type {(sent: Sent) => object}
 */
let answerTo = (sent) => { throw new Error(`nobody asked for ${sent.method} ${sent.url}`); };

const server = http.createServer((request, response) => {
  /** @type {Buffer[]} */
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    let status = 200;
    let answer;
    try {
      answer = answerTo(meaning(request, Buffer.concat(chunks).toString("utf8")));
    } catch (error) {
      console.error(error);
      process.exitCode = 1;
      [status, answer] = [418, { error: String(error) }];
    }
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(answer));
  });
});

/** @param {Iterable<[string, string]>} pairs */
function onceEach(pairs) {
  /** @type {Record<string, string>} */
  const found = {};
  for (const [name, value] of pairs) {
    if (name in found) throw new Error(`${name} is there twice`);
    found[name] = value;
  }
  return found;
}

/** @param {http.IncomingMessage} request @param {string} text @returns {Sent} */
function meaning(request, text) {
  const url = new URL(request.url ?? "", String(request.headers[WANTED]));
  const said = Object.entries(request.headers).filter(([name]) => !SILENT.some((silent) => silent.test(name)));
  const type = request.headers["content-type"] ?? "";
  let body = null;
  // One library sends JSON and does not say so.
  if (text !== "") {
    if (type.includes("json") || type === "") body = JSON.parse(text);
    else if (type.includes("x-www-form-urlencoded")) body = onceEach(new URLSearchParams(text));
    else throw new Error(`a body of the type "${type}"`);
  }
  return {
    method: request.method ?? "",
    url: url.origin + url.pathname,
    query: onceEach(url.searchParams),
    headers: onceEach(said.map(([name, value]) => [name, String(value)])),
    body,
  };
}

/** Leads `https` and `fetch` to the server, before any library is loaded. @param {number} port */
function lead(port) {
  https.request = /** @type {any} */ ((/** @type {any[]} */ ...args) => {
    const callback = typeof args.at(-1) === "function" ? args.pop() : undefined;
    const isUrl = typeof args[0] === "string" || args[0] instanceof URL;
    const options = isUrl ? { ...urlToHttpOptions(new URL(args[0])), ...args[1] } : args[0];
    const host = options.hostname ?? options.host;
    const at = options.port && Number(options.port) !== 443 ? `:${options.port}` : "";
    const request = http.request(
      {
        method: options.method, path: options.path, auth: options.auth, timeout: options.timeout,
        headers: { ...options.headers, [WANTED]: `https://${host}${at}` }, host: "127.0.0.1", port, agent: false,
      },
      callback,
    );
    // Some libraries write only once the TLS that they believe in is there.
    request.once("socket", (socket) => socket.once("connect", () => socket.emit("secureConnect")));
    return request;
  });
  syncBuiltinESMExports();
  const plain = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const headers = new Headers(request.headers);
    headers.set(WANTED, url.origin);
    const body = request.body === null ? undefined : await request.text();
    return plain(`http://127.0.0.1:${port}${url.pathname}${url.search}`, { method: request.method, headers, body });
  };
}

/** All calls of a provider, made once. @param {(calls: Calls) => Promise<void>} make */
async function made(make) {
  /** @type {Record<string, Exchange[]>} */
  const calls = {};
  /** @type {Calls} */
  const maker = {
    async call(name, answers, send) {
      const left = [...answers];
      const exchanges = (calls[name] ??= []);
      answerTo = (request) => {
        const answer = left.shift();
        if (answer === undefined) throw new Error(`${name}: no answer to ${request.method} ${request.url}`);
        exchanges.push({ request, answer });
        return answer;
      };
      await send();
      if (left.length > 0) throw new Error(`${name}: ${left.length} answers were not asked for`);
    },
    without(name, reason, answer) {
      (calls[name] ??= []).push({ without: reason, answer });
    },
  };
  await make(maker);
  return calls;
}

/** @typedef {{
 *   call: (name: string, answers: object[], send: () => PromiseLike<unknown>) => Promise<void>,
 *   without: (name: string, reason: string, answer: object) => void,
 * }} Calls */

/**
 * What both hold, with sorted keys, and `<any>` where they differ.
 * @param {any} one @param {any} other @returns {any}
 */
function agreed(one, other) {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
    return one === other ? one : "<any>";
  }
  if (Array.isArray(one)) return one.map((item, index) => agreed(item, other[index]));
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
  return Object.fromEntries(names.map((name) => [name, agreed(one[name], other[name])]));
}

/** @param {string} library */
function version(library) {
  const file = new URL(`node_modules/${library}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")).version;
}

await new Promise((listening) => server.listen(0, "127.0.0.1", () => listening(undefined)));
const address = server.address();
if (address === null || typeof address === "string") throw new Error("no port");
lead(address.port);
const folder = new URL("../../shared/core/requests/", import.meta.url);
mkdirSync(folder, { recursive: true });
const known = readdirSync(new URL("providers/", import.meta.url)).map((file) => file.replace(/\.mjs$/, ""));
const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : known) {
  const { library, calls } = await import(`./providers/${name}.mjs`);
  const both = agreed(await made(calls), await made(calls));
  const text = JSON.stringify({ library: `${library} ${version(library)}`, calls: both }, null, 2);
  writeFileSync(new URL(`${name}.json`, folder), `${text}\n`);
  console.log(`${name}: ${library} ${version(library)}`);
}
server.close();
server.closeAllConnections();
