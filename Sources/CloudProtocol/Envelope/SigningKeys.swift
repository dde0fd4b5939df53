import Crypto
public import DoorRules

/// The keys by which a controller believes its cloud, and what each may sign. One of them at least
/// has every right and no end, so that the others can always be replaced.
public struct SigningKeys: Sendable {
  /// Most keys that are trusted at once.
  public static let keysMax = 8

  /// One key.
  public struct Entry: Sendable {
    let key: Curve25519.Signing.PublicKey
    public let rights: KeyRights

    /// The 32 bytes of the public key.
    public var bytes: [UInt8] { Array(key.rawRepresentation) }
  }

  private var entries: [String: Entry] = [:]

  /// `publicKeys` are the 32 bytes of Ed25519 public keys by `kid`, each with every right.
  init(_ publicKeys: [String: [UInt8]]) throws(EnvelopeKeyFailure) {
    for (keyID, bytes) in publicKeys {
      entries[keyID] = Entry(key: try Self.key(bytes, keyID), rights: .every)
    }
  }

  public subscript(keyID: String) -> Entry? { entries[keyID] }
  /// In the order of their names.
  public var ids: [String] { entries.keys.sorted() }

  /// Trusts a key as far as `rights` say, or gives a trusted one other rights. `signer` is the key
  /// that says so; nil for what was said before.
  ///
  /// Throws for bytes that are no key, for one key too many, for another key under the id of a
  /// trusted one, which would replace it, for rights that the signer has not, and for the last key
  /// with every right that would lose one.
  public mutating func trust(
    keyID: String, bytes: [UInt8], rights: KeyRights = .every, by signer: String? = nil
  ) throws(EnvelopeKeyFailure) {
    let key = try Self.key(bytes, keyID)
    let present = entries[keyID]
    if let present, present.bytes != bytes {
      throw EnvelopeKeyFailure(keyID: keyID, detail: "another key has this name already")
    }
    guard present != nil || entries.count < Self.keysMax else {
      throw EnvelopeKeyFailure(keyID: keyID, detail: "at most \(Self.keysMax) keys are trusted")
    }
    try check(signer, covers: rights, of: keyID)
    if let present { try check(signer, covers: present.rights, of: keyID) }
    if !rights.isEvery { try checkAnotherHasEveryRight(beside: keyID, isChange: present != nil) }
    entries[keyID] = Entry(key: key, rights: rights)
  }

  /// Trusts a key no more. Throws for one that is not trusted, which may be misspelled, for one whose
  /// rights the signer has not, and for the last one with every right.
  public mutating func distrust(
    keyID: String, by signer: String? = nil
  ) throws(EnvelopeKeyFailure) {
    guard let present = entries[keyID] else {
      throw EnvelopeKeyFailure(
        keyID: keyID,
        detail: "no such key is trusted here; these are: \(ids.joined(separator: ", "))")
    }
    try check(signer, covers: present.rights, of: keyID)
    try checkAnotherHasEveryRight(beside: keyID, isChange: true)
    entries[keyID] = nil
  }

  private func check(
    _ signer: String?, covers rights: KeyRights, of keyID: String
  ) throws(EnvelopeKeyFailure) {
    guard let signer else { return }
    guard entries[signer]?.rights.covers(rights) == true else {
      throw EnvelopeKeyFailure(
        keyID: keyID, detail: "the key \(signer) cannot give or take rights that it has not")
    }
  }

  private func checkAnotherHasEveryRight(
    beside keyID: String, isChange: Bool
  ) throws(EnvelopeKeyFailure) {
    guard !entries.contains(where: { $0.key != keyID && $0.value.rights.isEvery }) else { return }
    throw EnvelopeKeyFailure(
      keyID: keyID,
      detail: isChange
        ? "it is the last one with every right; trust another first"
        : "no other key has every right; trust one first")
  }

  private static func key(
    _ bytes: [UInt8], _ keyID: String
  ) throws(EnvelopeKeyFailure) -> Curve25519.Signing.PublicKey {
    guard EnvelopeLimits.isID(keyID) else {
      throw EnvelopeKeyFailure(keyID: keyID, detail: "a key id is \(Identifier<Never>.grammar)")
    }
    do throws(SigningKey.Fault) { return try SigningKey(bytes).key } catch {
      throw EnvelopeKeyFailure(keyID: keyID, detail: "a public key \(error)")
    }
  }
}
