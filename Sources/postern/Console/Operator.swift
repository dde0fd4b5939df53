import Foundation

/// The user of this machine, for the event log.
enum Operator {
  static var name: String {
    let environment = ProcessInfo.processInfo.environment
    return "local:\(environment["SUDO_USER"] ?? environment["USER"] ?? "uid \(getuid())")"
  }
}
