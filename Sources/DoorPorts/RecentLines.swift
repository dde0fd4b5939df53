/// The daemon's last log lines.
public protocol RecentLines: Sendable {
  /// Oldest first, and how many older ones are gone.
  func recent() -> (lines: [String], dropped: Int)
}
