/* Policies: which logs are believed, and whose cosignatures it takes (C2SP tlog-policy).

   As `evidence/ledger/policy.py`, with its sentences. */
"use strict";
(function (tk) {
  const LIMIT = 1 << 20; // bytes
  const NONE = "none";
  const LINE = /^[\t\x20-\x7e\x80-\u{10ffff}]*$/u;

  /** Return the policy of its file, `{logs, witnesses, groups, quorum}`, else Bad with the line. */
  function parsePolicy(bytes) {
    if (bytes.length > LIMIT) throw new tk.Bad(`A policy has at most ${LIMIT} bytes.`);
    // What is not UTF-8 is read byte for byte, so that names stay what they were.
    const text = tk.text(bytes) ?? Array.from(bytes, (b) => String.fromCharCode(b)).join("");
    if (text && !text.endsWith("\n")) {
      throw new tk.Bad("The last line of the policy has no end: it may have been cut off.");
    }
    const policy = { logs: [], witnesses: new Map(), groups: new Map(), quorum: null };
    const listed = new Set();
    text.split("\n").forEach((line, at) => {
      try {
        readLine(policy, line, listed);
      } catch (error) {
        if (!(error instanceof tk.Bad)) throw error;
        throw new tk.Bad(`Line ${at + 1} of the policy: ${error.message}`);
      }
    });
    if (policy.quorum === null) {
      throw new tk.Bad(
        "The policy has no quorum. Write 'quorum none' if it takes no witness.",
      );
    }
    return policy;
  }

  function readLine(policy, line, listed) {
    if (!LINE.test(line)) throw new tk.Bad("a control character");
    const words = line.replace(/^[ \t]+|[ \t]+$/g, "").split(/[ \t]+/);
    const [kind, ...rest] = words;
    if (!line.trim() || kind.startsWith("#")) return;
    if (kind === "log" && [1, 2].includes(rest.length)) addLog(policy, rest[0]);
    else if (kind === "witness" && [2, 3].includes(rest.length)) addWitness(policy, ...rest);
    else if (kind === "group" && rest.length >= 3) addGroup(policy, rest, listed);
    else if (kind === "quorum" && rest.length === 1) {
      if (policy.quorum !== null) throw new tk.Bad("a second quorum");
      if (rest[0] !== NONE) refuseUnknown(policy, rest[0]);
      policy.quorum = rest[0];
    } else {
      throw new tk.Bad("not a log, witness, group or quorum with what belongs to it");
    }
  }

  function addLog(policy, vkey) {
    const key = tk.parseKey(vkey);
    if (key.algorithm !== tk.ED25519) {
      throw new tk.Bad("a log signs with a plain Ed25519 key (type 1)");
    }
    if (policy.logs.some((other) => tk.equal(other.public, key.public))) {
      throw new tk.Bad("this log's key is there already");
    }
    policy.logs.push(key);
  }

  function addWitness(policy, name, vkey) {
    const key = tk.parseKey(vkey);
    if (key.algorithm !== tk.COSIGNATURE) {
      throw new tk.Bad("a witness signs with a cosignature key (type 4)");
    }
    if ([...policy.witnesses.values()].some((other) => tk.equal(other.public, key.public))) {
      throw new tk.Bad("this witness's key is there already");
    }
    refuseTaken(policy, name);
    policy.witnesses.set(name, key);
  }

  function addGroup(policy, [name, threshold, ...members], listed) {
    refuseTaken(policy, name);
    for (const member of members) {
      refuseUnknown(policy, member);
      if (listed.has(member)) throw new tk.Bad(`${member} is a member of a group already`);
      listed.add(member);
    }
    let count = 0;
    if (threshold === "any") count = 1;
    else if (threshold === "all") count = members.length;
    else if (/^[1-9][0-9]{0,8}$/.test(threshold)) count = Number(threshold);
    if (count < 1 || count > members.length) {
      throw new tk.Bad(
        `write any, all or a number from 1 to ${members.length}, not ${threshold}`,
      );
    }
    policy.groups.set(name, { threshold: count, members });
  }

  const isTaken = (policy, name) => policy.witnesses.has(name) || policy.groups.has(name);

  function refuseTaken(policy, name) {
    if (name === NONE || isTaken(policy, name)) throw new tk.Bad(`the name ${name} is taken`);
  }

  function refuseUnknown(policy, name) {
    if (!isTaken(policy, name)) {
      throw new tk.Bad(`no witness or group above is called ${name}`);
    }
  }

  /** Return what keeps these cosigners, a set of names, from being the quorum: a sentence, or null. */
  function missing(policy, cosigners) {
    const { quorum } = policy;
    const witnessed = (name) => {
      const group = policy.groups.get(name);
      if (!group) return cosigners.has(name);
      return group.members.filter(witnessed).length >= group.threshold;
    };
    if (quorum === NONE || witnessed(quorum)) return null;
    if (policy.witnesses.has(quorum)) return `Witness ${quorum} has not cosigned the checkpoint.`;
    const { threshold, members } = policy.groups.get(quorum);
    const have = members.filter(witnessed).join(", ") || "none";
    return `Group ${quorum} takes ${threshold} of ${members.join(", ")}; ${have} cosigned.`;
  }

  Object.assign(tk, { parsePolicy, missing });
})((globalThis.trailkeeper ??= {}));
