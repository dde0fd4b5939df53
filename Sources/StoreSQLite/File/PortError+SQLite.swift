import CloudProtocol
import DoorPorts
import GRDB

extension PortError {
  /// Translates any error of a database access.
  init(_ error: any Error, during operation: String) {
    switch error {
    case let error as PortError:
      self = error
    case let error as DatabaseError:
      let code = Self.code(of: error.resultCode)
      let number = error.extendedResultCode.rawValue
      var detail = "SQLite: \(error.message ?? "no message") (\(number))"
      if let advice = Self.advice(code) { detail += "; \(advice)" }
      self.init(code, operation: operation, detail: detail)
    case let error as RowDecodingError:
      self.init(
        .damaged, operation: operation, detail: "the stored value cannot be read: \(error.words)")
    case is DecodingError, is ValidationFailure:
      self.init(
        .damaged, operation: operation, detail: "the stored value cannot be read: \(error)")
    default:
      self.init(.inputOutput, operation: operation, detail: "\(error)")
    }
  }

  /// https://www.sqlite.org/rescode.html
  private static func code(of result: ResultCode) -> Code {
    switch result {
    case .SQLITE_FULL: .full
    // All statements are our own: one that does not match the schema met a damaged schema.
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR: .damaged
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY: .unavailable
    case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
    default: .inputOutput
    }
  }

  private static func advice(_ code: Code) -> String? {
    switch code {
    case .full: "make room on the disk"
    case .damaged: "the next start moves the file aside"
    case .unavailable: "check the owner and the rights of the state folder"
    case .busy: "end the other program that has the file open"
    case .inputOutput: "check the disk"
    case .invalid, .ambiguous: nil
    }
  }
}

extension PortError {
  /// The cause may be a damaged page: SQLite found it wrong, or the disk failed to read it.
  var isOfSpoiledPage: Bool { code == .damaged || code == .inputOutput }
}

extension DatabaseError {
  /// False for a failure to write.
  var isOfSpoiledPage: Bool {
    resultCode == .SQLITE_CORRUPT
      || [
        .SQLITE_IOERR_READ, .SQLITE_IOERR_SHORT_READ, .SQLITE_IOERR_DATA, .SQLITE_IOERR_CORRUPTFS,
      ]
      .contains(extendedResultCode)
  }
}

/// Every access is one of these; they throw ``PortError``.
extension DatabasePool {
  /// Reads the last committed state; does not wait for a commit under way.
  func reading<Value>(
    _ operation: String, _ body: (Database) throws -> Value
  ) throws(PortError) -> Value {
    do { return try read(body) } catch { throw PortError(error, during: operation) }
  }

  /// One transaction: on the disk when this returns, rolled back when it throws.
  func writing<Value>(
    _ operation: String, _ body: (Database) throws -> Value
  ) throws(PortError) -> Value {
    do { return try write(body) } catch { throw PortError(error, during: operation) }
  }

  /// Writes everything into the file itself, and closes it. While a reader is active the
  /// write-ahead log stays, and nothing is lost.
  func fold(_ operation: String) throws(PortError) {
    do {
      _ = try writeWithoutTransaction { try $0.checkpoint(.truncate) }
      try close()
    } catch { throw PortError(error, during: operation) }
  }
}
