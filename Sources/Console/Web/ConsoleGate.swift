public import ConsoleProtocol
import Synchronization

/// Decides who may use the web page: a person who typed a code that was made on this machine. A
/// code works once, for a short time, and a few wrong ones make it void.
public final class ConsoleGate: Sendable {
  /// How long a code may be typed in.
  public static let codeSeconds: Int64 = 300
  /// Digits of a code.
  public static let codeDigits = 8
  /// After this many wrong codes the current one is void.
  static let wrongCodesMax = 5
  /// How long a session lasts without a request, and how long at most.
  static let idleSeconds: Int64 = 1_800
  static let lifeSeconds: Int64 = 43_200
  /// Sessions at once; a further one ends the oldest.
  static let sessionsMax = 8

  /// A signed-in browser.
  struct Session: Sendable {
    var token: String
    /// A request that changes something must carry this in a header.
    var csrf: String
    var begun: Int64
    var used: Int64
  }

  private struct State {
    var code: (text: String, at: Int64)?
    var wrong = 0
    var sessions: [Session] = []
    /// How sessions ended that nobody was told of yet. No more than there are sessions: a new one takes
    /// the list along.
    var ended: [SessionChange.End] = []

    mutating func endOld(at now: Int64) {
      let isOld: (Session) -> SessionChange.End? = { session in
        if now - session.begun >= ConsoleGate.lifeSeconds { return .limit }
        return now - session.used >= ConsoleGate.idleSeconds ? .idle : nil
      }
      ended += sessions.compactMap(isOld)
      sessions.removeAll { isOld($0) != nil }
    }
  }

  private let state = Mutex(State())
  private let now: @Sendable () -> Int64
  private let random: @Sendable () -> UInt64

  /// `now` returns seconds that never go back; `random` cannot be predicted.
  init(now: @escaping @Sendable () -> Int64, random: @escaping @Sendable () -> UInt64) {
    self.now = now
    self.random = random
  }

  /// With this machine's clock and random numbers.
  public convenience init() {
    let start = ContinuousClock.now
    self.init(
      now: { start.duration(to: .now).components.seconds },
      random: {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
      })
  }

  /// Makes a new code; an older one becomes void.
  public func makeCode() -> String {
    let number = String(random() % 100_000_000)
    let text = String(repeating: "0", count: Self.codeDigits - number.count) + number
    let at = now()
    state.withLock { state in
      state.code = (text, at)
      state.wrong = 0
    }
    return text
  }

  /// Uses up a code and begins a session; nil for a wrong, expired or used code.
  func signIn(_ code: String) -> Session? {
    let at = now()
    let session = Session(token: word(), csrf: word(), begun: at, used: at)
    return state.withLock { state in
      guard let expected = state.code, at - expected.at < Self.codeSeconds else { return nil }
      guard Self.same(expected.text, code) else {
        state.wrong += 1
        if state.wrong >= Self.wrongCodesMax { state.code = nil }
        return nil
      }
      state.code = nil
      state.endOld(at: at)
      state.sessions.append(session)
      if state.sessions.count > Self.sessionsMax {
        state.sessions.removeFirst()
        state.ended.append(.replaced)
      }
      return session
    }
  }

  /// The session of a token, which counts as used now; nil for an expired one.
  func session(_ token: String) -> Session? {
    let at = now()
    return state.withLock { state in
      state.endOld(at: at)
      guard let index = state.sessions.firstIndex(where: { Self.same($0.token, token) }) else {
        return nil
      }
      state.sessions[index].used = at
      return state.sessions[index]
    }
  }

  func end(_ token: String) {
    let at = now()
    state.withLock { state in
      state.endOld(at: at)
      let before = state.sessions.count
      state.sessions.removeAll { Self.same($0.token, token) }
      if state.sessions.count < before { state.ended.append(.signedOut) }
    }
  }

  /// How sessions ended since this was asked last.
  public func takeEnded() -> [SessionChange.End] {
    let at = now()
    return state.withLock { state in
      state.endOld(at: at)
      defer { state.ended = [] }
      return state.ended
    }
  }

  /// 256 bits in text.
  private func word() -> String {
    (0..<4).map { _ in
      let text = String(random(), radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }.joined()
  }

  /// Compares in constant time.
  static func same(_ left: String, _ right: String) -> Bool {
    let (a, b) = (Array(left.utf8), Array(right.utf8))
    guard a.count == b.count else { return false }
    return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
