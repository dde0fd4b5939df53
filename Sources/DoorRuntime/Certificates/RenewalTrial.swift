import DoorCore
import DoorPorts
import DoorRules

/// The pair on trial, and the connections that are made to try it. Without a network neither pair is
/// answered, and they take turns. So the pair on trial failed only if its attempts failed between two
/// answers over the present one.
struct RenewalTrial: Sendable, Hashable {
  /// So many attempts in a row are made with the pair on trial, then one with the present one.
  static let attemptsMax = 3
  /// So long the cloud may take to answer the hello of a connection.
  static let wordSeconds = 300

  /// What became of the trial.
  enum Verdict: Sendable, Hashable {
    case proved
    /// The network is there: the pair on trial is tried again.
    case again
    /// With the last reason why there was no answer over the new pair.
    case failed(String)
  }

  private(set) var chosen = BrokerPair.next
  private var failures = 0
  private var cause = ""
  /// The present pair was answered in its last turn.
  private var isNetworkThere = false
  /// The pair of the present connection.
  private var seen: BrokerPair?
  private(set) var deadline: MonotonicInstant?

  mutating func connected(with pair: BrokerPair, at now: MonotonicInstant) {
    seen = pair
    deadline = now.advanced(byMilliseconds: Self.wordSeconds * 1_000)
  }

  /// The connection ended or was not made. Returns the pair to go on with if that changes.
  mutating func disconnected(_ reason: String) -> BrokerPair? {
    seen = nil
    deadline = nil
    // That was asked for.
    guard reason != LinkTerms.replaced else { return nil }
    let before = chosen
    failed(reason)
    return chosen == before ? nil : chosen
  }

  /// Returns the pair to connect with now if the cloud took too long.
  mutating func advance(to now: MonotonicInstant) -> BrokerPair? {
    guard let deadline, now >= deadline else { return nil }
    self.deadline = nil
    failed("the cloud did not answer within \(Self.wordSeconds) s")
    return chosen
  }

  private mutating func failed(_ reason: String) {
    switch chosen {
    case .next:
      failures += 1
      cause = reason
      if failures >= Self.attemptsMax { chosen = .present }
    case .present:
      // The present pair gets no answer either.
      isNetworkThere = false
      failures = 0
      chosen = .next
    }
  }

  /// The cloud answered over the present connection.
  mutating func heard() -> Verdict? {
    switch (seen, chosen) {
    case (.next, _): return .proved
    case (.present, .present):
      guard !isNetworkThere else { return .failed(cause) }
      isNetworkThere = true
      failures = 0
      chosen = .next
      return .again
    // A word over the connection before the trial.
    case (.present, .next), (nil, _): return nil
    }
  }
}
