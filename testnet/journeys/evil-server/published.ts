/**
 * The attacks that are tried here and were published elsewhere, each by its paper or id: the name of the test that tries
 * it. Where an attack was one of several in a paper, it has the paper's own word for it.
 */
export const published = {
  // Keys of others.
  tresoritKeys:
    "Hofmann and Truong, “End-to-End Encrypted Cloud Storage in the Wild” (CCS 2024), Tresorit: the keys of a stranger as somebody's",
  syncKeys:
    "Hofmann and Truong (CCS 2024), Sync: an account's keys replaced by the server's own, all of them",
  pcloudKeys:
    "Hofmann and Truong (CCS 2024), pCloud, unauthenticated key material: one public key exchanged under its name",
  nextcloudKeys:
    "Albrecht et al., “Share with Care” (EuroS&P 2024), Nextcloud: the public key of whom something is shared with is the server's",
  nextcloudFirstSight:
    "Albrecht et al., “Share with Care” (EuroS&P 2024), Nextcloud: the server's key at the first sight is found out by the safety number",
  matrixDevice:
    "Albrecht et al., “Practically-exploitable Cryptographic Vulnerabilities in Matrix” (S&P 2023): the server adds a key that messages are encrypted to",
  matrixIdentifiers: "CVE-2022-39250 (Matrix): the id of one sort of key in the place of another's",
  smallOrder:
    "Chalkias et al., “Taming the Many EdDSAs” (SSR 2020): an identity key of small order, whose signature fits every message",
  tufRollback: "Samuel et al., “Survivable Key Compromise” (CCS 2010): a rollback, the newest keys withheld",
  coniksEquivocation:
    "Melara et al., “CONIKS” (USENIX Security 2015), equivocation: another history of the same keys",
  sundrFork: "Li et al., “SUNDR” (OSDI 2004), a fork: two people are shown two histories",
  starttlsStripping:
    "Poddebniak et al., “Why TLS Is Better Without STARTTLS” (USENIX Security 2021), stripping: no keys, where there were some",
  mitmDowngrade:
    "Durumeric et al., “Neither Snow Nor Rain Nor MITM” (IMC 2015), downgrade: “takes open mail too”, said by the server",
  whatsappKeyChange:
    "Boelter, “WhatsApp Retransmission Vulnerability” (2016): a new identity for which nobody vouches",
  tufFreeze:
    "Samuel et al., “Survivable Key Compromise” (CCS 2010): a freeze, keys that have run out shown as the newest",
  threemaKompromat:
    "Paterson et al., Threema (USENIX Security 2023), Kompromat: a signature given for one purpose, used for another",

  // Own secrets.
  megaRsa:
    "Backendal et al., “MEGA: Malleable Encryption Goes Awry” (S&P 2023), key recovery: a wrapped secret with one bit changed, again and again",
  megaKeySwap:
    "Backendal et al., MEGA (S&P 2023), plaintext recovery: a wrapped key of another sort in the place of the root secret",
  hiddenNumber:
    "Ryan and Heninger, “Cryptanalyzing MEGA in Six Queries” (PKC 2023): a wrapped secret bent where it tells most",
  caveatImplementor:
    "Albrecht et al., “Caveat Implementor! Key Recovery Attacks on MEGA” (EUROCRYPT 2023): one ciphertext of a secret in the place of another of the same",
  megaCutAndPaste: "Backendal et al., MEGA (S&P 2023), cut and paste: the wrapped keys of epochs exchanged",
  threemaCloning:
    "Paterson et al., Threema (USENIX Security 2023), cloning: the exported identity of another account",
  matrixBackup:
    "Albrecht et al., Matrix (S&P 2023), key backup: a secret that the server has made and wrapped itself",
  passwordsSwap:
    "Scarlata et al., “Zero Knowledge (About) Encryption” (2026), password managers, item-level encryption: one wrap in the place of the other",
  koPublicKeys:
    "Bruseghini et al., “Victory by KO” (CCS 2022): a public key overwritten beside its wrapped secret",
  nextcloudInsertion:
    "Albrecht et al., “Share with Care” (EuroS&P 2024), Nextcloud, key insertion: a key that the server has made",
  nhekoPoisoning: "CVE-2022-39264 (nheko), secret poisoning: secrets that nobody has asked for",
  seafileDowngrade:
    "Hofmann and Truong (CCS 2024), Seafile, protocol downgrade: the server says that the account has no keys at all",

  // Senders.
  chainInBetween:
    "Mazières and Shasha, fork consistency (PODC 2002): one answer is checked and another, a moment later, believed",
  matrixImpersonation:
    "Albrecht et al., Matrix (S&P 2023), impersonation: a letter in somebody's name under a key of the server",
  matrixSemiTrusted:
    "CVE-2022-39249 (Matrix), semi-trusted impersonation: a letter in one contact's name under the key of another",
  matrixProtocols:
    "CVE-2022-39251 (Matrix), protocol confusion: what one protocol has sealed, given to another",
  deltaVerified:
    "Song et al., “Cryptographic Analysis of Delta Chat” (USENIX Security 2024), SecureJoin and Autocrypt: a verified contact's key replaced",
  deltaGossip:
    "Song et al., Delta Chat (USENIX Security 2024), gossip: keys of a third person in a letter from a contact",
  autocrypt:
    "Song et al., Delta Chat (USENIX Security 2024), Autocrypt header: keys beside a letter in the open",
  silentRekey:
    "Marlinspike, “There Is No WhatsApp ‘Backdoor’” (2017), silent re-keying: the change of an identity that nobody gets to see",
  sigSpoof: "CVE-2018-12020 (SigSpoof): a letter that says of itself that its signature is good",
  strippedEncryption:
    "Müller et al., “Johnny, You Are Fired!” (USENIX Security 2019): a letter without a signature, in the name of who always signs",

  // Records.
  passwordsItems:
    "Scarlata et al., “Zero Knowledge (About) Encryption” (2026), password managers, item-level encryption: every item in the place of every other",
  passwordsBits:
    "Scarlata et al., “Zero Knowledge (About) Encryption” (2026), password managers, item-level encryption: an item with a bit changed",
  passwordsReplay:
    "Scarlata et al., “Zero Knowledge (About) Encryption” (2026), password managers, item-level encryption: an item as it was before",
  passwordsRotation:
    "Scarlata et al., “Zero Knowledge (About) Encryption” (2026), password managers, key rotation: what the server gives while keys are replaced",
  keytransStateLoss:
    "McMillion, key transparency (draft-ietf-keytrans-architecture), loss of state: a device that has forgotten is shown the past",
  ackedAndLost:
    "Mahajan et al., “Depot” (OSDI 2010), lost writes: what was written is acknowledged, and not there",

  // Sealed letters.
  deltaHeaders:
    "Song et al., Delta Chat (USENIX Security 2024), unprotected headers: another field in the open",
  rosslerAddMember:
    "Rösler et al., “More is Less” (EuroS&P 2018), burgling into a group: the server adds whom a letter goes to",
  efailCfb: "CVE-2017-17688 (EFAIL, CFB gadgets): bits of the ciphertext changed at its beginning",
  efailCbc: "CVE-2017-17689 (EFAIL, CBC gadgets): bits of the ciphertext changed at its end",
  efailSandwich:
    "Poddebniak et al., “Efail” (USENIX Security 2018), direct exfiltration: a ciphertext between parts in the open",
  imessageMauling: "CVE-2016-1788 (iMessage): a ciphertext mauled under the same signature",
  passwordsLegacy:
    "Scarlata et al., “Zero Knowledge (About) Encryption” (2026), password managers, backwards compatibility: the server names an older suite",
  covertContent:
    "Müller et al., “Re: What's Up Johnny?” (ACNS 2019), covert content: words of the server's beside those that were signed",
  openpgpjs: "CVE-2025-47934 (OpenPGP.js): a good signature, and other data than it covers",

  // Those who take part.
  salamanders:
    "Dodis et al., “Fast Message Franking: From Invisible Salamanders to Encryptment” (CRYPTO 2018): one ciphertext, two keys",
  lineInsider:
    "Isobe and Minematsu, LINE (ESORICS 2018), malicious insider: a recipient writes anew under the key of the letter",
  davisForwarding:
    "Davis, “Defective Sign & Encrypt” (USENIX 2001), surreptitious forwarding: what was signed for one is sealed for another",
  encryptThenSign: "Davis (USENIX 2001), stripping: another's signature in the place of the sender's",
  johnnyFrom:
    "Müller et al., “Johnny, You Are Fired!” (USENIX Security 2019), unbound header: another thing is signed than stands outside",

  // Files.
  seafileReorder: "Hofmann and Truong (CCS 2024), Seafile, unauthenticated chunking: chunks in another order",
  seafileRepeat:
    "Hofmann and Truong (CCS 2024), Seafile, unauthenticated chunking: a chunk twice, another not at all",
  icedriveBits:
    "Hofmann and Truong (CCS 2024), Icedrive, unauthenticated encryption: a bit of a file changed",
  icedriveTruncation:
    "Hofmann and Truong (CCS 2024), Icedrive, unauthenticated chunking: the last chunks cut off",
  syncFileSwap:
    "Hofmann and Truong (CCS 2024), Sync, tampering with locations: one file in the place of another",
  pcloudNames: "Hofmann and Truong (CCS 2024), pCloud, tampering with metadata: a file is given another name",
  pcloudInjection: "Hofmann and Truong (CCS 2024), pCloud, injection of files: a file that nobody has sealed",
  megaIntegrity:
    "Backendal et al., MEGA (S&P 2023), integrity: a file of the server's own under a key that it may know",
  megaFraming:
    "Backendal et al., MEGA (S&P 2023), framing: a file of the server's own beside those of its owner",

  // Conversations.
  threemaDeletion:
    "Paterson et al., Threema (USENIX Security 2023), message deletion: a letter left out of a conversation",
  threemaReordering:
    "Paterson et al., Threema (USENIX Security 2023), message reordering: letters given in another order",
  threemaReplay:
    "Paterson et al., Threema (USENIX Security 2023), replay: an old letter given again as a new one",
  threemaReflection:
    "Paterson et al., Threema (USENIX Security 2023), reflection: a letter given back to who wrote it as another's",
  rosslerDrop:
    "Rösler et al., “More is Less” (EuroS&P 2018), undetected drop: a letter acknowledged and withheld",
  telegramSwap:
    "Albrecht et al., “Four Attacks and a Proof for Telegram” (S&P 2022), reordering: two letters in each other's place",

  // Sending.
  redirected:
    "Rösler et al., “More is Less” (EuroS&P 2018), closeness: the server sends a letter to somebody more",
  resentInTheOpen:
    "Poddebniak et al., STARTTLS (USENIX Security 2021), command injection: the server writes in the sender's place, in the open",
  partlyOpen:
    "CVE-2020-12398 (Thunderbird): one part of what is sent goes in the open, because a server has said so",
  boelterResend:
    "Boelter, WhatsApp (2016), retransmission: a letter that waits is encrypted anew to another key",

  // Accounts.
  opaqueServer:
    "RFC 9807 §10 (OPAQUE), another server or account: the answer of one that has not registered the password",
  opaqueKsf: "RFC 9807 §10 (OPAQUE), key stretching: the server proposes a cheaper one",
  passwordsEscrow:
    "Scarlata et al., “Zero Knowledge (About) Encryption” (2026), password managers, key escrow: the server enrols a way of recovery of its own",
  doormats: "Abelson et al., “Keys Under Doormats” (2015), key escrow: a password that the server has set",
  ocspWithheld:
    "Marlinspike, “Defeating OCSP” (2009), revocation withheld: a stolen identity is replaced and the server tells nobody",
} as const;
