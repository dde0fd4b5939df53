public import Foundation

/// The checkout that the tests are part of: they hold its documents, scripts and schemas too.
public enum Repository {
  /// The folder of `Package.swift`.
  public static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .standardizedFileURL

  /// The place of `path`, which counts from ``root``.
  public static func file(_ path: String) -> URL {
    root.appending(path: path).standardizedFileURL
  }
}
