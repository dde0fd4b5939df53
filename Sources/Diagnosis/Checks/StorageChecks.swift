import CloudProtocol

/// One database of the controller, and the disk that holds it.
public struct StorageFacts: Sendable, Hashable {
  /// Why it cannot be used.
  public enum Fault: Sendable, Hashable {
    case full(String)
    case damaged(String)
    case other(String)
  }

  /// `event log` or `credential cache`.
  public var name: String
  public var path: String
  /// Nil while the file can be used.
  public var fault: Fault?
  /// Where a damaged file was moved when it was last opened.
  public var recovered: String?
  /// Nil when it was not checked, for example because it is too large.
  public var integrity: String?
  /// The size of the file.
  public var bytes: Int64?
  /// Free space on the disk of the file.
  public var freeBytes: Int64?
  /// The slowest of the recent commits; nil when none was measured.
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

  /// With less free space the check fails; with less than four times as much it warns. 64 MiB.
  public static let freeBytesMin: Int64 = 67_108_864
  /// A slower commit delays the door. In milliseconds.
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
          do: "restart the daemon: it moves the file aside and creates a new one; check the disk")
      case .other(let detail):
        writer.failure(
          "unusable", "\(name) \(path): \(detail)",
          do: "check the folder's owner and mode, and `dmesg` for a failing disk")
      }
    }
    if let recovered {
      writer.warning(
        "recovered", "\(name): a damaged file was moved to \(recovered)",
        do: "check the disk and the power supply; save the file for support, then remove it")
    }
    if let integrity, integrity != "ok" {
      writer.failure(
        "damaged", "\(name) \(path): SQLite finds \(integrity)",
        do: """
          restart the daemon: the readable part of an event log is copied to a new file; a \
          credential cache is fetched from the cloud again after its file is removed; check the disk
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
      let checked = integrity == nil ? "not checked page by page" : "intact"
      writer.ok("database", "\(name) \(checked)\(size)\(commit)")
    }
    return writer.checks
  }

  private func checkRoom(_ writer: inout CheckWriter) {
    guard let freeBytes else { return }
    let free = "\(name): \(Self.size(freeBytes)) free on its disk"
    let advice = "make room: remove old logs, cached packages, files that support no longer needs"
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
