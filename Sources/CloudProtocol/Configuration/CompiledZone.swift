import Crypto
public import DoorRules
import Foundation

/// A time zone as tzdata compiles it, with its rules. It is stored beside the configuration that
/// was accepted with it, so that a name which an upgrade of the system removes changes no door.
public struct CompiledZone: Sendable, Hashable {
  /// The most bytes of a compiled zone; the largest real one has about 4,000.
  public static let bytesMax = 262_144

  /// As the configuration names it.
  public let name: String
  /// A TZif file, RFC 8536.
  public let bytes: [UInt8]
  public let rules: ZoneRules

  /// Throws for bytes that are damaged or too many.
  public init(name: String, bytes: [UInt8]) throws(ZoneRulesError) {
    guard bytes.count <= Self.bytesMax else {
      throw ZoneRulesError("a zone has at most \(Self.bytesMax) bytes, this has more")
    }
    self.name = name
    self.bytes = bytes
    rules = try ZoneRules(tzif: bytes)
  }

  /// What was stored; nil unless it is what ``hash`` was made of.
  public init?(name: String, bytes: [UInt8], hash: [UInt8]) {
    guard Self.hash(of: bytes) == hash, let zone = try? CompiledZone(name: name, bytes: bytes)
    else { return nil }
    self = zone
  }

  /// SHA-256 of ``bytes``; tells two versions of one zone apart.
  public var hash: [UInt8] { Self.hash(of: bytes) }

  private static func hash(of bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: Data(bytes))) }
}
