import CloudProtocol
import DoorPorts
import Foundation
import GRDB

/// What brought the revision in force, so that no other content counts as the same revision: two
/// workers of a cloud may use one number for two changes.
struct BoundRevision {
  /// Of the delta that brought it; nil after a full set, a snapshot or a repair.
  var content: ContentHash?
  /// The digest of all records since; nil while it is not known.
  var root: String?

  static func read(_ database: Database) throws -> BoundRevision {
    guard let row = try Row.fetchOne(database, sql: "SELECT content, root FROM position") else {
      return BoundRevision()
    }
    let content: Data? = try row.decode(atIndex: 0)
    return BoundRevision(
      content: content.flatMap { ContentHash(bytes: Array($0)) },
      root: try row.decode(atIndex: 1))
  }

  func keep(_ database: Database) throws {
    try database.execute(
      sql: "UPDATE position SET content = ?, root = ?",
      arguments: [content.map { Data($0.bytes) }, root])
  }

  /// A delta of the revision in force is an answer that was lost, or another message.
  func check(_ delta: SoundDelta, _ operation: String) throws(PortError) {
    guard let content, content == delta.content else {
      throw PortError.otherContent(of: delta.revision, operation)
    }
  }

  /// A full set of the revision in force may write again what belongs here, and nothing else:
  /// `before` and `after` are the roots of all records.
  func check(
    revision: UInt64, before: String, after: String, _ operation: String
  ) throws(PortError) {
    guard root == nil || after == root || after == before else {
      throw PortError.otherContent(of: revision, operation)
    }
  }
}

extension PortError {
  static func otherContent(of revision: UInt64, _ operation: String) -> PortError {
    PortError(
      .invalid, operation: operation,
      detail: """
        revision \(revision) is in force with another content; compare digests, then send the change \
        under a new revision
        """)
  }
}
