import Foundation

/// Questions of tests about handed-over keys.
extension DoorWorld {
  /// The cloud's decision about each key that it took over.
  func decided() throws -> [String: String] { try taken().mapValues(\.outcome) }

  /// The same with the reason as text.
  func taken() throws -> [String: (outcome: String, reason: String)] {
    let lines = try posterncloud("issuer", "keys", "gate-1", "--json").output
    var taken: [String: (outcome: String, reason: String)] = [:]
    for line in lines.split(separator: "\n") {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let record = (object?["key"] as? [String: Any])?["record"] as? [String: Any]
      guard let id = record?["id"] as? String, let outcome = object?["outcome"] as? String else {
        continue
      }
      taken[id] = (outcome, object?["reason"] as? String ?? "")
    }
    return taken
  }

  /// The type of the event that follows a card of facility 12; nil for none.
  func answer(card: Int) throws -> String? {
    let before = try doorEvents().last?["number"] as? Int ?? 0
    try postern("panel", "badge", "--facility", "12", "--card", "\(card)")
    var found: String?
    _ = try eventually {
      found = try doorEvents().filter { $0["number"] as? Int ?? 0 > before }
        .compactMap { $0["type"] as? String }.first { $0.hasPrefix("postern.access.") }
      return found != nil
    }
    return found
  }

  /// True when the card opens.
  func opens(card: Int) throws -> Bool { try answer(card: card) == "postern.access.granted.v1" }

  /// Credentials whose decision by the cloud has reached the door.
  func reconciled() throws -> Set<String> {
    Set(
      try doorEvents().filter { $0["type"] as? String == "postern.handOver.reconciled.v1" }
        .compactMap { $0["credential"] as? String })
  }

  /// The cloud's log.
  var cloudLog: String {
    String(
      decoding: FileManager.default.contents(atPath: folder.path + "/cloud.log") ?? Data(),
      as: UTF8.self)
  }
}
