public import DoorPorts
public import DoorRules
import Foundation
import Glibc

/// The daemon's own keys and certificates for the broker, in a folder of its state: `request.pem` (a
/// key that has no certificate yet, with its request), `next.pem` (the pair on trial), `current.pem`
/// (the pair that was proved). Each is written whole and moved into place, so that a power cut leaves
/// the old or the new one. A text may have lines before its blocks.
public struct PairFiles: Sendable {
  /// The most that is read of a file, in bytes.
  public static let bytesMax = 131_072

  /// One of the files.
  public enum Name: String, Sendable, CaseIterable {
    case request = "request.pem"
    case next = "next.pem"
    case current = "current.pem"
  }

  private let folder: String

  /// The folder is made when the first file is written.
  public init(folder: String) { self.folder = folder }

  public func path(_ name: Name) -> String { "\(folder)/\(name.rawValue)" }

  /// Nil for a file that is not there, or that cannot be used.
  public func read(_ name: Name) -> Secret<String>? {
    try? KeyFile.secretText(path: path(name), bytesMax: Self.bytesMax)
  }

  /// Writes or replaces it.
  public func write(_ text: Secret<String>, to name: Name) throws(PortError) {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    } catch {
      throw PortError(
        .inputOutput, operation: "make the folder \(folder)",
        detail: "this user may not, or the disk is full")
    }
    try KeyFile.replace(path: path(name), text: text)
  }

  /// The pair on trial takes the place of the present one.
  public func adopt() throws(PortError) {
    guard rename(path(.next), path(.current)) == 0, KeyFile.syncFolder(of: path(.current)) else {
      throw failure("move \(path(.next)) to \(path(.current))")
    }
  }

  /// Harmless for a file that is not there.
  public func remove(_ name: Name) throws(PortError) {
    if unlink(path(name)) != 0 {
      guard errno == ENOENT else { throw failure("remove \(path(name))") }
      return
    }
    guard KeyFile.syncFolder(of: path(name)) else { throw failure("remove \(path(name))") }
  }

  private func failure(_ operation: String) -> PortError {
    PortError(.inputOutput, operation: operation, detail: String(cString: strerror(errno)))
  }
}
