/// A name that came from outside and was validated once: 1 to 64 characters out of
/// `A-Z a-z 0-9 . _ -`, so that it is safe in a topic, a path and a log line.
///
/// `Kind` prevents the use of a door's name where a person's is meant.
public struct Identifier<Kind>: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The most characters an identifier may have.
  public static var maximumLength: Int { 64 }

  /// The text as it came.
  public let rawValue: String

  /// Nil unless `text` has 1 to 64 characters, all of them allowed.
  public init?(_ text: String) {
    guard (1...Self.maximumLength).contains(text.utf8.count), text.utf8.allSatisfy(Self.allows)
    else { return nil }
    rawValue = text
  }

  private static func allows(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "-"):
      true
    default:
      false
    }
  }

  /// What an identifier may look like, for error messages.
  public static var grammar: String { "1 to 64 characters out of A-Z a-z 0-9 . _ -" }

  public var description: String { rawValue }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Tags for ``Identifier``.
public enum DoorKind {}
public enum ReaderKind {}
public enum PersonKind {}
public enum CredentialKindTag {}
public enum ScopeKind {}
public enum ControllerKind {}
public enum AreaKind {}

/// Names one door of a facility.
public typealias DoorID = Identifier<DoorKind>
/// Names one reader of a controller.
public typealias ReaderID = Identifier<ReaderKind>
/// Names one person.
public typealias PersonID = Identifier<PersonKind>
/// Names one credential.
public typealias CredentialID = Identifier<CredentialKindTag>
/// Names one scope, a set of doors.
public typealias ScopeID = Identifier<ScopeKind>
/// Names one area of a facility.
public typealias AreaID = Identifier<AreaKind>
/// Names one controller, that is one device.
public typealias ControllerID = Identifier<ControllerKind>
