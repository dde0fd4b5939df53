import ConsoleProtocol
import Foundation
import Hummingbird
import NIOCore

/// Decodes the body of a request.
enum RequestBody {
  /// The largest body, in bytes.
  static let bytesMax = 65_536

  static func read<Value: Decodable>(of request: Request) async throws -> Value {
    let buffer: ByteBuffer
    do { buffer = try await request.body.collect(upTo: bytesMax) } catch is NIOTooManyBytesError {
      throw ConsoleProblem(.invalid, "the body has more than \(bytesMax) bytes")
    }
    do { return try JSONDecoder().decode(Value.self, from: Data(buffer.readableBytesView)) } catch {
      throw ConsoleProblem(.invalid, "the body is not the JSON of this request: \(words(error))")
    }
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
