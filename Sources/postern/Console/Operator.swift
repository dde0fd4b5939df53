import Foundation

/// Who sits at this machine, for the record.
enum Operator {
  static var name: String {
    let environment = ProcessInfo.processInfo.environment
    return "local:\(environment["SUDO_USER"] ?? environment["USER"] ?? "uid \(getuid())")"
  }
}
