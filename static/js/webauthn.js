/* Passkeys: asks the browser for a credential, and sends it with the form that wants one.

   `<form data-webauthn="create|get|sign-in" hidden>` has an input `credential` and a paragraph with
   the words for what can go wrong; what `.without-script` says is for pages without this one. The options of create and get are in `#webauthn-options`; those
   of a sign-in come from the form's own address when it is used. */

const SOON = { AbortError: "unwilling", NotAllowedError: "unwilling", InvalidStateError: "known",
  SecurityError: "elsewhere" };

/** Return the bytes of a base64url text. */
function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

/** Return bytes as a base64url text; nothing stays nothing. */
function text(buffer) {
  if (!buffer) return undefined;
  const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Return what the browser takes for the options that the server wrote as JSON. */
function prepared({ publicKey }) {
  const listed = (name) => publicKey[name]?.map((one) => ({ ...one, id: bytes(one.id) }));
  return {
    ...publicKey,
    challenge: bytes(publicKey.challenge),
    ...(publicKey.user && { user: { ...publicKey.user, id: bytes(publicKey.user.id) } }),
    ...(publicKey.excludeCredentials && { excludeCredentials: listed("excludeCredentials") }),
    ...(publicKey.allowCredentials && { allowCredentials: listed("allowCredentials") }),
  };
}

/** Return a credential as the server reads it (WebAuthn Level 3, RegistrationResponseJSON). */
function written(credential) {
  const { response } = credential;
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      transports: response.getTransports?.(),
      authenticatorData: text(response.authenticatorData && !response.attestationObject
        ? response.authenticatorData : null),
      signature: text(response.signature),
      userHandle: text(response.userHandle),
    },
  });
}

/** Return the options that are in the page, or asks the address of the form for them. */
async function options(form) {
  const inPage = document.getElementById("webauthn-options");
  if (inPage) return JSON.parse(inPage.textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  return answer.json();
}

async function ask(form) {
  const { creation_options: creation, request_options: request } = await options(form);
  if (form.dataset.webauthn !== "create") {
    return navigator.credentials.get({ publicKey: prepared(request) });
  }
  const publicKey = prepared(creation);
  const alone = new FormData(form).get("passwordless") === "on";
  // A key that replaces the password must know whose it is, and be sure who uses it.
  Object.assign(publicKey.authenticatorSelection, {
    residentKey: alone ? "required" : "discouraged",
    requireResidentKey: alone,
    userVerification: alone ? "required" : "preferred",
  });
  return navigator.credentials.create({ publicKey });
}

async function use(event) {
  event.preventDefault();
  const form = event.target;
  const trouble = form.querySelector("[role=alert]");
  trouble.hidden = true;
  try {
    form.elements.credential.value = written(await ask(form));
    form.submit();
  } catch (error) {
    trouble.textContent = trouble.dataset[SOON[error.name] ?? "unreachable"];
    trouble.hidden = false;
  }
}

for (const words of document.querySelectorAll(".without-script")) words.hidden = true;
for (const form of document.querySelectorAll("form[data-webauthn]")) {
  form.hidden = false;
  form.addEventListener("submit", use);
}
