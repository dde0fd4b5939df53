import Foundation

/// Addresses with filters.
enum ConsolePath {
  static func of(_ path: String, _ filters: [(String, String?)]) -> String {
    var parts = URLComponents()
    parts.path = path
    parts.queryItems = filters.compactMap { name, value in
      value.map { URLQueryItem(name: name, value: $0) }
    }
    return parts.string ?? path
  }

  /// The stream of what happens at the lines.
  static func live(edges: Bool, keys: Bool) -> String {
    of("/v1/live", [("edges", edges ? "1" : nil), ("keys", keys ? "1" : nil)])
  }
}
