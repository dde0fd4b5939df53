import CloudProtocol

/// What one line of an import says.
struct ImportEntry: Decodable {
  /// What a line may have; everything else is refused.
  static let shape = MemberShape.holding(
    "person", "enabled", "revoke", "card", "pin", "id", "doors", "scopes", "validFrom",
    "validUntil", "usesMax", "className", "reservationID", "tenantID", "duress")

  var person: String?
  var enabled: Bool?
  var revoke: String?
  var key: ImportedKey

  private enum CodingKeys: CodingKey { case person, enabled, revoke }

  init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    person = try members.decodeIfPresent(String.self, forKey: .person)
    enabled = try members.decodeIfPresent(Bool.self, forKey: .enabled)
    revoke = try members.decodeIfPresent(String.self, forKey: .revoke)
    key = try ImportedKey(from: decoder)
  }

  /// Reads a line. Throws for what is no JSON, and for what nobody would read: a misspelled limit
  /// would leave a key without one.
  init(_ line: Substring) throws {
    if let damage = ImportLine.damage(in: line) { throw damage }
    let json = Array(line.utf8)
    let faults = MemberScan.faults(in: json, shape: Self.shape)
    // What cannot be read at all is told in the words of its decoder.
    guard faults.isEmpty || JSONFaults(in: json).unfit != nil else {
      throw ValidationFailure(problems: faults)
    }
    self = try JSONCoding.decode(ImportEntry.self, from: json)
  }

  /// Throws for members that cannot stand together.
  func check() throws {
    func refuse(_ path: String, _ message: String) -> ValidationFailure {
      ValidationFailure(path: path, message: message)
    }
    if revoke != nil {
      guard person == nil, enabled == nil, key == ImportedKey() else {
        throw refuse("revoke", "stands alone in its line")
      }
      return
    }
    guard person != nil else { throw CloudProblem("has no person") }
    if key.card != nil, key.pin != nil {
      throw refuse("pin", "stands beside a card; give each a line and an id of its own")
    }
    if key.card == nil, key.pin == nil, key != ImportedKey() {
      throw refuse("person", "has neither card nor pin, but what belongs to one")
    }
    if key.doors ?? key.scopes != nil, key.doors ?? [] == [], key.scopes ?? [] == [] {
      throw refuse(
        key.doors == nil ? "scopes" : "doors", "is empty; without it the key is for every door")
    }
  }
}

/// The card or PIN of a line, with its limits. Times are seconds since 1970.
struct ImportedKey: Decodable, Equatable {
  var card: String?
  var pin: String?
  var id: String?
  var doors: [String]?
  var scopes: [String]?
  var validFrom: Int64?
  var validUntil: Int64?
  var usesMax: Int?
  var className: String?
  var reservationID: String?
  var tenantID: String?
  var duress: Bool?

  /// The active credential of a person. `id` is that of the line, or a new one.
  func record(id: String, person: String, digest: CredentialDigest) -> CredentialRecord {
    CredentialRecord(
      id: id, kind: card == nil ? "pin" : "card", person: person, status: "active", digest: digest,
      validFrom: validFrom, validUntil: validUntil, doors: doors ?? [], scopes: scopes ?? [],
      className: className, usesMax: usesMax, reservationID: reservationID, tenantID: tenantID,
      duress: duress
    ).sayingItsPlace
  }
}
