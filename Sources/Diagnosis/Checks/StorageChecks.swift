import CloudProtocol

/// One database of the controller, and the disk that holds it.
public struct StorageFacts: Sendable, Hashable {
  /// What kept it from being used.
  public enum Fault: Sendable, Hashable {
    case full(String)
    case damaged(String)
    case other(String)
  }

  /// `event log` or `credential cache`.
  public var name: String
  public var path: String
  public var fault: Fault?
  /// Where a damaged file was moved when it was last opened.
  public var recovered: String?
  /// Nil when it was not checked, such as for its size.
  public var integrity: String?
  public var bytes: Int64?
  public var freeBytes: Int64?
  /// Of recent commits, the slowest; nil where none was measured.
  public var slowestCommitMilliseconds: Double?

  public init(
    name: String, path: String, fault: Fault?, recovered: String? = nil,
    integrity: String? = nil, bytes: Int64? = nil, freeBytes: Int64? = nil,
    slowestCommitMilliseconds: Double? = nil
  ) {
    self.name = name
    self.path = path
    self.fault = fault
    self.recovered = recovered
    self.integrity = integrity
    self.bytes = bytes
    self.freeBytes = freeBytes
    self.slowestCommitMilliseconds = slowestCommitMilliseconds
  }

  /// Less room than this is a failure, and less than four times of it a warning. 64 MiB.
  public static let freeBytesMin: Int64 = 67_108_864
  /// A commit slower than this holds up the door. In milliseconds.
  public static let commitMillisecondsMax = 50.0

  func checks() -> [DiagnosisReport.Check] {
    var writer = CheckWriter("storage")
    if let fault {
      switch fault {
      case .full(let detail):
        writer.failure(
          "full", "\(name) \(path): the disk is full: \(detail)",
          do: "make room, such as with `journalctl --vacuum-size=50M`; the door serves meanwhile")
      case .damaged(let detail):
        writer.failure(
          "damaged", "\(name) \(path): the file is damaged: \(detail)",
          do: "restart the daemon: it moves the file aside and begins a new one; check the disk")
      case .other(let detail):
        writer.failure(
          "unusable", "\(name) \(path): \(detail)",
          do: "look at the folder's owner and mode, and at `dmesg` for a failing disk")
      }
    }
    if let recovered {
      writer.warning(
        "recovered", "\(name): a damaged file was moved to \(recovered)",
        do: "look at the disk and the power supply; keep the file for support, then remove it")
    }
    if let integrity, integrity != "ok" {
      writer.failure(
        "damaged", "\(name) \(path): SQLite finds \(integrity)",
        do: """
          restart the daemon: an event log is carried over into a new file, as far as it can be \
          read; a credential cache comes from the cloud again once its file is removed; check the disk
          """)
    }
    checkRoom(&writer)
    if let slowest = slowestCommitMilliseconds, slowest > Self.commitMillisecondsMax {
      writer.warning(
        "slow", "\(name): the slowest commit took \(Self.rounded(slowest)) ms",
        do: "use a better card or disk; doors open late while the disk is slow")
    }
    if fault == nil, integrity == nil || integrity == "ok" {
      let size = bytes.map { ", \(Self.size($0))" } ?? ""
      let commit = slowestCommitMilliseconds.map { ", slowest commit \(Self.rounded($0)) ms" } ?? ""
      let checked = integrity == nil ? "not checked page by page" : "whole"
      writer.ok("database", "\(name) \(checked)\(size)\(commit)")
    }
    return writer.checks
  }

  private func checkRoom(_ writer: inout CheckWriter) {
    guard let freeBytes else { return }
    let free = "\(name): \(Self.size(freeBytes)) of room on its disk"
    let advice = "make room: old logs, packages in the cache, files that support no longer needs"
    if freeBytes < Self.freeBytesMin {
      writer.failure("full", free, do: advice)
    } else if freeBytes < Self.freeBytesMin * 4 {
      writer.warning("room", free, do: advice)
    }
  }

  static func size(_ bytes: Int64) -> String {
    bytes < 1_048_576 ? "\((bytes + 1_023) / 1_024) KiB" : "\(bytes / 1_048_576) MiB"
  }

  static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
