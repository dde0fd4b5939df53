import CloudProtocol
import Crypto
import Foundation
import GRDB

/// The id of somebody, or of something that belongs to somebody.
enum PersonalID: Hashable {
  case person(String)
  case credential(String)
}

/// The table `erased`: digests of ids that were erased, so that an event that arrives later has no
/// name either.
enum ErasedTable {
  /// Stands in place of an id that was erased.
  static let word = "erased"

  static func add(_ id: PersonalID, at milliseconds: Int64, _ database: Database) throws {
    try database.execute(
      sql: "INSERT OR REPLACE INTO erased VALUES (?, ?)", arguments: [digest(id), milliseconds])
  }

  /// Somebody has this id again.
  static func withdraw(_ id: PersonalID, _ database: Database) throws {
    try database.cachedStatement(sql: "DELETE FROM erased WHERE digest = ?")
      .execute(arguments: [digest(id)])
  }

  static func holds(_ id: PersonalID, _ database: Database) throws -> Bool {
    try Row.fetchOne(
      database.cachedStatement(sql: "SELECT 1 FROM erased WHERE digest = ?"),
      arguments: [digest(id)]) != nil
  }

  /// False spares the look at each event.
  static func isUsed(_ database: Database) throws -> Bool {
    try Row.fetchOne(database.cachedStatement(sql: "SELECT 1 FROM erased LIMIT 1")) != nil
  }

  private static func digest(_ id: PersonalID) -> Data {
    let text =
      switch id {
      case .person(let id): "person\n\(id)"
      case .credential(let id): "credential\n\(id)"
      }
    return Data(SHA256.hash(data: Data(text.utf8)))
  }
}

extension CloudEvent {
  /// Details that name a person, as the contract's list of details has them.
  private static let personDetails = ["host", "companion", "by"]
  /// Details that name credentials, with spaces between.
  private static let credentialDetails = [
    "companionCredential", "pinCredential", "key_id", "first", "second",
  ]

  /// The event with ``ErasedTable/word`` in place of each id that `isErased`; nil if it has none.
  /// Its link in the chain of the log was made with the id, and goes too.
  func nameless(_ isErased: (PersonalID) throws -> Bool) rethrows -> CloudEvent? {
    var event = self
    if let person = data.person, try isErased(.person(person)) {
      event.data.person = ErasedTable.word
    }
    if let credential = data.credential, try isErased(.credential(credential)) {
      event.data.credential = ErasedTable.word
    }
    for name in Self.personDetails {
      if let person = data.detail[name], try isErased(.person(person)) {
        event.data.detail[name] = ErasedTable.word
      }
    }
    for name in Self.credentialDetails {
      guard let text = data.detail[name] else { continue }
      let words = try text.split(separator: " ", omittingEmptySubsequences: false).map {
        try isErased(.credential(String($0))) ? Substring(ErasedTable.word) : $0
      }
      event.data.detail[name] = words.joined(separator: " ")
    }
    guard event.data != data else { return nil }
    event.chain = nil
    event.withheldDigest = nil
    return event
  }
}
