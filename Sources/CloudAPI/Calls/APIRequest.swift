import CloudProtocol
import Foundation

/// A request as the API reads it, without a socket.
public struct APIRequest: Sendable {
  /// In capitals; any text.
  public var method: String
  /// As it came, percent-encoded.
  public var path: String
  /// Decoded, in the order of the request.
  public var query: [(name: String, value: String)]
  /// Names in lower case.
  public var headers: [String: String]
  public var body: [UInt8]

  public init(
    method: String, path: String, query: [(name: String, value: String)] = [],
    headers: [String: String] = [:], body: [UInt8] = []
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
  }

  /// The parts of the path, decoded; nil for a path that is no text.
  var segments: [String]? {
    var parts: [String] = []
    for part in path.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      guard let text = Self.percentDecoded(part), !text.utf8.contains(0) else { return nil }
      parts.append(text)
    }
    return parts
  }

  /// Nil for what is no UTF-8 or wrongly encoded. Foundation's decoding drops a byte order mark, and
  /// would name another record.
  private static func percentDecoded(_ part: Substring) -> String? {
    func digit(_ byte: UInt8) -> UInt8? {
      Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
    }
    let encoded = Array(part.utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(encoded.count)
    var index = 0
    while index < encoded.count {
      guard encoded[index] == UInt8(ascii: "%") else {
        bytes.append(encoded[index])
        index += 1
        continue
      }
      guard index + 2 < encoded.count, let high = digit(encoded[index + 1]),
        let low = digit(encoded[index + 2])
      else { return nil }
      bytes.append(high << 4 | low)
      index += 3
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

/// An answer of the API: JSON or nothing.
public struct APIReply: Sendable {
  public var status: Int
  public var contentType: String?
  /// Names in lower case.
  public var headers: [String: String]
  public var body: [UInt8]

  init(status: Int, headers: [String: String] = [:]) {
    self.status = status
    self.headers = headers
    contentType = nil
    body = []
  }

  init(_ value: some Encodable, status: Int = 200, headers: [String: String] = [:]) throws {
    self.status = status
    self.headers = headers
    contentType = "application/json"
    body = try JSONCoding.encode(value)
  }

  init(_ problem: APIProblem) {
    status = problem.kind.status
    headers = problem.headers
    contentType = "application/problem+json"
    body = problem.json
  }
}
