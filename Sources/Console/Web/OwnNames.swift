import Foundation
import NIOCore

/// The names by which a browser may ask for the page. Any other name that leads here was made to by
/// somebody else (DNS rebinding); an address is nobody's name and always right.
struct OwnNames: Sendable {
  private let further: Set<String>
  private let hostName: @Sendable () -> String

  /// `further` are names in lower case; `hostName` is read for each request, as it may change.
  init(
    _ further: Set<String>,
    hostName: @escaping @Sendable () -> String = { ProcessInfo.processInfo.hostName }
  ) {
    self.further = further
    self.hostName = hostName
  }

  /// True for the value of a Host header that names this machine, whatever its port is.
  func contains(authority: String) -> Bool {
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return false }
      let rest = authority[authority.index(after: end)...]
      let address = authority[authority.index(after: authority.startIndex)..<end]
      return (rest.isEmpty || rest.first == ":") && Self.isAddress(String(address))
    }
    var name = authority.prefix { $0 != ":" }.lowercased()
    // The form with a final dot is the same name.
    if name.hasSuffix(".") { name.removeLast() }
    if name.isEmpty { return false }
    return further.contains(name) || isMachine(name) || Self.isAddress(name)
  }

  /// The machine's name, its first word, and that word in the local network's own domain.
  private func isMachine(_ name: String) -> Bool {
    let full = hostName().lowercased()
    let word = String(full.prefix { $0 != "." })
    return !word.isEmpty && [full, word, "\(word).local"].contains(name)
  }

  private static func isAddress(_ name: String) -> Bool {
    (try? SocketAddress(ipAddress: name, port: 0)) != nil
  }
}
