import Synchronization
import Testing

@testable import Console

@Suite("Console: who may use the web page (E4)")
struct ConsoleGateTests {
  /// A clock and numbers in the test's hand.
  private final class Hand: Sendable {
    private let state = Mutex((now: Int64(0), next: UInt64(0)))

    func pass(_ seconds: Int64) { state.withLock { $0.now += seconds } }

    func gate() -> ConsoleGate {
      ConsoleGate(
        now: { self.state.withLock { $0.now } },
        random: {
          self.state.withLock {
            $0.next += 1
            return $0.next
          }
        })
    }
  }

  @Test("E4: a code has eight digits, works once, and a new one ends the old one")
  func once() {
    let gate = Hand().gate()
    let old = gate.makeCode()
    let code = gate.makeCode()
    #expect(code == "00000002")
    #expect(gate.signIn(old) == nil)
    let session = gate.signIn(code)
    #expect(session?.token.count == 64 && session?.csrf.count == 64)
    #expect(session?.token != session?.csrf)
    #expect(gate.signIn(code) == nil)
    #expect(gate.session(session?.token ?? "") != nil)
    #expect(gate.session("") == nil && gate.session("0") == nil)
  }

  @Test("E4: a code ends after five minutes, and after five wrong guesses")
  func guessed() {
    let hand = Hand()
    let gate = hand.gate()
    let late = gate.makeCode()
    hand.pass(ConsoleGate.codeSeconds)
    #expect(gate.signIn(late) == nil)
    let code = gate.makeCode()
    for _ in 0..<ConsoleGate.wrongCodesMax { #expect(gate.signIn("99999999") == nil) }
    #expect(gate.signIn(code) == nil)
    let next = gate.makeCode()
    for _ in 1..<ConsoleGate.wrongCodesMax { #expect(gate.signIn("99999999") == nil) }
    #expect(gate.signIn(next) != nil)
  }

  @Test("E4: a session ends when it is idle, after half a day, on sign-out, and as the ninth")
  func ends() {
    let hand = Hand()
    let gate = hand.gate()
    func session() -> String { gate.signIn(gate.makeCode())?.token ?? "" }
    let idle = session()
    hand.pass(ConsoleGate.idleSeconds)
    #expect(gate.session(idle) == nil)
    let busy = session()
    for _ in 0..<ConsoleGate.lifeSeconds / 1_000 {
      hand.pass(1_000)
      #expect(gate.session(busy) != nil)
    }
    hand.pass(1_000)
    #expect(gate.session(busy) == nil)
    let out = session()
    gate.end(out)
    #expect(gate.session(out) == nil)
    let first = session()
    for _ in 0..<ConsoleGate.sessionsMax { _ = session() }
    #expect(gate.session(first) == nil)
  }

  @Test("how each session ended is told once")
  func told() {
    let hand = Hand()
    let gate = hand.gate()
    func session() -> String { gate.signIn(gate.makeCode())?.token ?? "" }
    #expect(gate.takeEnded() == [])
    _ = session()
    hand.pass(ConsoleGate.idleSeconds)
    // Nobody asks for it any more.
    #expect(gate.takeEnded() == [.idle])
    #expect(gate.takeEnded() == [])
    let busy = session()
    for _ in 0..<ConsoleGate.lifeSeconds / 1_000 {
      hand.pass(1_000)
      _ = gate.session(busy)
    }
    hand.pass(1_000)
    #expect(gate.session(busy) == nil)
    #expect(gate.takeEnded() == [.limit])
    let out = session()
    gate.end(out)
    gate.end(out)
    #expect(gate.takeEnded() == [.signedOut])
    for _ in 0...ConsoleGate.sessionsMax { _ = session() }
    #expect(gate.takeEnded() == [.replaced])
  }
}
