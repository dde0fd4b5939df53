import CloudProtocol
import DoorRules
import Foundation
import GRDB

extension CloudStore {
  /// Stores what is new of a batch, and returns what to acknowledge once that is on disk.
  func take(_ batch: EventBatch, from controller: ControllerID) throws -> EventAcknowledgement {
    try database.write { database in
      let through = try Int64.fetchOne(
        database, sql: "SELECT through FROM log WHERE controller = ? AND epoch = ?",
        arguments: [controller.rawValue, batch.epoch])
      var intake = EventIntake(epoch: batch.epoch, through: UInt64(through ?? 0))
      let answer = try intake.take(batch, from: controller)
      for event in answer.fresh {
        try database.execute(
          sql: "INSERT INTO event (controller, epoch, number, event) VALUES (?, ?, ?, ?)",
          arguments: [
            controller.rawValue, batch.epoch, Int64(event.number ?? 0),
            Data(try JSONCoding.encode(event)),
          ])
      }
      try database.execute(
        sql: "INSERT OR REPLACE INTO log VALUES (?, ?, ?)",
        arguments: [controller.rawValue, batch.epoch, Int64(intake.through)])
      return answer.acknowledgement
    }
  }

  /// An event with its place in the order of arrival.
  struct ArrivedEvent {
    var position: Int64
    var controller: String
    var event: CloudEvent
  }

  /// Newest first; with `after`, what arrived later, oldest first.
  func events(controller: String?, after: Int64?, limit: Int) throws -> [ArrivedEvent] {
    try database.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT position, controller, event FROM event
          WHERE (?1 IS NULL OR controller = ?1) AND (?2 IS NULL OR position > ?2)
          ORDER BY position \(after == nil ? "DESC" : "ASC") LIMIT ?3
          """, arguments: [controller, after, limit]
      ).map { row in
        ArrivedEvent(
          position: row["position"], controller: row["controller"],
          event: try JSONCoding.decoder().decode(CloudEvent.self, from: row["event"] as Data))
      }
    }
  }
}
