import CloudProtocol
import DoorPorts
import Foundation
import GRDB

/// Lists and grants as JSON text in one column. Most are empty, and need no parser.
private enum JSONColumn {
  static func text(_ list: [some Encodable]) throws -> String {
    list.isEmpty ? "[]" : String(decoding: try JSONCoding.encode(list), as: UTF8.self)
  }

  /// A list that may be absent. The digest of a record that has it empty is another one, so that is
  /// told apart: an empty list has a blank.
  static func text(optional list: [some Encodable]?) throws -> String {
    guard let list else { return "[]" }
    return list.isEmpty ? "[ ]" : try text(list)
  }

  static func optionalList<Element: Decodable>(_ text: String) throws -> [Element]? {
    text == "[]" ? nil : try list(text)
  }

  static func list<Element: Decodable>(_ text: String) throws -> [Element] {
    text == "[]" ? [] : try JSONCoding.decoder().decode([Element].self, from: Data(text.utf8))
  }
}

extension Row {
  /// A column that most rows leave empty: to see that costs less than to decode it.
  fileprivate func rare<Value: DatabaseValueConvertible & StatementColumnConvertible>(
    atIndex index: Int
  ) throws -> Value? {
    hasNull(atIndex: index) ? nil : try decode(Value.self, atIndex: index)
  }
}

extension PersonRecord {
  static let rows = RowSQL(
    table: "person",
    names: [
      "id", "access_enabled", "member_type", "membership_status", "tags", "grants", "custom_tags",
      "exclusions", "qualifications", "escort",
    ])

  func arguments(hash: [UInt8], bucket: Int) throws -> StatementArguments {
    [
      id, accessEnabled, memberType, membershipStatus, try JSONColumn.text(tags),
      try JSONColumn.text(grants), try JSONColumn.text(optional: customTags),
      try JSONColumn.text(optional: exclusions), try JSONColumn.text(optional: qualifications),
      escort,
      Data(hash),
      bucket,
    ]
  }

  /// From ``RowSQL/columns``, the first of which is at `index`.
  init(_ row: Row, from index: Int) throws {
    self.init(
      id: try row.decode(atIndex: index), accessEnabled: try row.decode(atIndex: index + 1),
      memberType: try row.decode(atIndex: index + 2),
      membershipStatus: try row.decode(atIndex: index + 3),
      tags: try JSONColumn.list(try row.decode(atIndex: index + 4)),
      customTags: try JSONColumn.optionalList(try row.decode(atIndex: index + 6)),
      grants: try JSONColumn.list(try row.decode(atIndex: index + 5)),
      exclusions: try JSONColumn.optionalList(try row.decode(atIndex: index + 7)),
      qualifications: try JSONColumn.optionalList(try row.decode(atIndex: index + 8)),
      escort: try row.rare(atIndex: index + 9))
  }
}

extension CredentialRecord {
  static let rows = RowSQL(
    table: "credential",
    names: [
      "id", "digest", "kind", "person", "status", "valid_from", "valid_until", "doors", "scopes",
      "class_name", "uses_max", "first_use_seconds", "device", "reservation", "tenant", "duress",
      "everywhere", "issue", "unused_days", "last_used",
    ])

  func arguments(hash: [UInt8], bucket: Int) throws -> StatementArguments {
    [
      id, Data(digest.bytes), kind, person, status, validFrom, validUntil,
      try JSONColumn.text(doors), try JSONColumn.text(scopes), className, usesMax,
      validSecondsFromFirstUse, device, reservationID, tenantID, duress, everywhere, issue,
      unusedDays, lastUsed, Data(hash), bucket,
    ]
  }

  /// From ``RowSQL/columns``, which are the first of the row.
  init(_ row: Row) throws {
    let bytes: Data = try row.decode(atIndex: 1)
    guard let digest = CredentialDigest(bytes: Array(bytes)) else {
      throw PortError(
        .damaged, operation: "read a credential",
        detail: "its digest has \(bytes.count) bytes and not \(CredentialDigest.byteCount)")
    }
    self.init(
      id: try row.decode(atIndex: 0), kind: try row.decode(atIndex: 2),
      person: try row.decode(atIndex: 3), status: try row.decode(atIndex: 4), digest: digest,
      validFrom: try row.decode(atIndex: 5), validUntil: try row.decode(atIndex: 6),
      doors: try JSONColumn.list(try row.decode(atIndex: 7)),
      scopes: try JSONColumn.list(try row.decode(atIndex: 8)),
      className: try row.decode(atIndex: 9), usesMax: try row.decode(atIndex: 10),
      validSecondsFromFirstUse: try row.decode(atIndex: 11), device: try row.decode(atIndex: 12),
      reservationID: try row.decode(atIndex: 13), tenantID: try row.decode(atIndex: 14),
      duress: try row.decode(atIndex: 15), everywhere: try row.decode(atIndex: 16),
      issue: try row.rare(atIndex: 17), unusedDays: try row.rare(atIndex: 18),
      lastUsed: try row.rare(atIndex: 19))
  }
}
