import Crypto
public import DoorRules

/// The keys by which a controller believes its cloud, and what each may sign. One of them at least
/// has every right and no end, so that the others can always be replaced.
public struct SigningKeys: Sendable {
  /// Most keys that are trusted at once.
  public static let keysMax = 8
  /// Of these, places that only a key with every right fills, so that the keys can always be replaced.
  public static let reservedPlaces = 2

  /// One key.
  public struct Entry: Sendable {
    let key: Curve25519.Signing.PublicKey
    public let rights: KeyRights
    /// The key that gave this one, if that key has not every right: this one ends with it.
    public let giver: String?

    /// The 32 bytes of the public key.
    public var bytes: [UInt8] { Array(key.rawRepresentation) }
  }

  private var entries: [String: Entry] = [:]

  /// `publicKeys` are the 32 bytes of Ed25519 public keys by `kid`, each with every right.
  init(_ publicKeys: [String: [UInt8]]) throws(EnvelopeKeyFailure) {
    for (keyID, bytes) in publicKeys {
      entries[keyID] = Entry(key: try Self.key(bytes, keyID), rights: .every, giver: nil)
    }
  }

  public subscript(keyID: String) -> Entry? { entries[keyID] }
  /// In the order of their names.
  public var ids: [String] { entries.keys.sorted() }

  /// Trusts a key as far as `rights` say, or gives a trusted one other rights. `signer` is the key
  /// that says so; nil for what was said before, by `giver`. Returns the keys that end with it.
  ///
  /// Throws for bytes that are no key, for one key too many, for another key under the id of a
  /// trusted one, which would replace it, for a trusted key under another id, which would outlast its
  /// first, for rights that the signer has not, and for the last key with every right that would
  /// lose one.
  @discardableResult
  public mutating func trust(
    keyID: String, bytes: [UInt8], rights: KeyRights = .every, by signer: String? = nil,
    giver: String? = nil
  ) throws(EnvelopeKeyFailure) -> [String] {
    let key = try Self.key(bytes, keyID)
    let present = entries[keyID]
    if let present, present.bytes != bytes {
      throw EnvelopeKeyFailure(keyID: keyID, detail: "another key has this name already")
    }
    if signer != nil, let other = ids.first(where: { $0 != keyID && entries[$0]?.bytes == bytes }) {
      throw EnvelopeKeyFailure(keyID: keyID, detail: "it is trusted as \(other), and has one name")
    }
    let isOwner = signer.map { entries[$0]?.rights.isEvery == true } ?? (giver == nil)
    let places = Self.keysMax - (signer == nil || isOwner ? 0 : Self.reservedPlaces)
    guard present != nil || entries.count < places else {
      throw EnvelopeKeyFailure(
        keyID: keyID,
        detail: "at most \(Self.keysMax) keys are trusted, and a key without every right fills"
          + " \(Self.keysMax - Self.reservedPlaces) places")
    }
    try check(signer, covers: rights, of: keyID)
    if let present { try check(signer, covers: present.rights, of: keyID) }
    if !rights.isEvery { try checkAnotherHasEveryRight(beside: keyID, isChange: present != nil) }
    // Whoever has not every right makes nobody's key his own, or itself nobody's.
    let of = isOwner ? nil : present.map(\.giver) ?? signer ?? giver
    entries[keyID] = Entry(key: key, rights: rights, giver: of)
    return signer == nil ? [] : endOrphans()
  }

  /// Trusts a key no more. Returns the keys that end with it. Throws for one that is not trusted, which
  /// may be misspelled, for one whose rights the signer has not, and for the last one with every right.
  @discardableResult
  public mutating func distrust(
    keyID: String, by signer: String? = nil
  ) throws(EnvelopeKeyFailure) -> [String] {
    guard let present = entries[keyID] else {
      throw EnvelopeKeyFailure(
        keyID: keyID,
        detail: "no such key is trusted here; these are: \(ids.joined(separator: ", "))")
    }
    try check(signer, covers: present.rights, of: keyID)
    try checkAnotherHasEveryRight(beside: keyID, isChange: true)
    entries[keyID] = nil
    return endOrphans()
  }

  /// Ends the keys whose giver is gone, or has no longer what it gave. Returns their names.
  @discardableResult
  public mutating func endOrphans() -> [String] {
    var ended: [String] = []
    while let orphan = ids.first(where: isOrphan) {
      entries[orphan] = nil
      ended.append(orphan)
    }
    return ended.sorted()
  }

  private func isOrphan(_ keyID: String) -> Bool {
    guard let entry = entries[keyID], let giver = entry.giver else { return false }
    return entries[giver]?.rights.covers(entry.rights) != true
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
