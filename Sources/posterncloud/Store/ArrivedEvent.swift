import CloudProtocol
import GRDB

/// An event with its place in the order of arrival.
struct ArrivedEvent {
  var position: Int64
  var controller: String
  var event: CloudEvent

  /// From the columns `controller` and `event`, and the one that orders the table.
  init(_ row: Row, position column: String) throws {
    position = try row.decode(forColumn: column)
    controller = try row.decode(forColumn: "controller")
    event = try row.requiredJSON(CloudEvent.self, in: "event")
  }
}
