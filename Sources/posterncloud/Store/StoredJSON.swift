import CloudProtocol
import Foundation
import GRDB

// Messages and records are stored as JSON, in columns of type BLOB.

/// A value as a column stores it.
func storedJSON(_ value: some Encodable) throws -> Data {
  Data(try JSONCoding.encode(value))
}

extension Row {
  /// The value of a column; nil for NULL. Throws for JSON that is no such value.
  func json<Value: Decodable>(_ type: Value.Type, in column: String) throws -> Value? {
    try (self[column] as Data?).map { try JSONCoding.decoder().decode(type, from: $0) }
  }

  /// The value of a column that is NOT NULL. Throws for JSON that is no such value.
  func requiredJSON<Value: Decodable>(_ type: Value.Type, in column: String) throws -> Value {
    try JSONCoding.decoder().decode(type, from: self[column] as Data)
  }
}

extension Database {
  /// The only column of a query's first row; nil where there is no row, or NULL in it.
  func fetchJSON<Value: Decodable>(
    _ type: Value.Type, sql: String, arguments: StatementArguments
  ) throws -> Value? {
    try Row.fetchOne(self, sql: sql, arguments: arguments).flatMap { row in
      try row.decode(Data?.self, atIndex: 0).map { try JSONCoding.decoder().decode(type, from: $0) }
    }
  }

  /// The only column of each row of a query; it must be NOT NULL.
  func fetchAllJSON<Value: Decodable>(
    _ type: Value.Type, sql: String, arguments: StatementArguments
  ) throws -> [Value] {
    let decoder = JSONCoding.decoder()
    return try Data.fetchAll(cachedStatement(sql: sql), arguments: arguments).map {
      try decoder.decode(type, from: $0)
    }
  }

  /// Whether a query finds a row.
  func finds(sql: String, arguments: StatementArguments) throws -> Bool {
    try Row.fetchOne(self, sql: sql, arguments: arguments) != nil
  }
}
