import CloudProtocol
import DoorPorts
import Foundation
import GRDB

/// Values out of a file that somebody may have damaged. Each read names its table and column, and
/// none traps: GRDB's subscripts do.
enum StoredValue {
  /// A value of a row's column; throws `damaged`.
  static func read<Value: DatabaseValueConvertible>(
    _ row: Row, at index: Int, _ column: String, as type: Value.Type = Value.self
  ) throws(PortError) -> Value {
    do { return try row.decode(Value.self, atIndex: index) } catch {
      throw damaged(column, "it is no \(Value.self)")
    }
  }

  /// A count or number that is never below zero; throws `damaged`.
  static func number(_ row: Row, at index: Int, _ column: String) throws(PortError) -> UInt64 {
    let found: Int64 = try read(row, at: index, column)
    guard let number = UInt64(exactly: found) else { throw damaged(column, "it is \(found)") }
    return number
  }

  /// The value that was stored as JSON; throws `damaged`.
  static func json<Value: Decodable>(
    _ data: Data, _ column: String, as type: Value.Type = Value.self
  ) throws(PortError) -> Value {
    do { return try JSONCoding.decoder().decode(Value.self, from: data) } catch {
      throw damaged(column, "\(error)")
    }
  }

  private static func damaged(_ column: String, _ words: String) -> PortError {
    PortError(
      .damaged, operation: "read \(column)", detail: "the stored value cannot be used: \(words)")
  }
}

extension RowDecodingError {
  /// What could not be read and where, without the other values of the row.
  var words: String {
    let all = "\(self)"
    let place = all.range(of: ", row: ").map { all[..<$0.lowerBound] } ?? all[...]
    let table = all.range(of: "FROM ").map {
      all[$0.upperBound...].prefix { $0.isLetter || $0 == "_" }
    }
    return table.map { "\(place), table \($0)" } ?? String(place)
  }
}
