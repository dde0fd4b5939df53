public import OSDPChannel

/// The keys by which a reader may be known. A reader without any is not talked to.
public struct KeyRing: Sendable, Hashable {
  /// The key of the reader as paired; nil for one that never was.
  public var current: ReaderKey?
  /// A key that was kept before it was sent, so that a power cut in between locks nobody out. It counts
  /// only after the reader has proved it.
  public var candidate: ReaderKey?

  public init(current: ReaderKey? = nil, candidate: ReaderKey? = nil) {
    self.current = current
    self.candidate = candidate
  }

  /// What is tried, in turn. The key of an unpaired reader only while somebody pairs.
  func keys(isPairing: Bool) -> [ReaderKey] {
    let own = [current, candidate].compactMap { $0 }
    return isPairing ? own + [.ofUnpaired] : own
  }
}
