import CloudProtocol
import ConsoleProtocol
import Foundation
import Hummingbird
import NIOCore

/// Decodes the body of a request.
enum RequestBody {
  /// The largest body, in bytes.
  static let bytesMax = 65_536

  /// Throws for a member that the request does not have: one that is misspelled, such as `doors`, must
  /// not make an order of one door one of all.
  static func read<Value: Codable>(of request: Request) async throws -> Value {
    let buffer: ByteBuffer
    do { buffer = try await request.body.collect(upTo: bytesMax) } catch is NIOTooManyBytesError {
      throw ConsoleProblem(.invalid, "the body has more than \(bytesMax) bytes")
    }
    let data = Data(buffer.readableBytesView)
    // Of a member that is there twice a decoder reads one and hides the other.
    if let repeated = JSONFaults(in: Array(data)).repeated.first {
      throw ConsoleProblem(.invalid, "\(repeated)")
    }
    let value: Value
    do { value = try JSONDecoder().decode(Value.self, from: data) } catch {
      throw ConsoleProblem(.invalid, "the body is not the JSON of this request: \(words(error))")
    }
    let given = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
    let taken = try JSONSerialization.jsonObject(
      with: try JSONEncoder().encode(value), options: .fragmentsAllowed)
    if let path = firstUnknown(in: given, of: taken, at: []) {
      throw ConsoleProblem(.invalid, "\(path): this request has no such member")
    }
    return value
  }

  /// The path of a member with a value that `taken`, which is what was read of it, does not have. So
  /// the request's own type tells its members, and no list of them stands beside it.
  private static func firstUnknown(in given: Any, of taken: Any?, at path: [String]) -> String? {
    if let given = given as? [String: Any] {
      let taken = taken as? [String: Any] ?? [:]
      for (name, value) in given.sorted(by: { $0.key < $1.key }) where !(value is NSNull) {
        guard let known = taken[name] else { return (path + [name]).joined(separator: ".") }
        if let found = firstUnknown(in: value, of: known, at: path + [name]) { return found }
      }
    } else if let given = given as? [Any], let taken = taken as? [Any] {
      for (index, (one, known)) in zip(given, taken).enumerated() {
        if let found = firstUnknown(in: one, of: known, at: path + ["[\(index)]"]) { return found }
      }
    }
    return nil
  }

  /// Path and cause, without the decoder's own text.
  private static func words(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "it cannot be read" }
    func at(_ path: [any CodingKey]) -> String {
      path.isEmpty ? "" : path.map(\.stringValue).joined(separator: ".") + ": "
    }
    switch error {
    case .typeMismatch(let type, let context):
      return at(context.codingPath) + "must be of type \(type)"
    case .valueNotFound(_, let context): return at(context.codingPath) + "must not be null"
    case .keyNotFound(let key, let context): return at(context.codingPath + [key]) + "is missing"
    case .dataCorrupted(let context):
      return at(context.codingPath) + context.debugDescription
    @unknown default: return "it cannot be read"
    }
  }
}
