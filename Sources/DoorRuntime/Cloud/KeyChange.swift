import CloudProtocol
import DoorRules

/// What a signed command says of one of the cloud's keys.
enum KeyChange: Sendable {
  case trust(id: String, bytes: [UInt8], KeyRights)
  case distrust(id: String)

  var keyID: String {
    switch self {
    case .trust(let id, _, _), .distrust(let id): id
    }
  }

  /// For the event: what became of the key.
  var reason: String {
    switch self {
    case .trust(_, _, let rights): rights.isEvery ? "trusted" : "delegated"
    case .distrust: "distrusted"
    }
  }

  /// For the event: the key, who signed that, what ends with it, and what the key may sign if that is
  /// not everything.
  func detail(by signer: String?, ending ended: [String]) -> [String: String] {
    var detail = ["key": keyID]
    detail["by"] = signer
    if !ended.isEmpty { detail["ended"] = ended.joined(separator: " ") }
    guard case .trust(_, _, let rights) = self, !rights.isEvery else { return detail }
    detail["rights"] = rights.names.joined(separator: " ")
    detail["doors"] = rights.doors.map { $0.map(\.rawValue).sorted().joined(separator: " ") }
    detail["until"] = rights.until.map { String($0.secondsSince1970) }
    return detail
  }
}
